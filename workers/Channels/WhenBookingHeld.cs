using Dvt.Contracts;

namespace Dvt.Workers.Channels;

/// <summary>The guest is told that the nights are kept and until when, and reminded before that ends.</summary>
static class WhenBookingHeld
{
    public static IReadOnlyList<DueNotice> Owes(BookingSeen booking, DateTimeOffset now) =>
        [new(GuestFacts.Held(booking.BookingId), MessageNames.HoldCreated, now), DueNotice.Reminder(booking)];
}
