using System.Diagnostics;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary>Follows a run's events to its end, each once and in order, over streams that break off.</summary>
static class RunStream
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>A stream that was there may be away for so long.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="after">Seq of the last event that is known already.</param>
    public static async Task FollowAsync(HttpApi api, string runId, long after, Action<JsonElement> each, CancellationToken stop)
    {
        Stopwatch? lost = null;
        var seen = false;
        while (true)
        {
            try
            {
                var last = after > 0 ? after.ToString(CultureInfo.InvariantCulture) : null;
                using var stream = await api.StreamAsync(Route.To("runs", runId, "stream"), last, stop);
                (seen, lost) = (true, null);
                await foreach (var item in SseParser.Create(await stream.Content.ReadAsStreamAsync(stop)).EnumerateAsync(stop))
                {
                    if (item.EventType is "end")
                        return;
                    // Too far behind the tail: the next stream begins with the history.
                    if (item.EventType is "reset")
                        break;
                    var happened = Json.Parse(Encoding.UTF8.GetBytes(item.Data));
                    if (happened.Get("seq") is not { } told || !told.TryGetInt64(out var seq) || seq <= after)
                        continue;
                    after = seq;
                    each(happened);
                    if (happened.Text("type") is "RunCompleted" or "RunFailed" or "RunCancelled")
                        return;
                }
            }
            catch (Exception fault) when (seen && IsPassing(fault))
            {
                lost ??= Stopwatch.StartNew();
                if (lost.Elapsed > Patience)
                    throw new CommandEndedException(ExitCode.NotReached, $"the stream was lost: {fault.Message}");
            }
            await Task.Delay(Pause, stop);
        }
    }

    static bool IsPassing(Exception fault) =>
        fault is HttpRequestException or IOException or JsonException or CommandEndedException { ExitCode: ExitCode.NotReached };
}
