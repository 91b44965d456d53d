using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Bookings;

/// <summary>One timer per hold: it wakes the unit, which ends whatever is over.</summary>
static class HoldTimers
{
    public static void AddTo(NpgsqlBatch statement, List<BookingRow> rows)
    {
        Timers.AddSet(statement, [.. rows.Where(r => r.Booking.Status == BookingStatus.Held).Select(TimerOf)]);
        Timers.AddClear(statement, [.. rows.Where(r => r.Booking.Status != BookingStatus.Held).Select(r => (r.TenantId, r.TimerKey))]);
    }

    static Dvt.Pipeline.Timer TimerOf(BookingRow row)
    {
        var (queue, wake) = Wake(row.TenantId, row.Booking.UnitId);
        return new(row.TenantId, row.TimerKey, row.Booking.ExpiresAt, queue, wake);
    }

    public static (string Queue, Envelope Envelope) Wake(Guid tenantId, Guid unitId) =>
        (Slot.Queue(Slot.Of(Domain.Bookings, tenantId, unitId.ToString())), new Envelope(
            NamedId.Of("expire", tenantId.ToString(), unitId.ToString()), nameof(ExpireHolds), tenantId, unitId.ToString(), "system", DateTimeOffset.UnixEpoch,
            ContractsJson.Element(new ExpireHolds(unitId))));
}
