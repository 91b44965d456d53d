namespace Dvt.Contracts;

/// <summary>Addresses of calendars are secrets; at rest they are wrapped under these names.</summary>
public static class CalendarUrls
{
    public static string WrapName(Guid calendarId) => $"calendar {calendarId}";

    public static string WrapName(Guid unitId, string channel) => $"calendar export {unitId} {channel}";
}
