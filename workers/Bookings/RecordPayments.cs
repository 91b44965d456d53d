using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Bookings;

/// <summary><see cref="RecordBookingPayment"/>: money may confirm a booking, take its nights again, or have to go back.</summary>
static class RecordPayments
{
    public static void Decide(BookingBatch work, Delivery delivery, RecordBookingPayment command, DateTimeOffset now) =>
        work.Change(delivery, command, now, (unit, row) => row.Booking.RecordPayment(command, unit.Taken, unit.Today(now), now));
}
