using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Dvt.Client;

/// <summary>Sends requests and reads answers; whatever is no success is a <see cref="DvtProblemException"/>.</summary>
sealed class Connection(HttpClient http, DvtClientOptions options)
{
    const string AsJson = "application/json";

    public DvtClientOptions Options => options;

    public async Task<T> JsonAsync<T>(Request request, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(request.Checked(), AsJson, cancellationToken);
        return await ReadAsync<T>(answer, cancellationToken);
    }

    public async Task DoneAsync(Request request, CancellationToken cancellationToken)
    {
        using var _ = await SendAsync(request.Checked(), AsJson, cancellationToken);
    }

    public async Task<Outcome<T>> OrderAsync<T>(Request request, CancellationToken cancellationToken) where T : class
    {
        using var answer = await SendAsync(request.Checked(), AsJson, cancellationToken);
        var position = answer.Headers.TryGetValues("Dvt-Position", out var told) ? told.FirstOrDefault() : null;
        return answer.StatusCode == HttpStatusCode.Accepted
            ? new(Value: null, await ReadAsync<Accepted>(answer, cancellationToken), position)
            : new(await ReadAsync<T>(answer, cancellationToken), Accepted: null, position);
    }

    public async Task<Outcome> OrderAsync(Request request, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(request.Checked(), AsJson, cancellationToken);
        return new(answer.StatusCode == HttpStatusCode.Accepted ? await ReadAsync<Accepted>(answer, cancellationToken) : null);
    }

    /// <summary>The body as it comes; its reader disposes it.</summary>
    public async Task<Stream> BytesAsync(Request request, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(request.Checked(), "*/*", cancellationToken);
        return await answer.Content.ReadAsStreamAsync(cancellationToken);
    }

    /// <param name="page">The request of a page, by the cursor where it begins.</param>
    public async IAsyncEnumerable<T> ItemsAsync<T>(Func<string?, Request> page, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            var read = await JsonAsync<Page<T>>(page(cursor), cancellationToken);
            foreach (var item in read.Items)
                yield return item;
            cursor = read.NextCursor;
        }
        while (cursor is not null);
    }

    public IAsyncEnumerable<ServerEvent<T>> EventsAsync<T>(Request request, string? lastEventId, CancellationToken cancellationToken) where T : class =>
        EventStream.ReadAsync<T>(async (after, stop) =>
        {
            using var message = request.Message("text/event-stream");
            if (after is not null)
                message.Headers.TryAddWithoutValidation("Last-Event-ID", after);
            return await OnceAsync(message, stop);
        }, lastEventId, options, cancellationToken);

    Task<HttpResponseMessage> SendAsync(Request request, string accept, CancellationToken cancellationToken) => TakenAsync(
        Retrying.SendAsync(async stop =>
        {
            using var message = request.Message(accept);
            return await OnceAsync(message, stop);
        }, request.MayRepeat, options, cancellationToken), cancellationToken);

    async Task<HttpResponseMessage> OnceAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        if (options.Token is { } token)
            message.Headers.Authorization = new("Bearer", await token(cancellationToken));
        else if (options.ApiKey is { } key)
            message.Headers.TryAddWithoutValidation("X-Api-Key", key);
        return await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    static async Task<HttpResponseMessage> TakenAsync(Task<HttpResponseMessage> sending, CancellationToken cancellationToken)
    {
        var answer = await sending;
        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw await DvtProblemException.ReadAsync(answer, cancellationToken);
    }

    static async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancellationToken) =>
        await JsonSerializer.DeserializeAsync<T>(await answer.Content.ReadAsStreamAsync(cancellationToken), DvtJson.Options, cancellationToken)
            ?? throw new JsonException("the answer is null");
}
