using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Bookings;

/// <summary><see cref="CancelBooking"/>: frees the nights and says what is to be paid back.</summary>
static class CancelBookings
{
    public static void Decide(BookingBatch work, Delivery delivery, CancelBooking command, DateTimeOffset now) =>
        work.Change(delivery, command, now, (unit, row) => row.Booking.Cancel(command.Reason, unit.Today(now), now));
}
