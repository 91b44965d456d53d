using System.Text.Json;
using Dvt.Contracts;
using Dvt.Lodging.Bookings;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Bookings;

/// <summary>The SQL of <c>bookings.unit</c>, <c>bookings.booking</c> and <c>bookings.claim</c>.</summary>
static class BookingTable
{
    /// <summary>Adds five statements; <see cref="ReadAsync"/> reads their results.</summary>
    public static void AddLoad(NpgsqlBatch statement, IReadOnlyCollection<UnitAtHand> units, IReadOnlyList<Delivery> batch, IEnumerable<int> slots)
    {
        // The heads that outcomes of no change are visible at.
        statement.BatchCommands.Add(new NpgsqlBatchCommand("select slot, head from log.slot where slot = any ($1)") { Parameters = { EventLog.Array(NpgsqlDbType.Integer, slots.ToArray()) } });
        statement.BatchCommands.Add(OfUnits(
            """
            select u.tenant_id, u.unit_id, u.command_id, u.seq, u.definition
            from unnest($1, $2) as k(tenant_id, unit_id)
            join bookings.unit u using (tenant_id, unit_id)
            """, units));
        AddTaken(statement, units, batch);
        var named = batch.Where(d => d.Envelope.Body.ValueKind == JsonValueKind.Object && d.Envelope.Body.TryGetProperty("bookingId", out _)).ToList();
        statement.BatchCommands.Add(OfUnits(
            """
            select b.tenant_id, b.unit_id, b.command_id, b.seq, b.state, lower(c.stay), upper(c.stay)
            from unnest($1, $2) as k(tenant_id, unit_id)
            join bookings.booking b using (tenant_id, unit_id)
            left join bookings.claim c on c.tenant_id = b.tenant_id
              and c.claim_id = b.booking_id
            where b.status = 'held'
              and b.expires_at < clock_timestamp() + interval '10 seconds'
            union all
            select b.tenant_id, b.unit_id, b.command_id, b.seq, b.state, lower(c.stay), upper(c.stay)
            from unnest($3, $4) as k(tenant_id, booking_id)
            join bookings.booking b using (tenant_id, booking_id)
            left join bookings.claim c on c.tenant_id = b.tenant_id
              and c.claim_id = b.booking_id
            """, units,
            EventLog.Array(NpgsqlDbType.Uuid, named.Select(d => d.Envelope.TenantId).ToArray()),
            EventLog.Array(NpgsqlDbType.Uuid, named.Select(d => d.Envelope.Body.GetProperty("bookingId").GetGuid()).ToArray())));
        BlockTable.AddLoad(statement, units, batch);
    }

    /// <summary>
    /// Nights that are past anywhere on earth are nobody's concern, except where a block wants some of them. What the bookings and blocks
    /// at hand have themselves comes with their rows, whenever it was.
    /// </summary>
    static void AddTaken(NpgsqlBatch statement, IReadOnlyCollection<UnitAtHand> units, IReadOnlyList<Delivery> batch)
    {
        var wanted = BlockTable.Wanted(batch);
        statement.BatchCommands.Add(OfUnits(
            """
            select c.tenant_id, c.unit_id, c.claim_id, c.holder, lower(c.stay), upper(c.stay)
            from unnest($1, $2) as k(tenant_id, unit_id)
            join bookings.claim c using (tenant_id, unit_id)
            where upper(c.stay) > current_date - 2
            union all
            select c.tenant_id, c.unit_id, c.claim_id, c.holder, lower(c.stay), upper(c.stay)
            from (
              select b.tenant_id, b.unit_id, b.stay
              from unnest($1, $2) as k(tenant_id, unit_id)
              join bookings.block b using (tenant_id, unit_id)
              where not b.removed
                and not b.claims
              union all
              select n.tenant_id, n.unit_id, daterange(n.first, n.until)
              from unnest($3, $4, $5, $6) as n(tenant_id, unit_id, first, until)
            ) w
            join bookings.claim c using (tenant_id, unit_id)
            where lower(w.stay) < current_date - 2
              and c.stay && w.stay
              and upper(c.stay) <= current_date - 2
            """, units,
            EventLog.Array(NpgsqlDbType.Uuid, wanted.Select(w => w.TenantId).ToArray()),
            EventLog.Array(NpgsqlDbType.Uuid, wanted.Select(w => w.UnitId).ToArray()),
            EventLog.Array(NpgsqlDbType.Date, wanted.Select(w => w.Stay.CheckIn).ToArray()),
            EventLog.Array(NpgsqlDbType.Date, wanted.Select(w => w.Stay.CheckOut).ToArray())));
    }

    public static NpgsqlBatchCommand OfUnits(string sql, IReadOnlyCollection<UnitAtHand> units, params ReadOnlySpan<NpgsqlParameter> more)
    {
        var command = new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, units.Select(u => u.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, units.Select(u => u.UnitId).ToArray()),
            },
        };
        foreach (var parameter in more)
            command.Parameters.Add(parameter);
        return command;
    }

    /// <returns>The heads of the slots.</returns>
    public static async Task<IReadOnlyDictionary<int, long>> ReadAsync(NpgsqlDataReader reader, Dictionary<(Guid, Guid), UnitAtHand> units, CancellationToken stop)
    {
        var heads = await EventLog.ReadHeadsAsync(reader, stop);
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
            units[(reader.GetGuid(0), reader.GetGuid(1))].Row = new(
                reader.GetGuid(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetInt64(3), JsonSerializer.Deserialize<UnitDefinition>(reader.GetString(4), ContractsJson.Options)!);
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
            units[(reader.GetGuid(0), reader.GetGuid(1))].Loaded(
                reader.GetGuid(2), reader.GetGuid(3), new Stay(reader.GetFieldValue<DateOnly>(4), reader.GetFieldValue<DateOnly>(5)));
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            // One that is named together with another unit is not there.
            if (!units.TryGetValue((reader.GetGuid(0), reader.GetGuid(1)), out var unit))
                continue;
            var booking = JsonSerializer.Deserialize<Booking>(reader.GetString(4), ContractsJson.Options)!;
            if (!reader.IsDBNull(5))
                unit.Loaded(booking.BookingId, holder: booking.BookingId, new Stay(reader.GetFieldValue<DateOnly>(5), reader.GetFieldValue<DateOnly>(6)));
            unit.Bookings[booking.BookingId] = new BookingRow(reader.GetGuid(0), booking, reader.GetGuid(2), reader.GetInt64(3));
        }
        await reader.NextResultAsync(stop);
        await BlockTable.ReadAsync(reader, units, stop);
        return heads.Offsets;
    }

    /// <summary>A unit that moved on since it was read fails the transaction.</summary>
    public static void AddUnits(NpgsqlBatch statement, IReadOnlyCollection<UnitAtHand> units)
    {
        if (units.Count == 0)
            return;
        var rows = units.Select(u => u.Row!).OrderBy(r => r.TenantId).ThenBy(r => r.UnitId).ToList();
        statement.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
            with saved as (
              insert into bookings.unit (tenant_id, unit_id, command_id, seq, definition)
              select tenant_id, unit_id, command_id, seq, definition::json
              from {Sql.Rows("tenant_id, unit_id, command_id, seq, definition")} n
              on conflict (tenant_id, unit_id) do update
              set seq = excluded.seq, definition = excluded.definition
              where unit.seq < excluded.seq
              returning 1
            )
            select log.expect((select count(*) from saved), $6, 'bookings.unit')
            """)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.UnitId).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.CommandId).ToArray()),
                EventLog.Array(NpgsqlDbType.Bigint, rows.Select(r => r.Seq).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, rows.Select(r => JsonSerializer.Serialize(r.Definition, ContractsJson.Options)).ToArray()),
                new() { Value = (long)rows.Count },
            },
        });
    }

    /// <summary>Gives back before it takes, since the constraint looks at each row as it comes.</summary>
    public static void AddClaims(NpgsqlBatch statement, IReadOnlyCollection<UnitAtHand> units)
    {
        var freed = units.SelectMany(u => u.FreedClaims().Select(id => (u.TenantId, ClaimId: id))).Order().ToList();
        var taken = units.SelectMany(u => u.NewClaims().Select(c => (u.TenantId, u.UnitId, c.ClaimId, c.Holder, c.Stay))).OrderBy(c => c.TenantId).ThenBy(c => c.ClaimId).ToList();
        if (freed.Count > 0)
            statement.BatchCommands.Add(new NpgsqlBatchCommand(
                """
                delete from bookings.claim c
                using unnest($1, $2) as k(tenant_id, claim_id)
                where c.tenant_id = k.tenant_id
                  and c.claim_id = k.claim_id
                """)
            {
                Parameters =
                {
                    EventLog.Array(NpgsqlDbType.Uuid, freed.Select(f => f.TenantId).ToArray()),
                    EventLog.Array(NpgsqlDbType.Uuid, freed.Select(f => f.ClaimId).ToArray()),
                },
            });
        if (taken.Count > 0)
            statement.BatchCommands.Add(new NpgsqlBatchCommand(
                $"""
                insert into bookings.claim (tenant_id, claim_id, unit_id, holder, stay)
                select tenant_id, claim_id, unit_id, holder, daterange(check_in, check_out)
                from {Sql.Rows("tenant_id, claim_id, unit_id, holder, check_in, check_out")} n
                """)
            {
                Parameters =
                {
                    EventLog.Array(NpgsqlDbType.Uuid, taken.Select(t => t.TenantId).ToArray()),
                    EventLog.Array(NpgsqlDbType.Uuid, taken.Select(t => t.ClaimId).ToArray()),
                    EventLog.Array(NpgsqlDbType.Uuid, taken.Select(t => t.UnitId).ToArray()),
                    EventLog.Array(NpgsqlDbType.Uuid, taken.Select(t => t.Holder).ToArray()),
                    EventLog.Array(NpgsqlDbType.Date, taken.Select(t => t.Stay.CheckIn).ToArray()),
                    EventLog.Array(NpgsqlDbType.Date, taken.Select(t => t.Stay.CheckOut).ToArray()),
                },
            });
    }
}
