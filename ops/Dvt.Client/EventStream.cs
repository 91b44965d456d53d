using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Dvt.Client;

/// <summary>Server-sent events, each once and in order, over streams that break off. Ends with the API's <c>end</c>, or never.</summary>
static class EventStream
{
    /// <summary>Between two tries.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <param name="open">Opens a stream behind an id; null for its beginning.</param>
    public static async IAsyncEnumerable<ServerEvent<T>> ReadAsync<T>(
        Func<string?, CancellationToken, Task<HttpResponseMessage>> open, string? lastEventId, DvtClientOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken) where T : class
    {
        var lost = new Absence(options);
        while (true)
        {
            using var answer = await OpenAsync(open, lastEventId, lost, cancellationToken);
            if (answer is not null)
            {
                await using var reading = SseParser.Create(await answer.Content.ReadAsStreamAsync(cancellationToken)).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
                while (await MovesAsync(reading, lost))
                {
                    var item = reading.Current;
                    if (item.EventType is "end")
                        yield break;
                    lost.IsOver();
                    lastEventId = string.IsNullOrEmpty(item.EventId) ? lastEventId : item.EventId;
                    // Without an id it means: begin anew behind what you have.
                    if (item.EventType is "reset" && string.IsNullOrEmpty(item.EventId))
                        break;
                    yield return item.EventType is "reset"
                        ? new(lastEventId, "reset", Data: null)
                        : new(lastEventId, item.EventType, JsonSerializer.Deserialize<T>(item.Data, DvtJson.Options));
                }
            }
            await Task.Delay(Pause, options.Time, cancellationToken);
        }
    }

    /// <summary>Null when it is to be tried again.</summary>
    static async Task<HttpResponseMessage?> OpenAsync(
        Func<string?, CancellationToken, Task<HttpResponseMessage>> open, string? after, Absence lost, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await open(after, cancellationToken);
            if (answer.IsSuccessStatusCode)
                return answer;
            using (answer)
            {
                var problem = await DvtProblemException.ReadAsync(answer, cancellationToken);
                if (answer.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout)
                    || lost.IsTooLong())
                    throw problem;
                return null;
            }
        }
        catch (HttpRequestException) when (!lost.IsTooLong())
        {
            return null;
        }
    }

    static async Task<bool> MovesAsync<T>(IAsyncEnumerator<SseItem<T>> reading, Absence lost)
    {
        try
        {
            return await reading.MoveNextAsync();
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException && !lost.IsTooLong())
        {
            return false;
        }
    }

    /// <summary>Since when nothing came.</summary>
    sealed class Absence(DvtClientOptions options)
    {
        long? since;

        public void IsOver() => since = null;

        public bool IsTooLong() => options.Time.GetElapsedTime(since ??= options.Time.GetTimestamp()) > options.StreamPatience;
    }
}
