using Dvt.Contracts;

namespace Dvt.Workers.Channels;

/// <summary>The guest is told, with what goes back.</summary>
static class WhenBookingCancelled
{
    public static IReadOnlyList<DueNotice> Owes(BookingSeen booking, DateTimeOffset now) =>
        [new(GuestFacts.Cancelled(booking.BookingId), MessageNames.BookingCancelled, now)];
}
