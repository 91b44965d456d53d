using Dvt.Contracts;
using Dvt.Lodging.Bookings;
using Dvt.Pipeline;

namespace Dvt.Workers.Bookings;

/// <summary><see cref="ChangeBookingDates"/>: the old nights are given back only when the new ones are free.</summary>
static class ChangeDates
{
    public static void Decide(BookingBatch work, Delivery delivery, ChangeBookingDates command, DateTimeOffset now) =>
        work.Change(delivery, command, now, (unit, row) => unit.Row is { } known
            ? row.Booking.ChangeDates(command, known.Definition, unit.Taken, unit.Today(now), now)
            : Ruling.No("unit_not_found", $"there is no unit {command.UnitId}"));
}
