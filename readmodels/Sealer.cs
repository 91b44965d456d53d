using System.Diagnostics.Metrics;
using Dvt.Pipeline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>
/// Seals the log behind those who write it: what came since the last look is chained per tenant, in one transaction with how far
/// it has come. What was there before there were seals is sealed first. Of several processes one seals at a time.
/// </summary>
/// <param name="projector">Of role <c>dvt_projector</c>.</param>
sealed class Sealer(NpgsqlDataSource projector, ILogger<Sealer> log) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Events of one slot in one transaction: at least the largest entry.</summary>
    const long PerSlot = 512;

    /// <summary>From here on a step counts as being behind.</summary>
    const int ManyEntries = 256;

    /// <summary>Names the lock that is held while sealing.</summary>
    const long LockKey = 0x6476_7473_6561_6c;

    static readonly Counter<long> Sealed = PipelineMeters.Meter.CreateCounter<long>("dvt_entries_sealed_total");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loop.RunAsync("sealer", log, SealAsync, stoppingToken);

    async Task SealAsync(CancellationToken stop)
    {
        while (true)
        {
            var began = TimeProvider.System.GetTimestamp();
            var entries = await StepAsync(stop);
            // While behind, most of the machine is left to those who write.
            await Task.Delay(entries >= ManyEntries ? 4 * TimeProvider.System.GetElapsedTime(began) : Interval, stop);
        }
    }

    /// <summary>Seals what is there, up to a batch. Returns how many entries that were; none while another process seals.</summary>
    /// <exception cref="LogGapException">The log lacks an entry that it had: nothing is sealed from there on.</exception>
    public async Task<int> StepAsync(CancellationToken stop)
    {
        await using var connection = await projector.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        if (await TryBeginAsync(connection, stop) is not { } now)
            return 0;
        var reached = await SealedLog.ReadReachedAsync(connection, stop);
        var tenants = await ReadLeavesAsync(connection, reached, stop);
        if (tenants.Count == 0)
            return 0;
        await WriteAsync(connection, tenants, reached, now, stop);
        await transaction.CommitAsync(stop);
        var entries = tenants.Values.Sum(t => t.Count);
        Sealed.Add(entries);
        return entries;
    }

    /// <summary>The database's time; null while another process seals.</summary>
    static async Task<DateTime?> TryBeginAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        // A head that somebody has been given must not be lost in a crash; the connection may be one of the views', whose commits may.
        await using var command = new NpgsqlCommand(
            "select case when pg_try_advisory_xact_lock($1) then clock_timestamp() end, set_config('synchronous_commit', 'on', true)", connection)
        {
            Parameters = { new() { Value = LockKey } },
        };
        return await command.ExecuteScalarAsync(stop) as DateTime?;
    }

    /// <summary>Moves what is reached forward.</summary>
    static async Task<Dictionary<Guid, List<Leaf>>> ReadLeavesAsync(NpgsqlConnection connection, Dictionary<int, long> reached, CancellationToken stop)
    {
        SealedRange[] ranges = [.. reached.OrderBy(r => r.Key).Select(r => new SealedRange(0, r.Key, r.Value, r.Value + PerSlot))];
        await using var command = SealedLog.EntriesCommand(connection, ranges);
        await using var rows = await command.ExecuteReaderAsync(stop);
        var tenants = new Dictionary<Guid, List<Leaf>>();
        while (await rows.ReadAsync(stop))
        {
            var entry = SealedLog.ReadEntry(rows);
            var first = entry.Offset - entry.Count + 1;
            if (first != reached[entry.Slot] + 1)
                throw new LogGapException(entry.Slot, reached[entry.Slot] + 1, first);
            reached[entry.Slot] = entry.Offset;
            if (!tenants.TryGetValue(entry.TenantId, out var leaves))
                tenants.Add(entry.TenantId, leaves = []);
            leaves.Add(new(entry.Slot, entry.Offset, entry.RecordedAt, SealChain.LeafOf(entry)));
        }
        return tenants;
    }

    static async Task WriteAsync(
        NpgsqlConnection connection, Dictionary<Guid, List<Leaf>> tenants, Dictionary<int, long> reached, DateTime now, CancellationToken stop)
    {
        var before = await ReadHeadsAsync(connection, [.. tenants.Keys], stop);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (tenantId, leaves) in tenants)
            batch.BatchCommands.Add(Insert(tenantId, before.GetValueOrDefault(tenantId, (0, SealChain.Beginning)), leaves, now));
        batch.BatchCommands.Add(new(
            """
            insert into log.sealed (slot, "offset")
            select * from unnest($1, $2)
            on conflict (slot) do update
            set "offset" = excluded."offset"
            """)
        {
            Parameters = { EventLog.Array(NpgsqlDbType.Integer, reached.Keys.ToArray()), EventLog.Array(NpgsqlDbType.Bigint, reached.Values.ToArray()) },
        });
        await batch.ExecuteNonQueryAsync(stop);
    }

    static async Task<Dictionary<Guid, (long Number, byte[] Hash)>> ReadHeadsAsync(NpgsqlConnection connection, Guid[] tenants, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            select t.tenant_id, s.number, s.hash
            from unnest($1) as t(tenant_id)
            cross join lateral (
              select number, hash
              from log.seal
              where tenant_id = t.tenant_id
              order by number desc
              limit 1
            ) s
            """, connection)
        {
            Parameters = { EventLog.Array(NpgsqlDbType.Uuid, tenants) },
        };
        await using var rows = await command.ExecuteReaderAsync(stop);
        var heads = new Dictionary<Guid, (long, byte[])>();
        while (await rows.ReadAsync(stop))
            heads[rows.GetGuid(0)] = (rows.GetInt64(1), rows.GetFieldValue<byte[]>(2));
        return heads;
    }

    static NpgsqlBatchCommand Insert(Guid tenantId, (long Number, byte[] Hash) before, List<Leaf> leaves, DateTime now)
    {
        List<(int Slot, long UpTo)> reached = [.. leaves.GroupBy(l => l.Slot).Select(s => (s.Key, s.Max(l => l.Offset)))];
        return new("insert into log.seal (tenant_id, number, slots, upto, sealed_at, leaves, hash) values ($1, $2, $3, $4, $5, $6, $7)")
        {
            Parameters =
            {
                new() { Value = tenantId },
                new() { Value = before.Number + 1 },
                EventLog.Array(NpgsqlDbType.Integer, reached.Select(r => r.Slot).ToArray()),
                EventLog.Array(NpgsqlDbType.Bigint, reached.Select(r => r.UpTo).ToArray()),
                new() { Value = now },
                new() { Value = SealChain.Mark(leaves) },
                new() { Value = SealChain.Seal(tenantId, before.Number + 1, before.Hash, reached, leaves, now) },
            },
        };
    }
}
