using System.Net;

namespace Dvt.Client;

/// <summary>Sends a request until it is answered for good: 429 and 503 accepted nothing, so the same may be sent again.</summary>
static class Retrying
{
    public static async Task<HttpResponseMessage> SendAsync(
        Func<CancellationToken, Task<HttpResponseMessage>> send, bool mayRepeat, DvtClientOptions options, CancellationToken cancellationToken)
    {
        for (var tried = 0; ; tried++)
        {
            TimeSpan? pause;
            try
            {
                var answer = await send(cancellationToken);
                if (!IsPassing(answer.StatusCode, mayRepeat) || Pause(tried, Asked(answer), options) is not { } wait)
                    return answer;
                answer.Dispose();
                pause = wait;
            }
            // Nobody knows whether it arrived: only what may be repeated is.
            catch (HttpRequestException) when (mayRepeat && tried < options.Retries)
            {
                pause = Pause(tried, asked: null, options);
            }
            await Task.Delay(pause ?? TimeSpan.Zero, options.Time, cancellationToken);
        }
    }

    /// <summary>Something between here and the API may have lost the answer of a 502 or 504.</summary>
    static bool IsPassing(HttpStatusCode status, bool mayRepeat) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable || mayRepeat && status is HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout;

    /// <summary>Null when it is given up.</summary>
    static TimeSpan? Pause(int tried, TimeSpan? asked, DvtClientOptions options)
    {
        if (tried >= options.Retries || asked > options.LongestRetryAfter)
            return null;
        // Give or take a fifth: many clients that were refused together must not come back together.
        return asked ?? options.FirstBackoff * Math.Pow(2, Math.Min(tried, 10)) * (0.8 + (0.4 * Random.Shared.NextDouble()));
    }

    public static TimeSpan? Asked(HttpResponseMessage answer) => answer.Headers.RetryAfter switch
    {
        { Delta: { } seconds } => seconds,
        { Date: { } moment } when moment - (answer.Headers.Date ?? moment) is { Ticks: >= 0 } left => left,
        _ => null,
    };
}
