using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Schedules;

/// <summary>What a schedule has to start now.</summary>
/// <param name="Start">Occurrences to start runs for, oldest first.</param>
/// <param name="SettledTo">Occurrences up to and including this moment are dealt with.</param>
/// <param name="Next">When there is something to start again; not later than now when there is more. Null for never.</param>
public sealed record Firing(IReadOnlyList<DateTimeOffset> Start, DateTimeOffset SettledTo, DateTimeOffset? Next)
{
    /// <summary>An occurrence that is later than this by now was missed: nobody was there to start it.</summary>
    public static readonly TimeSpan OnTime = TimeSpan.FromMinutes(1);

    static readonly TimeSpan LongestJitter = TimeSpan.FromHours(1);

    /// <param name="scheduleId">Part of what jitter is made from.</param>
    /// <param name="settledTo">Up to which moment occurrences were dealt with before.</param>
    /// <param name="atOnce">Occurrences to start at the most.</param>
    public static Firing Of(string scheduleId, ScheduleDefinition definition, DateTimeOffset settledTo, DateTimeOffset now, int atOnce)
    {
        var occurrences = Occurrences.Of(definition.Cron, definition.TimeZone);
        var jitter = JitterOf(definition.Jitter);
        var since = definition.CatchUp switch
        {
            CatchUps.All => settledTo,
            CatchUps.Last => BeforeLast(occurrences, settledTo, Missed(now, jitter)),
            _ => Later(settledTo, Missed(now, jitter)),
        };
        var start = new List<DateTimeOffset>();
        foreach (var (occurrence, due) in Due(scheduleId, occurrences, jitter, since))
        {
            if (due > now)
                return new(start, Later(settledTo, start.LastOrDefault(since)), due);
            if (start.Count == atOnce)
                return new(start, start[^1], now);
            start.Add(occurrence);
        }
        return new(start, Later(settledTo, start.LastOrDefault(since)), Next: null);
    }

    /// <summary>Occurrences with the moments at which they are to be started, in order.</summary>
    public static IEnumerable<(DateTimeOffset Occurrence, DateTimeOffset Due)> Due(
        string scheduleId, Occurrences occurrences, TimeSpan jitter, DateTimeOffset after)
    {
        DateTimeOffset? waiting = null;
        foreach (var next in occurrences.After(after))
        {
            if (jitter == TimeSpan.Zero)
                yield return (next, next);
            else if (waiting is { } occurrence)
                // Never beyond the next one, so that they start in their order.
                yield return (occurrence, Late(scheduleId, occurrence, jitter < next - occurrence ? jitter : next - occurrence));
            waiting = next;
        }
        if (jitter > TimeSpan.Zero && waiting is { } last)
            yield return (last, Late(scheduleId, last, jitter));
    }

    /// <summary>The same for the same occurrence on every machine and after every crash.</summary>
    static DateTimeOffset Late(string scheduleId, DateTimeOffset occurrence, TimeSpan atMost)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{scheduleId}\n{occurrence.ToUnixTimeSeconds()}"));
        var share = BinaryPrimitives.ReadUInt32BigEndian(digest) / ((double)uint.MaxValue + 1);
        return occurrence.AddMilliseconds(Math.Floor(atMost.TotalMilliseconds * share));
    }

    public static bool IsJitter(string text) => IsoDuration.TryParse(text, out var read) && read <= LongestJitter;

    /// <returns>Zero for none.</returns>
    public static TimeSpan JitterOf(string? jitter) => jitter is not null && IsoDuration.TryParse(jitter, out var read) ? read : TimeSpan.Zero;

    /// <summary>Occurrences up to here were missed, however late jitter would have made them.</summary>
    static DateTimeOffset Missed(DateTimeOffset now, TimeSpan jitter) => now - OnTime - jitter;

    /// <summary>A moment behind which the last missed occurrence is the first; looked for backwards, since there may be very many.</summary>
    static DateTimeOffset BeforeLast(Occurrences occurrences, DateTimeOffset settledTo, DateTimeOffset missed)
    {
        for (var window = OnTime; settledTo < missed; window *= 4)
        {
            var from = Later(settledTo, missed - window);
            if (occurrences.After(from).TakeWhile(o => o <= missed).LastOrDefault() is { Ticks: > 0 } last)
                return last.AddTicks(-1);
            if (from == settledTo)
                return missed;
        }
        return settledTo;
    }

    static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
