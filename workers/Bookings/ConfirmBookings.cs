using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Bookings;

/// <summary><see cref="ConfirmBooking"/>.</summary>
static class ConfirmBookings
{
    public static void Decide(BookingBatch work, Delivery delivery, ConfirmBooking command, DateTimeOffset now) =>
        work.Change(delivery, command, now, (_, row) => row.Booking.Confirm(now));
}
