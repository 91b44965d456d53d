using System.Diagnostics.CodeAnalysis;
using Quartz;

namespace Dvt.Engine.Schedules;

/// <summary>
/// The moments that a cron expression names in a time zone. The expression is matched with what the zone's clocks show.
/// Clocks forward: a reading that does not exist is due at the moment at which the clocks jump. Clocks back: a reading that
/// comes twice is due the first time only. An expression that fires in every hour goes by the hours that pass instead: it
/// has nothing in an hour that does not exist and fires in both that look alike.
/// </summary>
public sealed class Occurrences
{
    /// <summary>No zone has moved its clocks by more since 1970, apart from the few that changed sides of the date line.</summary>
    static readonly TimeSpan LongestShift = TimeSpan.FromHours(3);

    const int MaxCron = 200;

    readonly CronExpression cron;
    readonly TimeZoneInfo zone;
    readonly bool everyHour;

    Occurrences(CronExpression cron, TimeZoneInfo zone, bool everyHour) => (this.cron, this.zone, this.everyHour) = (cron, zone, everyHour);

    /// <param name="cron">Six or seven fields as Quartz has them, or five as Unix has them.</param>
    /// <param name="timeZone">IANA name.</param>
    /// <exception cref="FormatException">One of them is not understood.</exception>
    public static Occurrences Of(string cron, string timeZone) => new(
        TryCron(cron, out var read) ? read : throw new FormatException($"{cron} is no cron expression"),
        TryZone(timeZone, out var zone) ? zone : throw new FormatException($"{timeZone} is no time zone"),
        FiresEveryHour(cron));

    public static bool TryCron(string text, [NotNullWhen(true)] out CronExpression? cron)
    {
        cron = null;
        var fields = Fields(text);
        if (text.Length > MaxCron || fields.Length is < 5 or > 7)
            return false;
        var known = fields.Length == 5 ? CronExpression.TryParse(text, CronFormat.Unix, out cron) : CronExpression.TryParse(text, out cron);
        // What clocks show is read as if it were UTC; what it means in the zone is decided here.
        cron = known ? cron!.WithTimeZone(TimeZoneInfo.Utc) : null;
        return cron is not null;
    }

    public static bool TryZone(string name, [NotNullWhen(true)] out TimeZoneInfo? zone)
    {
        zone = null;
        // Names of Windows and absolute paths are other things than IANA names.
        return (name == "UTC" || (name.Contains('/', StringComparison.Ordinal) && name[0] != '/' && !name.Contains("..", StringComparison.Ordinal)))
            && TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone);
    }

    static string[] Fields(string cron) => cron.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    static bool FiresEveryHour(string cron) =>
        Fields(cron) is var fields && fields[fields.Length == 5 ? 1 : 2] is "*" or "*/1" or "0/1" or "0-23";

    /// <summary>In order, each moment once, each later than <paramref name="after"/>; ends where the expression has no more.</summary>
    public IEnumerable<DateTimeOffset> After(DateTimeOffset after)
    {
        var last = after;
        var repeated = new Queue<DateTimeOffset>();
        foreach (var reading in Readings(after))
        {
            var (first, second) = Moments(reading);
            while (repeated.TryPeek(out var waiting) && waiting <= first)
            {
                repeated.Dequeue();
                if (waiting > last)
                    yield return last = waiting;
            }
            if (first > last)
                yield return last = first;
            if (second is { } again)
                repeated.Enqueue(again);
        }
        foreach (var waiting in repeated)
            if (waiting > last)
                yield return last = waiting;
    }

    /// <summary>Of a range.</summary>
    /// <param name="from">Inclusive.</param>
    /// <param name="to">Exclusive.</param>
    public IEnumerable<DateTimeOffset> Between(DateTimeOffset from, DateTimeOffset to) => After(from.AddTicks(-1)).TakeWhile(o => o < to);

    /// <summary>The moment as the zone's clocks show it, with their offset.</summary>
    public DateTimeOffset Local(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, zone);

    /// <summary>What the clocks show at occurrences from about <paramref name="after"/> on, as if it were UTC.</summary>
    IEnumerable<DateTimeOffset> Readings(DateTimeOffset after)
    {
        var shown = TimeZoneInfo.ConvertTime(after, zone).DateTime;
        // While an hour comes twice, readings of before are still to come.
        if (zone.IsAmbiguousTime(shown))
            shown -= LongestShift;
        var next = cron.GetNextValidTimeAfter(new DateTimeOffset(shown, TimeSpan.Zero));
        while (next is { } reading)
        {
            if (!everyHour || !zone.IsInvalidTime(DateTime.SpecifyKind(reading.DateTime, DateTimeKind.Unspecified)))
                yield return reading;
            next = cron.GetNextValidTimeAfter(reading);
        }
    }

    /// <summary>The moment at which the clocks show this, and the second one where they are to be counted both.</summary>
    (DateTimeOffset First, DateTimeOffset? Second) Moments(DateTimeOffset reading)
    {
        var shown = DateTime.SpecifyKind(reading.DateTime, DateTimeKind.Unspecified);
        if (zone.IsInvalidTime(shown))
            return (Jump(reading), null);
        if (!zone.IsAmbiguousTime(shown))
            return (At(shown, zone.GetUtcOffset(shown)), null);
        var offsets = zone.GetAmbiguousTimeOffsets(shown);
        return (At(shown, offsets.Max()), everyHour ? At(shown, offsets.Min()) : null);
    }

    static DateTimeOffset At(DateTime shown, TimeSpan offset) => new DateTimeOffset(shown, offset).ToUniversalTime();

    /// <summary>When the clocks leave out this reading: found by halving, to the second.</summary>
    DateTimeOffset Jump(DateTimeOffset reading)
    {
        var late = reading - zone.BaseUtcOffset + LongestShift;
        var early = late - 2 * LongestShift;
        var before = zone.GetUtcOffset(early);
        while (late - early > TimeSpan.FromSeconds(1))
        {
            var middle = early + TimeSpan.FromSeconds((long)((late - early).TotalSeconds / 2));
            if (zone.GetUtcOffset(middle) == before)
                early = middle;
            else
                late = middle;
        }
        return late;
    }
}
