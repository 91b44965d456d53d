using Dvt.Contracts;

namespace Dvt.Workers.Channels;

/// <summary>The guest is told that the nights are free again.</summary>
static class WhenBookingExpired
{
    public static IReadOnlyList<DueNotice> Owes(BookingSeen booking, DateTimeOffset now) =>
        [new(GuestFacts.Expired(booking.BookingId), MessageNames.HoldExpired, now)];
}
