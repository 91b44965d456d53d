using Microsoft.Extensions.Logging;

namespace Dvt.Workers.Calendars;

/// <summary>Every message about calendars of other platforms. Ids 3500–3599 are stable. Addresses are secrets and in none of them.</summary>
static partial class CalendarsLog
{
    [LoggerMessage(3500, LogLevel.Information, "calendar {CalendarId} changes {Put} blocks and removes {Gone}")]
    public static partial void Changed(ILogger log, Guid calendarId, int put, int gone);

    [LoggerMessage(3501, LogLevel.Warning, "calendar {CalendarId} of tenant {TenantId} was not taken: {Error} ({Status})")]
    public static partial void NotTaken(ILogger log, Guid calendarId, Guid tenantId, string error, int? status);

    [LoggerMessage(3502, LogLevel.Error, "calendar {CalendarId} of tenant {TenantId} is stale: {Error}")]
    public static partial void Stale(ILogger log, Guid calendarId, Guid tenantId, string error);

    [LoggerMessage(3503, LogLevel.Information, "calendar {CalendarId} of tenant {TenantId} is well again")]
    public static partial void Recovered(ILogger log, Guid calendarId, Guid tenantId);

    [LoggerMessage(3504, LogLevel.Error, "calendar {CalendarId} could not be dealt with here")]
    public static partial void Failed(ILogger log, Exception fault, Guid calendarId);

    [LoggerMessage(3505, LogLevel.Warning, "calendars wait for broker or database: {Reason}")]
    public static partial void HeldUp(ILogger log, string reason);
}
