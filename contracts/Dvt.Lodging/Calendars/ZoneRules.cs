using System.Globalization;

namespace Dvt.Lodging.Calendars;

/// <summary>A VTIMEZONE: when its clocks change, and what they show then; RFC 5545 §3.6.5.</summary>
sealed class ZoneRules
{
    /// <summary>Observances of one zone; further ones are dropped.</summary>
    const int Max = 32;

    readonly List<Observance> observances;
    readonly Dictionary<(Observance Of, int Year), DateTime?> onsets = [];

    ZoneRules(List<Observance> observances) => this.observances = observances;

    public int Count => observances.Count;

    /// <param name="Onset">As the clocks show it before they change.</param>
    /// <param name="Yearly">The day of each year on which they change again; null for once.</param>
    sealed record Observance(DateTime Onset, TimeSpan Before, TimeSpan After, Recurrence? Yearly, DateTime Until);

    public static ZoneRules? TryRead(Component zone)
    {
        var read = new List<Observance>();
        foreach (var part in zone.Inside.Take(Max))
            if (part["DTSTART"] is { } start && CalendarMoment.TryParse(start, out var onset)
                && TryOffset(part["TZOFFSETFROM"], out var before) && TryOffset(part["TZOFFSETTO"], out var after))
                read.Add(new(onset.Shown, before, after, YearlyOf(part), UntilOf(part, before)));
        return read.Count == 0 ? null : new(read);
    }

    /// <summary>What clocks that show this are ahead of UTC.</summary>
    public TimeSpan OffsetOf(DateTime shown)
    {
        var (latest, offset) = (DateTime.MinValue, (TimeSpan?)null);
        foreach (var observance in observances)
            if (LastOnset(observance, shown) is { } onset && (offset is null || onset >= latest))
                (latest, offset) = (onset, observance.After);
        return offset ?? observances.MinBy(o => o.Onset)!.Before;
    }

    DateTime? LastOnset(Observance observance, DateTime shown)
    {
        if (shown < observance.Onset)
            return null;
        if (observance.Yearly is { } yearly)
            for (var year = shown.Year; year >= Math.Max(shown.Year - 1, observance.Onset.Year); year--)
                if (OnsetIn(year, observance, yearly) is { } onset && onset <= shown && onset >= observance.Onset && onset <= observance.Until)
                    return onset;
        return observance.Until < shown && observance.Yearly is not null
            ? LastOnset(observance with { Until = DateTime.MaxValue }, observance.Until) : observance.Onset;
    }

    DateTime? OnsetIn(int year, Observance observance, Recurrence yearly)
    {
        if (!onsets.TryGetValue((observance, year), out var onset))
            onsets[(observance, year)] = onset = yearly.DayIn(year, DateOnly.FromDateTime(observance.Onset))?.ToDateTime(TimeOnly.FromDateTime(observance.Onset));
        return onset;
    }

    /// <summary>Clocks change in a month that is named; other rules are not taken.</summary>
    static Recurrence? YearlyOf(Component part) =>
        part["RRULE"] is { } rule && Recurrence.TryParse(rule.Value, out var parsed)
            && parsed is { Frequency: Frequency.Yearly, Months.Count: 1, Days.Count: <= 7 } ? parsed : null;

    /// <summary>In UTC as written, in what the clocks show as kept.</summary>
    static DateTime UntilOf(Component part, TimeSpan before) =>
        YearlyOf(part)?.Until is { } until ? until.IsUtc ? until.Shown + before : until.Shown.AddDays(1).AddTicks(-1) : DateTime.MaxValue;

    static bool TryOffset(ContentLine? line, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        var text = line?.Value.Trim() ?? "";
        if (text.Length is not (5 or 7) || text[0] is not ('+' or '-')
            || !int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var digits))
            return false;
        digits = text.Length == 5 ? digits * 100 : digits;
        offset = new TimeSpan(digits / 10_000, digits / 100 % 100, digits % 100);
        offset = text[0] == '-' ? -offset : offset;
        return offset.Duration() <= TimeSpan.FromHours(15);
    }
}
