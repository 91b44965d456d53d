namespace Dvt.Lodging.Calendars;

/// <summary>
/// Which moment a written time is. A TZID is looked up as an IANA name, then among the calendar's own VTIMEZONEs; floating
/// times, and those of zones that nobody knows, are in the unit's zone. RFC 5545 §3.2.19 and §3.6.5.
/// </summary>
sealed class CalendarZones(TimeZoneInfo unit, IReadOnlyList<Component> written, Reading reading)
{
    /// <summary>Zones of one calendar.</summary>
    public const int Max = 64;

    readonly Dictionary<string, Zone> known = new(StringComparer.Ordinal);

    /// <summary>One of the two, or neither: the unit's.</summary>
    sealed record Zone(TimeZoneInfo? System, ZoneRules? Rules);

    /// <summary>The start of the day for a DATE.</summary>
    public DateTimeOffset MomentOf(CalendarMoment written, int line) => written.IsUtc
        ? new(written.Shown, TimeSpan.Zero)
        : At(written.Shown, Find(written.Zone, line));

    /// <summary>The day that the unit's clocks show.</summary>
    public DateOnly DayOf(DateTimeOffset moment) => DateOnly.FromDateTime(moment.UtcDateTime + unit.GetUtcOffset(moment.UtcDateTime));

    DateTimeOffset At(DateTime shown, Zone zone)
    {
        if (zone.Rules is not { } rules)
            return new DateTimeOffset(shown - Offset(zone.System ?? unit, shown), TimeSpan.Zero);
        reading.Did(rules.Count);
        return new DateTimeOffset(shown - rules.OffsetOf(shown), TimeSpan.Zero);
    }

    /// <summary>Of a reading that comes twice, the first.</summary>
    static TimeSpan Offset(TimeZoneInfo zone, DateTime shown) =>
        zone.IsAmbiguousTime(shown) ? zone.GetAmbiguousTimeOffsets(shown).Max() : zone.GetUtcOffset(shown);

    Zone Find(string? name, int line)
    {
        if (name is null)
            return new(unit, Rules: null);
        if (known.TryGetValue(name, out var zone))
            return zone;
        if (known.Count >= Max)
            return new(unit, Rules: null);
        zone = new(SystemZone(name), Rules: null);
        if (zone.System is null && written.FirstOrDefault(c => c["TZID"]?.Value == name) is { } component)
            zone = new(component["X-LIC-LOCATION"] is { } location ? SystemZone(location.Value) : null, ZoneRules.TryRead(component));
        if (zone is { System: not null, Rules: not null })
            zone = zone with { Rules = null };
        if (zone is { System: null, Rules: null })
            reading.Mend(line, "zone_unknown", "the unit's time zone is taken instead");
        return known[name] = zone;
    }

    /// <summary>Some writers put a path of their own in front: <c>/example.org/Europe/Madrid</c>.</summary>
    static TimeZoneInfo? SystemZone(string name)
    {
        var parts = name.Trim().Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var from = Math.Max(0, parts.Length - 3); from < parts.Length; from++)
            if (parts.Skip(from).All(IsName) && TimeZoneInfo.TryFindSystemTimeZoneById(string.Join('/', parts.Skip(from)), out var zone))
                return zone;
        return null;
    }

    // No dots: a name is looked up as a file.
    static bool IsName(string part) => part.Length <= 32 && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '+');
}
