using System.Globalization;
using Dvt.Contracts;

namespace Dvt.Workers.Channels;

/// <summary>A notice: a message that a guest is owed because of a fact. The same fact is told once on each channel.</summary>
/// <param name="Template">One of <see cref="MessageNames"/>.</param>
/// <param name="DueAt">When it goes out; a notice that is still owed moves with it.</param>
sealed record DueNotice(string Fact, string Template, DateTimeOffset DueAt)
{
    /// <summary>What the events of a booking come to, by the <c>When…</c> of each.</summary>
    public static IReadOnlyList<DueNotice> Of(string type, BookingSeen booking, UnitSeen unit, MessageSettings settings, DateTimeOffset now) => type switch
    {
        nameof(BookingHeld) => WhenBookingHeld.Owes(booking, now),
        nameof(BookingExtended) => WhenBookingExtended.Owes(booking),
        nameof(BookingConfirmed) => WhenBookingConfirmed.Owes(booking, unit, settings, now),
        nameof(BookingDatesChanged) => WhenBookingDatesChanged.Owes(booking, unit, settings),
        nameof(BookingCancelled) => WhenBookingCancelled.Owes(booking, now),
        nameof(BookingExpired) => WhenBookingExpired.Owes(booking, now),
        _ => [],
    };

    public static Guid IdOf(Guid tenantId, string fact, string channel) => NamedId.Of("notice", tenantId.ToString(), fact, channel);

    /// <summary>A reminder of a hold goes out so long before it ends.</summary>
    public static readonly TimeSpan ReminderBefore = TimeSpan.FromMinutes(15);

    /// <summary>Messages about a day are sent at this hour there.</summary>
    static readonly TimeOnly Morning = new(10, 0);

    /// <summary>Begins the fact of every reminder.</summary>
    public const string ReminderFact = "hold-reminder:";

    public static DueNotice Reminder(BookingSeen booking) =>
        new($"{ReminderFact}{booking.BookingId}", MessageNames.HoldReminder, booking.ExpiresAt - ReminderBefore);

    public static DueNotice PreArrival(BookingSeen booking, UnitSeen unit, MessageSettings settings) =>
        new(Dated("pre-arrival", booking, booking.CheckIn), MessageNames.PreArrival, MorningOf(booking.CheckIn.AddDays(-settings.PreArrivalDays), unit));

    public static DueNotice AfterStay(BookingSeen booking, UnitSeen unit, MessageSettings settings) =>
        new(Dated("after-stay", booking, booking.CheckOut), MessageNames.AfterStay, MorningOf(booking.CheckOut.AddDays(settings.AfterStayDays), unit));

    /// <summary>A stay that is moved is another fact: what was said of the old days does not stand for the new ones.</summary>
    static string Dated(string what, BookingSeen booking, DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"{what}:{booking.BookingId}:{day:yyyy-MM-dd}");

    static DateTimeOffset MorningOf(DateOnly day, UnitSeen unit)
    {
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(unit.TimeZone, out var known) ? known : TimeZoneInfo.Utc;
        var local = day.ToDateTime(Morning);
        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
    }

    /// <summary>Why there is nothing to say any more when the moment comes; null when there is.</summary>
    public static string? Overtaken(string template, string fact, BookingSeen booking, DateTimeOffset now) => template switch
    {
        MessageNames.HoldCreated => booking.Status == BookingStatus.Held && now < booking.ExpiresAt ? null : "overtaken",
        MessageNames.HoldReminder => booking.Status == BookingStatus.Held && now < booking.ExpiresAt ? null : "overtaken",
        MessageNames.HoldExpired => booking.Status == BookingStatus.Expired ? null : "overtaken",
        MessageNames.BookingConfirmed => BookingStatus.KeepsNights(booking.Status) && booking.Status != BookingStatus.Held ? null : "overtaken",
        MessageNames.BookingCancelled => booking.Status == BookingStatus.Cancelled ? null : "overtaken",
        MessageNames.PreArrival => booking.Status == BookingStatus.Confirmed && fact == Dated("pre-arrival", booking, booking.CheckIn)
            && DateOnly.FromDateTime(now.UtcDateTime) <= booking.CheckIn ? null : "overtaken",
        MessageNames.AfterStay => booking.Status is BookingStatus.Confirmed or BookingStatus.CheckedIn or BookingStatus.Completed
            && fact == Dated("after-stay", booking, booking.CheckOut) ? null : "overtaken",
        _ => null,
    };
}
