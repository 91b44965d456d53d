namespace Dvt.Lodging.Calendars;

/// <summary>
/// Reads calendars as Airbnb, Booking.com, Vrbo and Google write them, and worse ones. Never throws: what is not understood
/// is skipped or mended and told with its line. RFC 5545.
/// </summary>
public static class CalendarReader
{
    /// <param name="unit">Zone of the unit: its nights are what times become.</param>
    /// <param name="today">In that zone; repeated events are worked out from here on.</param>
    public static CalendarFeed Read(ReadOnlyMemory<byte> bytes, TimeZoneInfo unit, DateOnly today, CalendarLimits? limits = null)
    {
        var reading = new Reading(limits ?? CalendarLimits.Default);
        var components = new Components(reading);
        if (bytes.Length > reading.Limits.Bytes)
            reading.Cut(1, "too_large", $"more than {reading.Limits.Bytes} bytes");
        else
            components.Read(ContentLines.Of(bytes, reading));
        var drafts = components.Events.Select(e => EventDraft.Read(e, reading)).OfType<EventDraft>().ToList();
        if (components.Method == "CANCEL")
            drafts = drafts.ConvertAll(d => d with { IsCancelled = true });
        var events = new EventNights(new(unit, components.Zones, reading), reading, today).Of(drafts);
        return new(
            events, reading.Remarks, reading.RemarkCount, reading.Unread, components.HasCalendar,
            IsWhole: components.IsClosed && !reading.IsCut, reading.Work);
    }
}
