using Dvt.Contracts;
using Dvt.Lodging.Bookings;
using Dvt.Pipeline;

namespace Dvt.Workers.Bookings;

/// <summary><see cref="BlockDates"/>: what no booking has is the host's to block.</summary>
static class BlockNights
{
    public static void Decide(BookingBatch work, Delivery delivery, BlockDates command, DateTimeOffset now)
    {
        var unit = work.Unit(delivery, now);
        var stay = new Stay(command.From, command.To);
        if (Fault(unit, stay, now) is { } fault)
            work.Refuse(delivery, fault);
        else
            work.Block(delivery, unit, new BlockCreated(command.BlockId, unit.UnitId, BlockSources.Manual, command.From, command.To, command.Reason, Claims: true), delivery.Envelope, now);
    }

    static Refusal? Fault(UnitAtHand unit, Stay stay, DateTimeOffset now)
    {
        if (unit.Row is null)
            return new("unit_not_found", $"there is no unit {unit.UnitId}");
        if (stay.CheckIn >= stay.CheckOut || stay.Nights > StayRules.MostDaysAhead)
            return new("invalid_dates", $"to must be 1 to {StayRules.MostDaysAhead} days behind from");
        if (stay.CheckOut <= unit.Today(now))
            return new("invalid_dates", "all of it is in the past");
        return unit.Taken.AreFree(stay, holder: unit.UnitId) ? null : new("date_overlap", "a booking has some of these nights");
    }
}
