using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Bookings;

/// <summary><see cref="CompleteBooking"/>.</summary>
static class CompleteBookings
{
    public static void Decide(BookingBatch work, Delivery delivery, CompleteBooking command, DateTimeOffset now) =>
        work.Change(delivery, command, now, (_, row) => row.Booking.Complete(now));
}
