using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.Workers.Effects;

namespace Dvt.Workers.Webhooks;

/// <summary>What an attempt came to.</summary>
/// <param name="Code">Status of the answer; null when there was none.</param>
/// <param name="Error">Null for success; otherwise one of <c>status</c>, <c>redirect_refused</c>, <c>timeout</c>, <c>address_refused</c>,
/// <c>name_not_resolved</c>, <c>not_connected</c>, <c>tls_failed</c>, <c>broken_off</c>.</param>
/// <param name="Answer">The beginning of the answer's body.</param>
sealed record PostOutcome(DateTimeOffset At, int? Code, TimeSpan Took, string? Error, TimeSpan? RetryAfter = null, string? Answer = null)
{
    public bool IsSuccess => Error is null;
}

/// <summary>Makes one attempt: signs, posts, reads a little of the answer. Guarded like <c>http</c> steps; follows no redirect.</summary>
sealed class DeliveryPost(TenantAllowList allowed, HttpStepNetwork network, KeyWrap wrap, TimeSpan timeout, TimeProvider clock)
{
    const string ContentType = "application/cloudevents+json; charset=utf-8";

    /// <summary>In characters; more of an answer is not kept.</summary>
    const int KeptAnswer = 512;

    public async Task<PostOutcome> SendAsync(ClaimedDelivery delivery)
    {
        var (at, began) = (clock.GetUtcNow(), clock.GetTimestamp());
        using var end = new CancellationTokenSource(timeout);
        try
        {
            var url = new Uri(delivery.Url);
            var isAllowed = await allowed.NamesAsync(delivery.TenantId, url, end.Token);
            using var request = Message(delivery, url, at);
            using var response = await network.SendAsync(request, isAllowed, reuse: true, end.Token);
            var code = (int)response.StatusCode;
            var error = code switch { >= 200 and < 300 => null, >= 300 and < 400 => "redirect_refused", _ => "status" };
            // A success is one whatever its body does.
            var answer = error is null ? null : await BeginningAsync(response, end.Token);
            return new(at, code, clock.GetElapsedTime(began), error, Asked(response, at), answer);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException or OperationCanceledException)
        {
            return new(at, Code: null, clock.GetElapsedTime(began), Name(fault));
        }
    }

    HttpRequestMessage Message(ClaimedDelivery delivery, Uri url, DateTimeOffset at)
    {
        var body = Encoding.UTF8.GetBytes(delivery.Body);
        var (id, timestamp) = (delivery.EventId.ToString(), at.ToUnixTimeSeconds());
        var signatures = delivery.Secrets.Select(s => WebhookSignature.Sign(wrap.Unwrap(WebhookSignature.WrapName(delivery.EndpointId), s), id, timestamp, body));
        var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(ContentType);
        request.Headers.TryAddWithoutValidation("User-Agent", "dvt-webhooks/1");
        request.Headers.TryAddWithoutValidation(WebhookSignature.IdHeader, id);
        request.Headers.TryAddWithoutValidation(WebhookSignature.TimestampHeader, $"{timestamp}");
        request.Headers.TryAddWithoutValidation(WebhookSignature.SignatureHeader, string.Join(' ', signatures));
        return request;
    }

    static TimeSpan? Asked(HttpResponseMessage response, DateTimeOffset now) => response.Headers.RetryAfter switch
    {
        { Delta: { } pause } => pause,
        { Date: { } until } when until > now => until - now,
        _ => null,
    };

    /// <summary>Reads no more than is kept, so that an answer without end costs nothing.</summary>
    static async Task<string?> BeginningAsync(HttpResponseMessage response, CancellationToken stop)
    {
        var buffer = new byte[KeptAnswer];
        var length = 0;
        await using var body = await response.Content.ReadAsStreamAsync(stop);
        for (int read; length < buffer.Length && (read = await body.ReadAsync(buffer.AsMemory(length), stop)) > 0; length += read)
        {
        }
        var text = Encoding.UTF8.GetString(buffer, 0, length).Replace('\0', ' ');
        return text.Length == 0 ? null : text;
    }

    static string Name(Exception fault) => fault switch
    {
        { InnerException: AddressRefusedException } => "address_refused",
        OperationCanceledException => "timeout",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "name_not_resolved",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "not_connected",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "tls_failed",
        _ => "broken_off",
    };
}
