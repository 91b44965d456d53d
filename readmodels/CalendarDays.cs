namespace Dvt.ReadModels;

/// <summary>One day of a unit: the night that begins on it.</summary>
/// <param name="State"><c>free</c>, <c>held</c>, <c>confirmed</c> or <c>blocked</c>.</param>
/// <param name="By">The booking or block that has it; null when it is free.</param>
/// <param name="Conflict">A feed wants it as well.</param>
public sealed record CalendarDay(DateOnly Date, string State, Guid? By, bool Conflict);

/// <summary>Makes days of entries.</summary>
public static class CalendarDays
{
    /// <summary>Each day of <c>[from, to)</c>. A booking shows before a block, and a block that claims its nights before one that does not.</summary>
    public static IReadOnlyList<CalendarDay> Of(IReadOnlyList<CalendarEntry> entries, DateOnly from, DateOnly to)
    {
        var days = new CalendarDay[to.DayNumber - from.DayNumber];
        for (var i = 0; i < days.Length; i++)
            days[i] = new(from.AddDays(i), "free", By: null, Conflict: false);
        foreach (var entry in entries.OrderBy(Rank))
            for (var i = Math.Max(0, entry.From.DayNumber - from.DayNumber); i < Math.Min(days.Length, entry.To.DayNumber - from.DayNumber); i++)
                days[i] = entry.Status == "conflict"
                    ? days[i] with { Conflict = true }
                    : days[i].By is null ? days[i] with { State = StateOf(entry), By = entry.Id } : days[i];
        return days;
    }

    static int Rank(CalendarEntry entry) => entry.Type == "booking" ? 0 : 1;

    static string StateOf(CalendarEntry entry) => entry.Type == "block" ? "blocked" : entry.Status == "held" ? "held" : "confirmed";
}
