using System.Security.Cryptography;
using Dvt.Contracts;
using Dvt.Lodging.Bookings;
using Dvt.Pipeline;

namespace Dvt.Workers.Bookings;

/// <summary><see cref="HoldBooking"/>: nights for half an hour, or the nearest that are free.</summary>
static class HoldBookings
{
    public static void Decide(BookingBatch work, Delivery delivery, HoldBooking command, DateTimeOffset now)
    {
        var unit = work.Unit(delivery, now);
        var today = unit.Today(now);
        // A code that is taken already fails the commit; then the batch is decided again with another.
        var code = BookingCode.Of(today, BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4)));
        var ruling = Booking.Hold(command, unit.Row?.Definition, unit.Taken, code, work.PersonOf(delivery), today, now);
        if (ruling is { Events: [BookingHeld held] })
            work.Begin(delivery, unit, held, now);
        else
            work.Refuse(delivery, ruling.Refusal!);
    }
}
