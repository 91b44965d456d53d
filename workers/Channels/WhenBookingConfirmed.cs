using Dvt.Contracts;

namespace Dvt.Workers.Channels;

/// <summary>The guest is told at once, again before the arrival, and asked after the stay.</summary>
static class WhenBookingConfirmed
{
    public static IReadOnlyList<DueNotice> Owes(BookingSeen booking, UnitSeen unit, MessageSettings settings, DateTimeOffset now) =>
    [
        new(GuestFacts.Confirmed(booking.BookingId), MessageNames.BookingConfirmed, now),
        DueNotice.PreArrival(booking, unit, settings),
        DueNotice.AfterStay(booking, unit, settings),
    ];
}
