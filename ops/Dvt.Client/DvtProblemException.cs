using System.Net;
using System.Text.Json;

namespace Dvt.Client;

/// <summary>The API said no: its problem document, RFC 9457.</summary>
public sealed class DvtProblemException : Exception
{
    internal DvtProblemException(HttpStatusCode status, Problem? problem, TimeSpan? retryAfter)
        : base(Text(status, problem))
    {
        (Status, Problem, RetryAfter) = (status, problem, retryAfter);
    }

    /// <summary>Of the answer.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>Stable; decide by it. Empty when what answered is not the API itself.</summary>
    public string Code => Problem?.Code ?? "";

    /// <summary>Every fault by its place: a JSON pointer into the body, <c>?name</c> for a parameter, <c>name:</c> for a header.</summary>
    public IReadOnlyList<Fault> Errors => Problem?.Errors ?? [];

    /// <summary>The whole document; null when the answer had none.</summary>
    public Problem? Problem { get; }

    /// <summary>When the same again may succeed, where the API says so.</summary>
    public TimeSpan? RetryAfter { get; }

    internal static async Task<DvtProblemException> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        Problem? problem = null;
        if (answer.Content.Headers.ContentType?.MediaType is { } type && type.EndsWith("json", StringComparison.Ordinal))
            try
            {
                problem = await JsonSerializer.DeserializeAsync<Problem>(await answer.Content.ReadAsStreamAsync(cancellationToken), DvtJson.Options, cancellationToken);
            }
            catch (JsonException)
            {
                // Of something between here and the API; the status says what there is to say.
            }
        return new DvtProblemException(answer.StatusCode, problem, Retrying.Asked(answer));
    }

    static string Text(HttpStatusCode status, Problem? problem) => problem is null
        ? $"answered {(int)status} without a problem document"
        : string.Join("; ", Parts(status, problem).Where(part => part is { Length: > 0 }));

    static IEnumerable<string?> Parts(HttpStatusCode status, Problem problem) =>
        [$"{problem.Title} ({(int)status} {problem.Code})", problem.Detail, .. (problem.Errors ?? []).Select(e => $"{e.Pointer}: {e.Message} ({e.Code})")];
}
