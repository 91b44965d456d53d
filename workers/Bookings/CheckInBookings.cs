using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Bookings;

/// <summary><see cref="CheckInBooking"/>.</summary>
static class CheckInBookings
{
    public static void Decide(BookingBatch work, Delivery delivery, CheckInBooking command, DateTimeOffset now) =>
        work.Change(delivery, command, now, (_, row) => row.Booking.CheckIn(now));
}
