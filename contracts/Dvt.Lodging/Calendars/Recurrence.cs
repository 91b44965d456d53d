using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Dvt.Lodging.Calendars;

enum Frequency
{
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// <summary>
/// A simple RRULE: FREQ by day, week, month or year with INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYMONTH and WKST;
/// RFC 5545 §3.3.10. One with other parts is not taken at all, since half a rule gives wrong nights.
/// </summary>
/// <param name="Days">Weekdays; <c>Nth</c> counts within the month or year, from its end when negative, 0 is every one.</param>
sealed record Recurrence(
    Frequency Frequency, int Interval, int? Count, CalendarMoment? Until, IReadOnlyList<(int Nth, DayOfWeek Day)> Days,
    IReadOnlyList<int> MonthDays, IReadOnlyList<int> Months, DayOfWeek WeekStart)
{
    const int MaxInterval = 10_000;

    /// <summary>An end after it is none.</summary>
    const int LastYear = 9_000;

    static readonly string[] Weekdays = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

    public static bool TryParse(string value, [NotNullWhen(true)] out Recurrence? rule)
    {
        rule = null;
        Frequency? frequency = null;
        var read = new Recurrence(default, Interval: 1, Count: null, Until: null, [], [], [], DayOfWeek.Monday);
        foreach (var part in value.Trim().ToUpperInvariant().Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=', 2) is not [var name, var text])
                return false;
            if (name == "FREQ")
                frequency = FrequencyOf(text);
            else if (With(read, name, text) is { } next)
                read = next;
            else
                return false;
        }
        if (frequency is not { } known || (known < Frequency.Monthly && (read.Days.Any(d => d.Nth != 0) || (known == Frequency.Weekly && read.MonthDays.Count > 0))))
            return false;
        rule = read with { Frequency = known };
        return true;
    }

    static Frequency? FrequencyOf(string text) => text switch
    {
        "DAILY" => Frequency.Daily,
        "WEEKLY" => Frequency.Weekly,
        "MONTHLY" => Frequency.Monthly,
        "YEARLY" => Frequency.Yearly,
        _ => null,
    };

    static Recurrence? With(Recurrence rule, string name, string text) => name switch
    {
        "INTERVAL" => Number(text, 1, MaxInterval) is { } interval ? rule with { Interval = interval } : null,
        "COUNT" => Number(text, 1, int.MaxValue) is { } count ? rule with { Count = count } : null,
        "UNTIL" => CalendarMoment.TryParse(new(0, "UNTIL", [], text), out var until) && until.Date.Year >= 1900
            ? rule with { Until = until.Date.Year > LastYear ? null : until } : null,
        "BYDAY" => List(text, Weekday) is { } days ? rule with { Days = days } : null,
        "BYMONTHDAY" => List<int>(text, t => Number(t, -31, 31) is { } day and not 0 ? day : null) is { } days ? rule with { MonthDays = days } : null,
        "BYMONTH" => List(text, t => Number(t, 1, 12)) is { } months ? rule with { Months = months } : null,
        "WKST" => Weekday(text) is (0, var day) ? rule with { WeekStart = day } : null,
        _ => null,
    };

    /// <summary>Null when one of them is not understood, or there are more than a rule can need.</summary>
    static List<T>? List<T>(string text, Func<string, T?> read) where T : struct
    {
        var parts = text.Split(',');
        var items = parts.Select(p => read(p.Trim())).OfType<T>().Distinct().ToList();
        return parts.Length <= 64 && items.Count > 0 && parts.All(p => read(p.Trim()) is not null) ? items : null;
    }

    static int? Number(string text, int min, int max) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number : null;

    static (int Nth, DayOfWeek Day)? Weekday(string text)
    {
        if (text.Length < 2 || Array.IndexOf(Weekdays, text[^2..]) is var day && day < 0)
            return null;
        if (text.Length == 2)
            return (0, (DayOfWeek)day);
        return Number(text[..^2], -53, 53) is { } nth and not 0 ? (nth, (DayOfWeek)day) : null;
    }

    /// <summary>The first day that it names in a year, for what happens once a year.</summary>
    public DateOnly? DayIn(int year, DateOnly start) => year is < 1 or > 9998
        ? null
        : RecurrenceDays.InYear(this, year, start).Select(d => (DateOnly?)d).FirstOrDefault();
}
