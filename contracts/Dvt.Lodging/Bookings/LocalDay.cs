namespace Dvt.Lodging.Bookings;

/// <summary>Days as the unit's clocks have them.</summary>
public static class LocalDay
{
    /// <param name="timeZone">IANA name, known to the machine.</param>
    public static DateOnly Of(DateTimeOffset now, string timeZone) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, TimeZoneInfo.FindSystemTimeZoneById(timeZone)).DateTime);
}
