using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dvt.Sandbox;

/// <summary>One feed: what it holds, how it is served, and how often it was asked for.</summary>
sealed class Feed(string id)
{
    static readonly FeedBehaviour Friendly = new();

    readonly Lock gate = new();
    FeedEvents events = new([]);
    byte[]? content;
    FeedBehaviour behaviour = Friendly;
    DateTimeOffset changedAt = DateTimeOffset.UtcNow;
    int answered;
    int fetches;
    int unchanged;

    public IResult Hold(FeedEvents what) => Change(() => (events, content) = (what, null));

    public IResult Hold(byte[] what) => Change(() => content = what);

    public IResult Behave(FeedBehaviour how)
    {
        lock (gate)
            (behaviour, answered) = (how, 0);
        return Results.NoContent();
    }

    /// <summary><c>{feed, fetches, notModified, events, behaviour}</c>.</summary>
    public IResult Show()
    {
        lock (gate)
            return Results.Json(new { feed = id, fetches, notModified = unchanged, events = events.Events, style = events.Style, behaviour });
    }

    IResult Change(Action change)
    {
        lock (gate)
        {
            change();
            changedAt = DateTimeOffset.UtcNow;
        }
        return Results.NoContent();
    }

    public async Task ServeAsync(HttpContext context)
    {
        FeedBehaviour now;
        byte[] body;
        string tag;
        DateTimeOffset modified;
        lock (gate)
        {
            fetches++;
            now = behaviour.Times is { } times && ++answered > times ? Friendly : behaviour;
            body = content ?? Encoding.UTF8.GetBytes(FeedText.Write(events, DateTimeOffset.UtcNow));
            tag = '"' + Convert.ToHexStringLower(SHA256.HashData(content ?? Encoding.UTF8.GetBytes(FeedText.Write(events, default))))[..32] + '"';
            modified = DateTimeOffset.FromUnixTimeSeconds(changedAt.ToUnixTimeSeconds());
        }
        await Task.Delay(now.DelayMs, context.RequestAborted);
        var response = context.Response;
        if (now.RetryAfter is not null)
            response.Headers.RetryAfter = now.RetryAfter;
        if (now.Location is { } location)
        {
            response.StatusCode = now.Status is >= 300 and < 400 ? now.Status : 302;
            response.Headers.Location = location;
            return;
        }
        response.StatusCode = now.Status;
        if (now.Validators && now.Status == 200)
        {
            response.Headers.ETag = tag;
            response.Headers.LastModified = modified.ToString("R", CultureInfo.InvariantCulture);
            if (IsUnchanged(context.Request, tag, modified))
            {
                lock (gate)
                    unchanged++;
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
        }
        response.ContentType = now.ContentType;
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        await WriteAsync(response, Padded(body, now), now, context.RequestAborted);
    }

    /// <summary>RFC 9110 §13.2.2: the tag decides when there is one.</summary>
    static bool IsUnchanged(HttpRequest request, string tag, DateTimeOffset modified) =>
        request.Headers.IfNoneMatch.Count > 0
            ? request.Headers.IfNoneMatch.ToString().Split(',').Any(t => t.Trim().TrimStart('W', '/') == tag || t.Trim() == "*")
            : DateTimeOffset.TryParse(request.Headers.IfModifiedSince, CultureInfo.InvariantCulture, out var since) && modified <= since;

    static byte[] Padded(byte[] body, FeedBehaviour now)
    {
        if (now.PadBytes > 0)
        {
            var line = "X-PADDING:" + new string('x', 60) + "\r\n";
            var padding = new StringBuilder("BEGIN:VCALENDAR\r\n");
            while (padding.Length < now.PadBytes)
                padding.Append(line);
            var text = Encoding.UTF8.GetString(body);
            var after = text.IndexOf('\n', StringComparison.Ordinal) + 1;
            body = Encoding.UTF8.GetBytes(padding + text[after..]);
        }
        return now.Truncate >= 1 ? body : body[..(int)(body.Length * Math.Max(0, now.Truncate))];
    }

    static async Task WriteAsync(HttpResponse response, byte[] body, FeedBehaviour now, CancellationToken stop)
    {
        if (now.DribbleMs == 0)
        {
            await response.Body.WriteAsync(body, stop);
            return;
        }
        foreach (var piece in body.Chunk(Math.Max(1, (body.Length + 9) / 10)))
        {
            await response.Body.WriteAsync(piece, stop);
            await response.Body.FlushAsync(stop);
            await Task.Delay(now.DribbleMs, stop);
        }
    }
}
