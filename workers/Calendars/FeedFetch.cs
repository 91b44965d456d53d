using System.Net;
using System.Net.Http.Headers;
using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.Workers.Effects;

namespace Dvt.Workers.Calendars;

/// <summary>What asking a calendar came to.</summary>
/// <param name="Status">Of the answer; null when there was none.</param>
/// <param name="Error">One of <see cref="CalendarErrors"/>; null for a good answer.</param>
/// <param name="Body">Null for 304.</param>
sealed record FeedAnswer(int? Status, string? Error, byte[]? Body = null, string? ETag = null, string? LastModified = null);

/// <summary>
/// Asks for a calendar: guarded like <c>http</c> steps, so the connection is made to the very address that was checked, and
/// each redirect is judged as the first address was. Reads no more than a calendar may have, unpacked.
/// </summary>
sealed class FeedFetch(TenantAllowList allowed, HttpStepNetwork network, TimeSpan timeout)
{
    public const int MaxBytes = 5 * 1024 * 1024;
    const int MaxRedirects = 3;

    /// <summary>Longer validators are not kept.</summary>
    const int MaxValidator = 512;

    public async Task<FeedAnswer> GetAsync(Guid tenantId, Uri url, string? etag, string? lastModified, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        end.CancelAfter(timeout);
        try
        {
            for (var redirects = 0; redirects <= MaxRedirects; redirects++)
            {
                var isAllowed = await allowed.NamesAsync(tenantId, url, end.Token);
                if (url.Scheme == "http" && !isAllowed)
                    return new(Status: null, CalendarErrors.RedirectRefused);
                using var request = Request(url, etag, lastModified);
                using var response = await network.SendAsync(request, isAllowed, reuse: true, end.Token);
                if (!IsRedirect(response.StatusCode) || response.Headers.Location is not { } location)
                    return await ReadAsync(response, end.Token);
                if (!Uri.TryCreate(url, location, out var next) || next.Scheme is not ("https" or "http") || next.UserInfo.Length > 0)
                    return new((int)response.StatusCode, CalendarErrors.RedirectRefused);
                url = next;
            }
            return new(Status: null, CalendarErrors.RedirectRefused);
        }
        catch (Exception fault) when (!stop.IsCancellationRequested
            && fault is HttpRequestException or IOException or InvalidDataException or OperationCanceledException)
        {
            return new(Status: null, Name(fault));
        }
    }

    static HttpRequestMessage Request(Uri url, string? etag, string? lastModified)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        request.Headers.TryAddWithoutValidation("User-Agent", "dvt-calendars/1");
        request.Headers.TryAddWithoutValidation("Accept", "text/calendar, */*;q=0.5");
        if (etag is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", etag);
        if (lastModified is not null)
            request.Headers.TryAddWithoutValidation("If-Modified-Since", lastModified);
        return request;
    }

    static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;

    static async Task<FeedAnswer> ReadAsync(HttpResponseMessage response, CancellationToken stop)
    {
        var status = (int)response.StatusCode;
        if (status == 304)
            return new(status, Error: null);
        if (status != 200)
            return new(status, CalendarErrors.Status);
        if (response.Content.Headers.ContentLength > MaxBytes)
            return new(status, CalendarErrors.TooLarge);
        using var body = new MemoryStream();
        await using var stream = await response.Content.ReadAsStreamAsync(stop);
        var buffer = new byte[64 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, stop)) > 0;)
        {
            body.Write(buffer, 0, read);
            if (body.Length > MaxBytes)
                return new(status, CalendarErrors.TooLarge);
        }
        return new(status, Error: null, body.ToArray(), Validator(response.Headers, "ETag"), Validator(response.Content.Headers, "Last-Modified"));
    }

    /// <summary>As it was sent: what goes back must be what came.</summary>
    static string? Validator(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) && values.ToString() is { Length: > 0 and <= MaxValidator } value ? value : null;

    static string Name(Exception fault) => fault switch
    {
        { InnerException: AddressRefusedException } => CalendarErrors.AddressRefused,
        OperationCanceledException => CalendarErrors.Timeout,
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => CalendarErrors.NameNotResolved,
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => CalendarErrors.NotConnected,
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => CalendarErrors.TlsFailed,
        _ => CalendarErrors.BrokenOff,
    };
}
