using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Bookings;

/// <summary><see cref="ExtendBooking"/>.</summary>
static class ExtendBookings
{
    public static void Decide(BookingBatch work, Delivery delivery, ExtendBooking command, DateTimeOffset now) =>
        work.Change(delivery, command, now, (_, row) => row.Booking.Extend(now));
}
