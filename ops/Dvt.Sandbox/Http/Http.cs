using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dvt.Sandbox;

/// <summary>A plain HTTP service: echoes, statuses, delays, redirects, and a charge that counts like money.</summary>
static class Http
{
    const int MaxBytes = 64 * 1024 * 1024;
    static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    public static void MapHttp(this WebApplication app)
    {
        var charges = new Charges();
        var flaky = new ConcurrentDictionary<(string Name, string Key), int>();
        var http = app.MapGroup("/http");
        http.MapMethods("/echo", Methods, (Delegate)EchoAsync);
        http.MapMethods("/status/{code:int}", Methods, Status);
        http.MapMethods("/delay/{ms:int}", Methods, DelayAsync);
        http.MapMethods("/bytes/{n:int}", Methods, BytesAsync);
        http.MapMethods("/redirect", Methods, (string to, int? code, HttpContext context) => Redirect(to, code ?? 302, context));
        http.MapMethods("/flaky/{name}", Methods, (string name, int? failures, int? status, bool? anyKey, HttpContext context) =>
            Flaky(flaky, name, failures ?? 1, status ?? 503, anyKey == true ? "" : Key(context)));
        http.MapPost("/charge", (Delegate)charges.ChargeAsync);
        http.MapGet("/charges", charges.Total);
    }

    /// <summary>What came in: method, headers but the connection's, body as JSON or text.</summary>
    static async Task<IResult> EchoAsync(HttpContext context)
    {
        var body = await ReadAsync(context);
        var headers = context.Request.Headers
            .Where(h => h.Key is not ("Host" or "Connection" or "Content-Length"))
            .OrderBy(h => h.Key, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString());
        return Results.Json(new { method = context.Request.Method, headers, body = Parse(body) });
    }

    /// <summary><c>?retryAfter=7</c> adds the header.</summary>
    static IResult Status(int code, string? retryAfter, HttpContext context)
    {
        if (code is < 100 or > 599)
            return Results.BadRequest();
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        return code is 204 or 304 or < 200 ? Results.StatusCode(code) : Results.Json(new { code }, statusCode: code);
    }

    static async Task<IResult> DelayAsync(int ms, HttpContext context)
    {
        var body = await ReadAsync(context);
        await Task.Delay(Math.Clamp(ms, 0, 600_000), context.RequestAborted);
        return Results.Bytes(body, context.Request.ContentType ?? "application/json");
    }

    /// <summary><c>?gzip=true</c> sends a thousandth of it.</summary>
    static async Task BytesAsync(int n, bool? gzip, HttpContext context)
    {
        context.Response.ContentType = "text/plain";
        await using var body = gzip == true ? new GZipStream(context.Response.Body, CompressionLevel.Optimal) : context.Response.Body;
        if (gzip == true)
            context.Response.Headers.ContentEncoding = "gzip";
        var piece = new byte[16 * 1024];
        piece.AsSpan().Fill((byte)'x');
        for (var left = Math.Clamp(n, 0, MaxBytes); left > 0; left -= piece.Length)
            await body.WriteAsync(piece.AsMemory(0, Math.Min(left, piece.Length)), context.RequestAborted);
    }

    static IResult Redirect(string to, int code, HttpContext context)
    {
        context.Response.Headers.Location = to;
        return Results.StatusCode(code);
    }

    /// <summary>Fails so many times per idempotency key, then succeeds; <c>?anyKey=true</c> counts all calls of the name.</summary>
    static IResult Flaky(ConcurrentDictionary<(string Name, string Key), int> seen, string name, int failures, int status, string key)
    {
        var calls = seen.AddOrUpdate((name, key), 1, (_, n) => n + 1);
        return Results.Json(new { calls }, statusCode: calls <= failures ? status : 200);
    }

    internal static string Key(HttpContext context) => context.Request.Headers["Idempotency-Key"].ToString();

    internal static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        return buffer.ToArray();
    }

    static JsonNode? Parse(byte[] body)
    {
        try
        {
            return body.Length == 0 ? null : JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            return JsonValue.Create(System.Text.Encoding.UTF8.GetString(body));
        }
    }
}
