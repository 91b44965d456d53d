using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Dvt.Sandbox;

/// <summary>
/// The last calls of every provider, for tests to ask: <c>GET /journal?provider=&amp;path=&amp;key=&amp;after=</c> →
/// <c>{calls:[{n, at, provider, method, path, query, key, body, status, fault}], next}</c>. No header is kept but the idempotency key.
/// A connection that was cut has status 0.
/// </summary>
sealed class Journal
{
    const int Kept = 10_000;
    const int MostBody = 64 * 1024;
    const string FaultItem = "sandbox-fault";

    readonly Lock gate = new();
    readonly Queue<Entry> entries = new();
    long last;

    public sealed record Entry(
        long N, DateTimeOffset At, string Provider, string Method, string Path, string Query, string Key, string Body, int Status, string? Fault);

    public void Map(WebApplication app)
    {
        app.MapGet("/journal", Show);
        app.MapDelete("/journal", Clear);
    }

    /// <summary>Writes down every call of a provider, faults included.</summary>
    public void Use(WebApplication app) => app.Use((context, next) =>
        Provider.Of(context) is { } provider ? WatchAsync(context, next, provider) : next(context));

    /// <summary>A fault that was played on this call.</summary>
    public static void Note(HttpContext context, string fault) => context.Items[FaultItem] = fault;

    public void Add(string provider, string method, string path, string query, string key, string body, int status, string? fault)
    {
        lock (gate)
        {
            entries.Enqueue(new Entry(++last, DateTimeOffset.UtcNow, provider, method, path, query, key, body, status, fault));
            if (entries.Count > Kept)
                entries.Dequeue();
        }
    }

    async Task WatchAsync(HttpContext context, RequestDelegate next, Provider provider)
    {
        context.Request.EnableBuffering();
        var body = await BodyAsync(context.Request);
        try
        {
            await next(context);
        }
        finally
        {
            var fault = context.Items[FaultItem] as string;
            var isCut = fault is Faults.DropAfterCommit or Faults.DropBeforeCommit || context.RequestAborted.IsCancellationRequested;
            Add(provider.Name, context.Request.Method, context.Request.Path.Value!, context.Request.QueryString.Value!, Http.Key(context), body,
                isCut ? 0 : context.Response.StatusCode, fault);
        }
    }

    /// <summary>Text as it is; of anything else its size.</summary>
    static async Task<string> BodyAsync(HttpRequest request)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer);
        request.Body.Position = 0;
        var isText = request.ContentType is not { } type || type.Contains("json", StringComparison.Ordinal)
            || type.StartsWith("text/", StringComparison.Ordinal) || type.Contains("urlencoded", StringComparison.Ordinal);
        return isText && buffer.Length <= MostBody
            ? Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length)
            : string.Create(CultureInfo.InvariantCulture, $"<{buffer.Length} bytes>");
    }

    IResult Show(string? provider, string? path, string? key, long? after)
    {
        lock (gate)
            return Results.Json(new
            {
                calls = entries.Where(e => e.N > (after ?? 0) && (provider is null || e.Provider == provider)
                    && (path is null || e.Path.Contains(path, StringComparison.Ordinal)) && (key is null || e.Key == key)).ToArray(),
                next = last,
            }, JsonSerializerOptions.Web);
    }

    IResult Clear()
    {
        lock (gate)
            entries.Clear();
        return Results.NoContent();
    }
}
