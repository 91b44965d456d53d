using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>
/// <c>read.stay</c>: each booking as calendars and reports need it: its nights as a range, what each of them brings in, and how far
/// it has come. What else there is to say of it is in <c>read.booking</c>.
/// </summary>
sealed class StayView : IView
{
    public string Name => "stay";

    public int Version => 1;

    public IReadOnlyCollection<string> DataOf { get; } = [nameof(BookingHeld), nameof(BookingDatesChanged)];

    public void Project(IReadOnlyList<TailEvent> events, NpgsqlBatch writes, string table)
    {
        var changes = new SortedDictionary<(Guid, Guid), StayChange>();
        foreach (var e in events)
            if (StayChange.Read(e) is { } change)
            {
                var key = (change.TenantId, change.BookingId);
                changes[key] = changes.TryGetValue(key, out var before) ? before.Then(change) : change;
            }
        var held = changes.Values.Where(c => c.HeldAt is not null).ToList();
        var changed = changes.Values.Where(c => c.HeldAt is null).ToList();
        if (held.Count > 0)
            writes.BatchCommands.Add(Insert(held, table));
        if (changed.Count > 0)
            writes.BatchCommands.Add(Update(changed, table));
    }

    static NpgsqlBatchCommand Insert(List<StayChange> rows, string table) => Changing(new NpgsqlBatchCommand(
        $"""
        insert into {table} (tenant_id, booking_id, status, nights, total, revenue, confirmed_at, unit_id, channel, currency, held_at)
        select tenant_id, booking_id, status, daterange(check_in, check_out), total::numeric, revenue::numeric[], confirmed_at, unit_id, channel, currency, held_at
        from {Sql.Rows("tenant_id, booking_id, status, check_in, check_out, total, revenue, confirmed_at, unit_id, channel, currency, held_at")} s
        """), rows)
        .Uuid(rows, r => r.UnitId).Text(rows, r => r.Channel).Text(rows, r => r.Price!.Currency).Time(rows, r => r.HeldAt);

    /// <summary>What did not change is null.</summary>
    static NpgsqlBatchCommand Update(List<StayChange> rows, string table) => Changing(new NpgsqlBatchCommand(
        $"""
        update {table} s
        set status = coalesce(c.status, s.status),
            nights = case when c.check_in is null then s.nights else daterange(c.check_in, c.check_out) end,
            total = coalesce(c.total::numeric, s.total),
            revenue = coalesce(c.revenue::numeric[], s.revenue),
            confirmed_at = coalesce(c.confirmed_at, s.confirmed_at)
        from {Sql.Rows("tenant_id, booking_id, status, check_in, check_out, total, revenue, confirmed_at")} c
        where s.tenant_id = c.tenant_id
          and s.booking_id = c.booking_id
        """), rows);

    static NpgsqlBatchCommand Changing(NpgsqlBatchCommand command, List<StayChange> rows) => command
        .Uuid(rows, r => r.TenantId).Uuid(rows, r => r.BookingId).Text(rows, r => r.Status)
        .Column(NpgsqlDbType.Date, rows, r => r.Stay?.CheckIn).Column(NpgsqlDbType.Date, rows, r => r.Stay?.CheckOut)
        .Text(rows, r => r.Price?.Total).Text(rows, r => r.Revenue).Time(rows, r => r.ConfirmedAt);
}
