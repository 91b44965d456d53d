using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Dvt.Sandbox;

/// <summary>
/// Faults that a caller orders by <c>X-Fake-Scenario</c> or <c>?scenario=</c>. With an <c>Idempotency-Key</c> a fault happens
/// once per key, so that the repetition gets through; <c>X-Fake-Times</c> or <c>?times=</c> says how often instead.
/// </summary>
static class Faults
{
    public const string DropAfterCommit = "drop-after-commit";
    public const string DropBeforeCommit = "drop-before-commit";
    public const string Hang = "hang";
    public const string Truncate = "truncate";
    public const string MalformedJson = "malformed-json";
    public const string Slow = "slow";

    const int SlowPieces = 10;
    static readonly TimeSpan SlowPause = TimeSpan.FromMilliseconds(100);

    public static void UseFaults(this WebApplication app)
    {
        var happened = new ConcurrentDictionary<string, int>();
        app.Use((context, next) => IsDue(context, happened) is { } scenario ? RunAsync(context, next, scenario) : next(context));
    }

    static string? IsDue(HttpContext context, ConcurrentDictionary<string, int> happened)
    {
        if (Ordered(context, "X-Fake-Scenario", "scenario") is not { } scenario)
            return null;
        var key = context.Request.Headers["Idempotency-Key"].ToString();
        var times = int.TryParse(Ordered(context, "X-Fake-Times", "times"), CultureInfo.InvariantCulture, out var given) ? given
            : key.Length > 0 ? 1 : int.MaxValue;
        return happened.AddOrUpdate($"{scenario}\n{key}\n{context.Request.Path}", 1, (_, n) => n < int.MaxValue ? n + 1 : n) <= times ? scenario : null;
    }

    static string? Ordered(HttpContext context, string header, string query) =>
        context.Request.Headers[header].FirstOrDefault() ?? context.Request.Query[query].FirstOrDefault();

    internal static async Task RunAsync(HttpContext context, RequestDelegate next, string scenario)
    {
        Journal.Note(context, scenario);
        switch (scenario)
        {
            case DropBeforeCommit:
                context.Abort();
                return;
            case Hang:
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
                return;
            case DropAfterCommit:
                await BufferAsync(context, next);
                context.Abort();
                return;
            case MalformedJson:
                await BufferAsync(context, next);
                context.Response.ContentLength = null;
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync("""{"status": "ok", "broken": """);
                return;
            case Truncate:
                await TruncateAsync(context, await BufferAsync(context, next));
                return;
            case Slow:
                await DribbleAsync(context, await BufferAsync(context, next));
                return;
            default:
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                await context.Response.WriteAsync("unknown scenario");
                return;
        }
    }

    /// <summary>Runs the provider to its end, its effect included, and keeps the answer back.</summary>
    static async Task<byte[]> BufferAsync(HttpContext context, RequestDelegate next)
    {
        var original = context.Features.Get<IHttpResponseBodyFeature>()!;
        using var buffer = new MemoryStream();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(buffer));
        try
        {
            await next(context);
            await context.Response.BodyWriter.FlushAsync();
        }
        finally
        {
            context.Features.Set(original);
        }
        return buffer.ToArray();
    }

    static async Task TruncateAsync(HttpContext context, byte[] body)
    {
        if (body.Length < 2)
            body = Encoding.UTF8.GetBytes("truncated");
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2));
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    static async Task DribbleAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentLength = body.Length;
        await context.Response.StartAsync();
        foreach (var piece in body.Chunk(Math.Max(1, (body.Length + SlowPieces - 1) / SlowPieces)))
        {
            await Task.Delay(SlowPause, context.RequestAborted);
            await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}
