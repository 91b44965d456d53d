using System.Collections.Frozen;
using System.Text;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Webhooks;

/// <summary>An endpoint that wants events.</summary>
/// <param name="ActiveFrom">Events recorded before are not its business.</param>
sealed record Subscription(Guid TenantId, Guid EndpointId, string[] EventTypes, DateTimeOffset ActiveFrom);

/// <summary>A delivery about to be stored.</summary>
/// <param name="Behind">An earlier event of the stream goes to the same endpoint in this batch.</param>
sealed record NewDelivery(ToldEvent Event, EventBody Told, Guid EndpointId, bool Behind)
{
    public Guid DeliveryId => NamedId.Of("delivery", EndpointId.ToString(), Event.EventId.ToString());
}

/// <summary>A stream of an endpoint, of which one delivery goes out at a time.</summary>
readonly record struct DeliveryLine(Guid TenantId, Guid EndpointId, string Stream);

/// <summary>The SQL that turns the log into deliveries.</summary>
sealed class FanoutTable(NpgsqlDataSource postgres)
{
    /// <summary>Offsets of one slot looked at in one transaction.</summary>
    const int PerSlot = 2_000;

    static readonly FrozenSet<string> Types = EventTypes.Published.Append(EventTypes.Emitted).ToFrozenSet();

    /// <summary>
    /// While nobody wants anything the checkpoints go with the heads. An endpoint that a statement does not see was stored after
    /// the heads that the same statement sees.
    /// </summary>
    /// <returns>False when somebody wants something.</returns>
    public async Task<bool> SkipAsync(CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            with wanted as (
              select exists (select from hooks.endpoint where enabled and not deleted) as is_any
            ), skipped as (
              update hooks.checkpoint c
              set "offset" = s.head
              from log.slot s, wanted w
              where s.slot = c.slot
                and s.head > c."offset"
                and not w.is_any
            )
            select is_any from wanted
            """);
        return !(bool)(await command.ExecuteScalarAsync(stop))!;
    }

    /// <summary>
    /// Takes slots that no other process is at, and everything up to their heads: the head of a slot is seen no earlier than the
    /// events below it. Deliveries and checkpoints are one transaction.
    /// </summary>
    /// <param name="make">Deliveries of these events for these endpoints.</param>
    /// <returns>How far it came, and lines that were held behind earlier deliveries.</returns>
    public async Task<(long Moved, List<DeliveryLine> Held)> StepAsync(
        Func<IReadOnlyList<Subscription>, IReadOnlyList<ToldEvent>, IReadOnlyList<NewDelivery>> make, CancellationToken stop)
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var slots = await TakeSlotsAsync(connection, stop);
        if (slots.Count == 0)
            return (0, []);
        var wanted = await SubscriptionsAsync(connection, stop);
        var events = await EventsAsync(connection, slots, [.. wanted.Select(w => w.TenantId).Distinct()], stop);
        var made = make(wanted, events);
        var held = made.Count > 0 ? await InsertAsync(connection, made, stop) : [];
        await AdvanceAsync(connection, slots, stop);
        await transaction.CommitAsync(stop);
        return (slots.Sum(s => s.UpTo - s.After), held);
    }

    static async Task<List<(int Slot, long After, long UpTo)>> TakeSlotsAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            select c.slot, c."offset", least(s.head, c."offset" + $1)
            from hooks.checkpoint c
            join log.slot s on s.slot = c.slot
            where s.head > c."offset"
            order by c.slot
            for no key update of c skip locked
            """, connection)
        {
            Parameters = { new() { Value = (long)PerSlot } },
        };
        await using var row = await command.ExecuteReaderAsync(stop);
        var slots = new List<(int, long, long)>();
        while (await row.ReadAsync(stop))
            slots.Add((row.GetInt32(0), row.GetInt64(1), row.GetInt64(2)));
        return slots;
    }

    static async Task<List<Subscription>> SubscriptionsAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            select tenant_id, endpoint_id, event_types, active_from
            from hooks.endpoint
            where enabled
              and not deleted
            """, connection);
        await using var row = await command.ExecuteReaderAsync(stop);
        var wanted = new List<Subscription>();
        while (await row.ReadAsync(stop))
            wanted.Add(new(row.GetGuid(0), row.GetGuid(1), row.GetFieldValue<string[]>(2), row.GetDateTime(3)));
        return wanted;
    }

    static async Task<List<ToldEvent>> EventsAsync(
        NpgsqlConnection connection, List<(int Slot, long After, long UpTo)> slots, Guid[] tenants, CancellationToken stop)
    {
        var events = new List<ToldEvent>();
        if (tenants.Length == 0)
            return events;
        await using (var command = new NpgsqlCommand(
            """
            select e.slot, e."offset", e.count, e.tenant_id, e.stream, e.stream_id, e.first_seq, e.correlation_id, e.actor, e.occurred_at, e.recorded_at, e.events
            from log.tail($1, $2, $3) e
            where e.tenant_id = any ($4)
            order by e.slot, e."offset"
            """, connection)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Integer, slots.Select(s => s.Slot).ToArray()),
                EventLog.Array(NpgsqlDbType.Bigint, slots.Select(s => s.After).ToArray()),
                EventLog.Array(NpgsqlDbType.Bigint, slots.Select(s => s.UpTo).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, tenants),
            },
        })
        await using (var row = await command.ExecuteReaderAsync(stop))
            while (await row.ReadAsync(stop))
            {
                var slot = slots.Find(s => s.Slot == row.GetInt32(0));
                Read(row, slot.After, slot.UpTo, events);
            }
        return await WithPlansAsync(connection, events, stop);
    }

    /// <summary>The events of an entry that somebody outside may be told of.</summary>
    static void Read(NpgsqlDataReader row, long after, long upTo, List<ToldEvent> into)
    {
        var (offset, seq, streamId) = (row.GetInt64(1) - row.GetInt32(2), row.GetInt64(6) - 1, row.GetGuid(5));
        var entry = new LogEntryReader(row.GetFieldValue<byte[]>(11));
        while (entry.Next())
        {
            seq++;
            if (++offset <= after || offset > upTo || !Types.Contains(entry.Type))
                continue;
            into.Add(new(
                row.GetInt32(0), offset, row.GetGuid(3), row.GetString(4), seq, entry.Type, Encoding.UTF8.GetString(entry.Data), NamedId.OfEvent(streamId, seq),
                row.IsDBNull(7) ? null : row.GetString(7), row.GetString(8), row.GetDateTime(9), row.GetDateTime(10), PlanId: null, PlanVersion: null));
        }
    }

    /// <summary>Only the first event of a run names its plan.</summary>
    static async Task<List<ToldEvent>> WithPlansAsync(NpgsqlConnection connection, List<ToldEvent> events, CancellationToken stop)
    {
        var runs = events.Where(e => e.RunId is not null).Select(e => (e.TenantId, e.Stream)).Distinct().ToList();
        if (runs.Count == 0)
            return events;
        await using var command = new NpgsqlCommand(
            """
            select e.tenant_id, e.stream, e.events::jsonb -> 0 -> 1 ->> 'planId', e.events::jsonb -> 0 -> 1 ->> 'planVersion'
            from unnest($1, $2) as r(tenant_id, stream)
            join log.entry e on e.tenant_id = r.tenant_id
              and e.stream = r.stream
              and e.first_seq = 1
            """, connection)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, runs.Select(r => r.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, runs.Select(r => r.Stream).ToArray()),
            },
        };
        await using var row = await command.ExecuteReaderAsync(stop);
        var plans = new Dictionary<(Guid, string), (string? Id, string? Version)>();
        while (await row.ReadAsync(stop))
            plans[(row.GetGuid(0), row.GetString(1))] = (row.IsDBNull(2) ? null : row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3));
        return [.. events.Select(e => plans.TryGetValue((e.TenantId, e.Stream), out var plan) ? e with { PlanId = plan.Id, PlanVersion = plan.Version } : e)];
    }

    /// <summary>Returns the lines of which the first delivery is held because an earlier one is still open.</summary>
    static async Task<List<DeliveryLine>> InsertAsync(NpgsqlConnection connection, IReadOnlyList<NewDelivery> made, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into hooks.delivery (tenant_id, endpoint_id, delivery_id, stream, place, event_id, event_type, run_id, body, held)
            select n.tenant_id, n.endpoint_id, n.delivery_id, n.stream, n.place, n.event_id, n.event_type, n.run_id, n.body, n.behind or exists (
              select
              from hooks.delivery d
              where d.tenant_id = n.tenant_id
                and d.endpoint_id = n.endpoint_id
                and d.stream = n.stream
                and d.status = 'pending'
            )
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
              as n(tenant_id, endpoint_id, delivery_id, stream, place, event_id, event_type, run_id, body, behind)
            on conflict do nothing
            returning tenant_id, endpoint_id, stream, held
            """, connection)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, made.Select(d => d.Event.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, made.Select(d => d.EndpointId).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, made.Select(d => d.DeliveryId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, made.Select(d => d.Event.Stream).ToArray()),
                EventLog.Array(NpgsqlDbType.Bigint, made.Select(d => d.Event.Offset).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, made.Select(d => d.Told.Id).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, made.Select(d => d.Told.Name).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, made.Select(d => d.Event.RunId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, made.Select(d => d.Told.Body).ToArray()),
                EventLog.Array(NpgsqlDbType.Boolean, made.Select(d => d.Behind).ToArray()),
            },
        };
        await using var row = await command.ExecuteReaderAsync(stop);
        var held = new HashSet<DeliveryLine>();
        while (await row.ReadAsync(stop))
            if (row.GetBoolean(3))
                held.Add(new(row.GetGuid(0), row.GetGuid(1), row.GetString(2)));
        return [.. held];
    }

    static async Task AdvanceAsync(NpgsqlConnection connection, List<(int Slot, long After, long UpTo)> slots, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            update hooks.checkpoint c
            set "offset" = m.upto
            from unnest($1, $2) as m(slot, upto)
            where c.slot = m.slot
            """, connection)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Integer, slots.Select(s => s.Slot).ToArray()),
                EventLog.Array(NpgsqlDbType.Bigint, slots.Select(s => s.UpTo).ToArray()),
            },
        };
        await command.ExecuteNonQueryAsync(stop);
    }
}
