namespace Dvt.Contracts;

/// <summary>In stream <c>calendar-{calendarId}</c>, as those of other calendars that follow.</summary>
/// <param name="Channel">One of <see cref="BookingChannels"/>.</param>
/// <param name="Origin">Scheme, host and port: the rest of the address is a secret.</param>
public sealed record CalendarAdded(Guid CalendarId, Guid UnitId, string Channel, string Origin) : IEvent;

/// <summary>It is asked no more, and its blocks go.</summary>
public sealed record CalendarRemoved(Guid CalendarId, Guid UnitId) : IEvent;

/// <summary>Nothing good has come of it for <see cref="CalendarAges.Stale"/>: what is booked there is not known here.</summary>
/// <param name="Error">One of <see cref="CalendarErrors"/>.</param>
/// <param name="LastSuccessAt">Null when there was none.</param>
public sealed record CalendarStale(Guid CalendarId, Guid UnitId, string Channel, string Error, DateTimeOffset? LastSuccessAt) : IEvent;

public sealed record CalendarRecovered(Guid CalendarId, Guid UnitId) : IEvent;

/// <summary>In stream <c>calendar-export-{unitId}-{channel}</c>, as those that follow.</summary>
public sealed record CalendarExportMade(Guid UnitId, string Channel) : IEvent;

/// <summary>The address before is nobody's any more.</summary>
public sealed record CalendarExportRotated(Guid UnitId, string Channel) : IEvent;

/// <summary>How long a calendar may go without a good answer.</summary>
public static class CalendarAges
{
    public static readonly TimeSpan Late = TimeSpan.FromMinutes(20);

    public static readonly TimeSpan Stale = TimeSpan.FromMinutes(30);
}

/// <summary>Why a calendar was not taken; what was known before stays.</summary>
public static class CalendarErrors
{
    /// <summary>It answered something else than 200 or 304.</summary>
    public const string Status = "status";

    public const string Timeout = "timeout";

    /// <summary>Its name, or that of a redirect, leads to an address inside.</summary>
    public const string AddressRefused = "address_refused";

    public const string NameNotResolved = "name_not_resolved";

    public const string NotConnected = "not_connected";

    public const string TlsFailed = "tls_failed";

    public const string BrokenOff = "broken_off";

    /// <summary>More redirects than are followed, or one that leads from https to http or to something else.</summary>
    public const string RedirectRefused = "redirect_refused";

    public const string TooLarge = "too_large";

    public const string NotACalendar = "not_a_calendar";

    /// <summary>It breaks off, or holds more than is read.</summary>
    public const string NotWhole = "not_whole";

    /// <summary>It had three events to come or more and now has none: it must say so twice.</summary>
    public const string Emptied = "emptied";
}
