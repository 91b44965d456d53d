using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Bookings;

/// <summary>The SQL of <c>bookings.block</c>.</summary>
static class BlockTable
{
    /// <summary>Adds one statement: blocks that wait for their nights, those that commands name, and those of feeds that commands name.</summary>
    public static void AddLoad(NpgsqlBatch statement, IReadOnlyCollection<UnitAtHand> units, IReadOnlyList<Delivery> batch)
    {
        var (blocks, feeds) = (Naming(batch, "blockId"), Naming(batch, "feedId"));
        const string columns = "b.tenant_id, b.unit_id, b.block_id, b.command_id, b.source, b.feed_id, b.uid, b.channel, b.seq, lower(b.stay), upper(b.stay), b.text, b.claims, b.removed, lower(c.stay), upper(c.stay)";
        const string nights = "left join bookings.claim c on c.tenant_id = b.tenant_id and c.claim_id = b.block_id";
        statement.BatchCommands.Add(BookingTable.OfUnits(
            $"""
            select {columns}
            from unnest($1, $2) as k(tenant_id, unit_id)
            join bookings.block b using (tenant_id, unit_id)
            {nights}
            where not b.removed
              and not b.claims
              and upper(b.stay) > current_date - 2
            union
            select {columns}
            from unnest($3, $4) as k(tenant_id, block_id)
            join bookings.block b using (tenant_id, block_id)
            {nights}
            union
            select {columns}
            from unnest($5, $6, $7) as k(tenant_id, unit_id, feed_id)
            join bookings.block b using (tenant_id, unit_id, feed_id)
            {nights}
            """, units,
            EventLog.Array(NpgsqlDbType.Uuid, blocks.Select(b => b.TenantId).ToArray()),
            EventLog.Array(NpgsqlDbType.Uuid, blocks.Select(b => b.Id).ToArray()),
            EventLog.Array(NpgsqlDbType.Uuid, feeds.Select(b => b.TenantId).ToArray()),
            EventLog.Array(NpgsqlDbType.Uuid, feeds.Select(b => b.UnitId).ToArray()),
            EventLog.Array(NpgsqlDbType.Uuid, feeds.Select(b => b.Id).ToArray())));
    }

    static List<(Guid TenantId, Guid UnitId, Guid Id)> Naming(IReadOnlyList<Delivery> batch, string field) =>
    [
        .. from delivery in batch
           let envelope = delivery.Envelope
           where envelope.Body.ValueKind == JsonValueKind.Object && envelope.Body.TryGetProperty(field, out _)
           select (envelope.TenantId, envelope.Body.GetProperty("unitId").GetGuid(), envelope.Body.GetProperty(field).GetGuid()),
    ];

    /// <summary>The nights that messages of a batch want to block.</summary>
    public static List<(Guid TenantId, Guid UnitId, Stay Stay)> Wanted(IReadOnlyList<Delivery> batch)
    {
        var wanted = new List<(Guid TenantId, Guid UnitId, Stay Stay)>();
        foreach (var envelope in batch.Select(d => d.Envelope))
            if (envelope.Type is nameof(BlockDates) && ContractsJson.Read<BlockDates>(envelope.Body) is var block)
                wanted.Add((envelope.TenantId, block.UnitId, new(block.From, block.To)));
            else if (envelope.Type is nameof(ImportBlocks) && ContractsJson.Read<ImportBlocks>(envelope.Body) is var import)
                wanted.AddRange(import.Put.Select(b => (envelope.TenantId, import.UnitId, new Stay(b.From, b.To))));
        return wanted.FindAll(w => w.Stay.CheckIn < w.Stay.CheckOut);
    }

    public static async Task ReadAsync(NpgsqlDataReader reader, Dictionary<(Guid, Guid), UnitAtHand> units, CancellationToken stop)
    {
        while (await reader.ReadAsync(stop))
            if (units.TryGetValue((reader.GetGuid(0), reader.GetGuid(1)), out var unit))
            {
                if (!reader.IsDBNull(14))
                    unit.Loaded(reader.GetGuid(2), holder: unit.UnitId, new Stay(reader.GetFieldValue<DateOnly>(14), reader.GetFieldValue<DateOnly>(15)));
                unit.Blocks[reader.GetGuid(2)] = new BlockRow(
                    reader.GetGuid(0), reader.GetGuid(2), reader.GetGuid(1), reader.GetGuid(3), reader.GetString(4),
                    reader.IsDBNull(5) ? null : reader.GetGuid(5), Text(reader, 6), Text(reader, 7), reader.GetInt64(8))
                {
                    Stay = new Stay(reader.GetFieldValue<DateOnly>(9), reader.GetFieldValue<DateOnly>(10)),
                    Text = Text(reader, 11),
                    Claims = reader.GetBoolean(12),
                    Removed = reader.GetBoolean(13),
                };
            }
        await reader.NextResultAsync(stop);
    }

    static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>A block that moved on since it was read fails the transaction.</summary>
    public static void AddSave(NpgsqlBatch statement, IReadOnlyCollection<BlockRow> changed)
    {
        if (changed.Count == 0)
            return;
        var rows = changed.OrderBy(r => r.TenantId).ThenBy(r => r.BlockId).ToList();
        statement.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            with saved as (
              insert into bookings.block as b (tenant_id, block_id, unit_id, command_id, seq, source, feed_id, uid, channel, stay, text, claims, removed)
              select tenant_id, block_id, unit_id, command_id, seq, source, feed_id, uid, channel, daterange(first, until), text, claims, removed
              from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
                as n(tenant_id, block_id, unit_id, command_id, seq, source, feed_id, uid, channel, first, until, text, claims, removed)
              on conflict (tenant_id, block_id) do update
              set seq = excluded.seq, stay = excluded.stay, text = excluded.text, claims = excluded.claims, removed = excluded.removed
              where b.seq < excluded.seq
              returning 1
            )
            select log.expect((select count(*) from saved), $15, 'bookings.block')
            """)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.BlockId).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.UnitId).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.CommandId).ToArray()),
                EventLog.Array(NpgsqlDbType.Bigint, rows.Select(r => r.Seq).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, rows.Select(r => r.Source).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.FeedId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, rows.Select(r => r.Uid).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, rows.Select(r => r.Channel).ToArray()),
                EventLog.Array(NpgsqlDbType.Date, rows.Select(r => r.Stay.CheckIn).ToArray()),
                EventLog.Array(NpgsqlDbType.Date, rows.Select(r => r.Stay.CheckOut).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, rows.Select(r => r.Text).ToArray()),
                EventLog.Array(NpgsqlDbType.Boolean, rows.Select(r => r.Claims).ToArray()),
                EventLog.Array(NpgsqlDbType.Boolean, rows.Select(r => r.Removed).ToArray()),
                new() { Value = (long)rows.Count },
            },
        });
    }
}
