using System.Diagnostics;

namespace Dvt.Api;

/// <summary>The outermost layer: ids, security headers, and a problem document for whatever was answered without a body.</summary>
static class Edge
{
    const string RequestId = "X-Request-Id";

    public static async Task HandleAsync(HttpContext http, RequestDelegate next)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-site";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        if (http.Request.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000";
        headers[RequestId] = IdOf(http);
        if (Activity.Current is { } activity)
            headers["traceresponse"] = activity.Id;
        try
        {
            await next(http);
        }
        catch (BadHttpRequestException bad)
        {
            if (!http.Response.HasStarted)
                await ProblemWriter.WriteAsync(http, Problems.OfStatus(bad.StatusCode), detail: null, []);
            return;
        }
        if (http.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
            await ProblemWriter.WriteAsync(http, Problems.OfStatus(http.Response.StatusCode), detail: null, []);
    }

    /// <summary>The caller's own id when it is harmless, so that both sides can search for it.</summary>
    static string IdOf(HttpContext http)
    {
        string? given = http.Request.Headers[RequestId];
        return given is { Length: > 0 and <= 64 } && given.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? given : http.TraceIdentifier;
    }
}
