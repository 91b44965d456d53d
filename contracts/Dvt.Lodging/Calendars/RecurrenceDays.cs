namespace Dvt.Lodging.Calendars;

/// <summary>The days that a rule names, in order. The first is always the start; RFC 5545 §3.3.10.</summary>
static class RecurrenceDays
{
    /// <param name="from">Days before may be left out where the rule does not count them.</param>
    /// <param name="to">Days after are left out.</param>
    /// <param name="look">Called with the number of days that are looked at next; false ends it.</param>
    public static IEnumerable<DateOnly> Of(Recurrence rule, DateOnly start, DateOnly from, DateOnly to, Func<int, bool> look)
    {
        var left = rule.Count ?? int.MaxValue;
        if (left-- > 0)
            yield return start;
        for (var period = rule.Count is null ? PeriodsBefore(rule, start, from) : 0; left > 0; period++)
        {
            if (!look(DaysIn(rule)) || Begin(rule, start, period) is not { } begin || begin > to)
                yield break;
            foreach (var day in InPeriod(rule, start, begin))
                if (day > start && day <= to && left-- > 0)
                    yield return day;
        }
    }

    /// <summary>Periods that can be passed over, one less than there are.</summary>
    static int PeriodsBefore(Recurrence rule, DateOnly start, DateOnly from)
    {
        var days = from.DayNumber - start.DayNumber;
        return Math.Max(0, days / (DaysIn(rule) * rule.Interval) - 1);
    }

    static int DaysIn(Recurrence rule) => rule.Frequency switch
    {
        Frequency.Daily => 1,
        Frequency.Weekly => 7,
        Frequency.Monthly => 31,
        _ => 366,
    };

    /// <summary>The first day of a period; null where the calendar ends.</summary>
    static DateOnly? Begin(Recurrence rule, DateOnly start, int period)
    {
        var by = (long)period * rule.Interval;
        var day = rule.Frequency switch
        {
            Frequency.Daily => start.DayNumber + by,
            Frequency.Weekly => start.DayNumber - ((int)start.DayOfWeek - (int)rule.WeekStart + 7) % 7 + by * 7,
            _ => -1,
        };
        if (day >= 0)
            return day <= DateOnly.MaxValue.DayNumber - 7 ? DateOnly.FromDayNumber((int)day) : null;
        if (rule.Frequency <= Frequency.Weekly)
            return start;
        var months = rule.Frequency == Frequency.Monthly ? start.Year * 12L + start.Month - 1 + by : (start.Year + by) * 12;
        return months / 12 <= 9998 ? new DateOnly((int)(months / 12), (int)(months % 12) + 1, 1) : null;
    }

    static IEnumerable<DateOnly> InPeriod(Recurrence rule, DateOnly start, DateOnly begin) => rule.Frequency switch
    {
        Frequency.Daily => Only(rule, [begin]),
        Frequency.Weekly => Only(rule, Enumerable.Range(0, 7).Select(begin.AddDays)
            .Where(d => rule.Days.Count > 0 || d.DayOfWeek == start.DayOfWeek)),
        Frequency.Monthly => rule.Months.Count == 0 || rule.Months.Contains(begin.Month) ? InMonth(rule, begin, start.Day) : [],
        _ => InYear(rule, begin.Year, start),
    };

    public static IEnumerable<DateOnly> InYear(Recurrence rule, int year, DateOnly start)
    {
        if (rule.Months.Count > 0)
            return rule.Months.Order().SelectMany(m => InMonth(rule, new(year, m, 1), start.Day));
        if (rule.MonthDays.Count > 0)
            return Enumerable.Range(1, 12).SelectMany(m => InMonth(rule, new(year, m, 1), start.Day));
        if (rule.Days.Count > 0)
            return Picked(rule, new(year, 1, 1), DateTime.IsLeapYear(year) ? 366 : 365);
        return InMonth(rule, new(year, start.Month, 1), start.Day);
    }

    static IEnumerable<DateOnly> InMonth(Recurrence rule, DateOnly first, int day)
    {
        var length = DateTime.DaysInMonth(first.Year, first.Month);
        if (rule.Days.Count > 0)
            return Picked(rule, first, length).Where(d => rule.MonthDays.Count == 0 || IsNamed(rule, d));
        if (rule.MonthDays.Count > 0)
            return Enumerable.Range(0, length).Select(first.AddDays).Where(d => IsNamed(rule, d));
        return day <= length ? [first.AddDays(day - 1)] : [];
    }

    /// <summary>The weekdays of a range, all or the nth from either end.</summary>
    static IEnumerable<DateOnly> Picked(Recurrence rule, DateOnly first, int length) =>
        Enumerable.Range(0, length).Where(at => rule.Days.Any(d => d.Day == first.AddDays(at).DayOfWeek
            && (d.Nth == 0 || d.Nth == at / 7 + 1 || d.Nth == -((length - 1 - at) / 7 + 1)))).Select(first.AddDays);

    static IEnumerable<DateOnly> Only(Recurrence rule, IEnumerable<DateOnly> days) => days.Where(d =>
        (rule.Days.Count == 0 || rule.Days.Any(w => w.Day == d.DayOfWeek))
        && (rule.MonthDays.Count == 0 || IsNamed(rule, d))
        && (rule.Months.Count == 0 || rule.Months.Contains(d.Month)));

    static bool IsNamed(Recurrence rule, DateOnly day) =>
        rule.MonthDays.Contains(day.Day) || rule.MonthDays.Contains(day.Day - DateTime.DaysInMonth(day.Year, day.Month) - 1);
}
