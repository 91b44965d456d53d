using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary>How a command is sent.</summary>
/// <param name="IdempotencyKey">The same again with the same key does nothing twice.</param>
/// <param name="Wait">The answer is the outcome, if it comes within <see cref="MaxWait"/>.</param>
/// <param name="IfMatch">Revision the resource must have.</param>
sealed record Sending(string? IdempotencyKey = null, bool Wait = false, long? IfMatch = null)
{
    /// <summary>Seconds; the longest that the API waits.</summary>
    public const int MaxWait = 30;
}

/// <param name="Body">Undefined when the answer had none.</param>
readonly record struct Answer(int Status, JsonElement Body)
{
    public bool IsOnlyAccepted => Status == 202;
}

/// <summary>Calls the API. Whatever is no success ends the command: a problem as refused, silence as not reached.</summary>
sealed class HttpApi(Server server, HttpMessageHandler handler) : IDisposable
{
    /// <summary>For an answer; longer than the API ever waits.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly HttpClient http = new(handler) { BaseAddress = server.Url, Timeout = Timeout.InfiniteTimeSpan };

    public Task<Answer> GetAsync(string path, CancellationToken stop) => SendAsync(HttpMethod.Get, path, body: null, new Sending(), stop);

    /// <param name="path">Relative, its segments and values escaped.</param>
    /// <param name="body">JSON in UTF-8; null for none.</param>
    public async Task<Answer> SendAsync(HttpMethod method, string path, ReadOnlyMemory<byte>? body, Sending how, CancellationToken stop)
    {
        using var request = Request(method, path);
        if (body is { } bytes)
            request.Content = new ReadOnlyMemoryContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        if (how.IdempotencyKey is { } key)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", Header("--idempotency-key", key));
        if (how.Wait)
            request.Headers.TryAddWithoutValidation("Prefer", string.Create(CultureInfo.InvariantCulture, $"wait={Sending.MaxWait}"));
        if (how.IfMatch is { } revision)
            request.Headers.TryAddWithoutValidation("If-Match", string.Create(CultureInfo.InvariantCulture, $"\"{revision}\""));
        return await InTimeAsync(async patience =>
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience);
            return await ReadAsync(answer, patience);
        }, stop);
    }

    /// <summary>Opens a stream of server-sent events; whoever asked disposes it.</summary>
    /// <param name="after">Id of the last event seen; null for all.</param>
    public async Task<HttpResponseMessage> StreamAsync(string path, string? after, CancellationToken stop)
    {
        using var request = Request(HttpMethod.Get, path);
        request.Headers.Accept.Add(new("text/event-stream"));
        if (after is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", after);
        return await OpenAsync(request, stop);
    }

    Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, CancellationToken stop) => InTimeAsync(
        async patience =>
        {
            var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience);
            if (answer.IsSuccessStatusCode)
                return answer;
            using (answer)
                await ReadAsync(answer, patience);
            throw new HttpRequestException("the API answered without a stream");
        }, stop);

    /// <summary>Opens a file of whatever kind; whoever asked disposes it.</summary>
    public async Task<HttpResponseMessage> DownloadAsync(string path, CancellationToken stop)
    {
        using var request = Request(HttpMethod.Get, path);
        request.Headers.Accept.Clear();
        request.Headers.Accept.Add(new("*/*"));
        return await OpenAsync(request, stop);
    }

    HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Accept.Add(new("application/json"));
        if (server.Token is { } token)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        else if (server.Key is { } key)
            request.Headers.TryAddWithoutValidation("X-Api-Key", key);
        return request;
    }

    static string Header(string option, string value) => value.Length is > 0 and <= 255 && !value.AsSpan().ContainsAnyExceptInRange(' ', '~')
        ? value
        : throw CommandEndedException.Usage($"{option} must be 1 to 255 printable ASCII characters");

    async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        try
        {
            return await call(patience.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new CommandEndedException(ExitCode.NotReached, $"{server.Url} did not answer within {Patience.TotalSeconds:0} s");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw new CommandEndedException(ExitCode.NotReached, $"{server.Url} cannot be reached: {fault.Message}");
        }
    }

    static async Task<Answer> ReadAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        var status = (int)answer.StatusCode;
        var isJson = answer.Content.Headers.ContentType?.MediaType is { } type && (type is "application/json" || type.EndsWith("+json", StringComparison.Ordinal));
        var body = isJson ? Parsed(await answer.Content.ReadAsByteArrayAsync(stop), status) : default;
        if (answer.IsSuccessStatusCode)
            return isJson || status == 204 ? new(status, body) : throw NotOurs(status);
        throw Problem.Of(status, isJson ? body : null);
    }

    static JsonElement Parsed(byte[] utf8, int status)
    {
        try
        {
            return Json.Parse(utf8);
        }
        catch (JsonException)
        {
            throw NotOurs(status);
        }
    }

    static CommandEndedException NotOurs(int status) =>
        new(ExitCode.NotReached, $"what answers there ({status}) is not the API of Dvt; look at --url");

    public void Dispose() => http.Dispose();
}
