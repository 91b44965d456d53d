namespace Dvt.Lodging.Calendars;

/// <summary>What was understood of a calendar, and what was not.</summary>
/// <param name="Events">Those that take nights; each key once, ordered by check-in.</param>
/// <param name="Remarks">The first so many things that were skipped or mended, in order of line.</param>
/// <param name="RemarkCount">How many there were.</param>
/// <param name="Unread">UIDs of events that are there but could not be read: nothing may be concluded from their absence.</param>
/// <param name="IsCalendar">A VCALENDAR begins in it.</param>
/// <param name="IsWhole">It begins, it ends, and no limit was met: what is absent is absent.</param>
/// <param name="Work">Bytes, characters and steps that reading took: grows with the length only.</param>
public sealed record CalendarFeed(
    IReadOnlyList<CalendarEvent> Events,
    IReadOnlyList<CalendarRemark> Remarks,
    int RemarkCount,
    IReadOnlySet<string> Unread,
    bool IsCalendar,
    bool IsWhole,
    long Work);

/// <summary>Nights that somebody else's calendar takes.</summary>
/// <param name="Uid">As written, or made from the dates where it is missing.</param>
/// <param name="Recurrence">Which occurrence of a repeated event: its original start, <c>yyyyMMdd</c> or <c>yyyyMMddTHHmmssZ</c>; null for a single one.</param>
/// <param name="CheckIn">First night, in the unit's zone.</param>
/// <param name="CheckOut">Day after the last night; later than <paramref name="CheckIn"/>.</param>
/// <param name="Summary">May name a guest.</param>
/// <param name="Description">May name a guest.</param>
/// <param name="Line">Where the event begins, from 1.</param>
public sealed record CalendarEvent(
    string Uid, string? Recurrence, DateOnly CheckIn, DateOnly CheckOut, string Summary, string Description, bool IsTentative, int Line)
{
    /// <summary>Stable from one reading to the next.</summary>
    public string Key => Recurrence is null ? Uid : $"{Uid}/{Recurrence}";
}

/// <summary>Something that was skipped or mended.</summary>
/// <param name="Line">From 1, as the file has it before unfolding.</param>
/// <param name="Code">Stable, snake_case.</param>
/// <param name="Detail">For people; holds nothing of what guests wrote.</param>
/// <param name="IsSkipped">False when the event was kept, mended.</param>
public sealed record CalendarRemark(int Line, string Code, string Detail, bool IsSkipped);

/// <summary>How much is read. Beyond any of these reading ends and the feed is not whole.</summary>
public sealed record CalendarLimits
{
    public static readonly CalendarLimits Default = new();

    public int Bytes { get; init; } = 5 * 1024 * 1024;

    public int Lines { get; init; } = 200_000;

    /// <summary>Bytes of a line, unfolded.</summary>
    public int LineBytes { get; init; } = 64 * 1024;

    /// <summary>Components inside each other.</summary>
    public int Depth { get; init; } = 8;

    public int Events { get; init; } = 5_000;

    /// <summary>Of all repeated events together.</summary>
    public int Occurrences { get; init; } = 10_000;

    /// <summary>Days looked at for repeated events.</summary>
    public int Steps { get; init; } = 200_000;

    /// <summary>Days ahead for which repeated events are worked out.</summary>
    public int Horizon { get; init; } = 730;

    public int Remarks { get; init; } = 100;
}
