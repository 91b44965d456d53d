using Dvt.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Pipeline;

/// <summary>A moment at which something wants to be woken.</summary>
/// <param name="Key">Unique per tenant; setting it again moves it.</param>
public sealed record Timer(Guid TenantId, string Key, DateTimeOffset Due, string Queue, Envelope Envelope);

/// <summary>The SQL of <c>pipeline.timers</c>, for the transaction of whoever sets them.</summary>
public static class Timers
{
    public static void AddSet(NpgsqlBatch batch, IReadOnlyCollection<Timer> timers)
    {
        if (timers.Count == 0)
            return;
        var ordered = timers.OrderBy(t => t.TenantId).ThenBy(t => t.Key, StringComparer.Ordinal).ToList();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
            insert into pipeline.timers (tenant_id, key, due, fire_at, queue, envelope)
            select tenant_id, key, due, due, queue, envelope
            from {Sql.Rows("tenant_id, key, due, queue, envelope")} t
            on conflict (tenant_id, key) do update
            set due = excluded.due, fire_at = excluded.fire_at, queue = excluded.queue, envelope = excluded.envelope
            """)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, ordered.Select(t => t.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, ordered.Select(t => t.Key).ToArray()),
                EventLog.Array(NpgsqlDbType.TimestampTz, ordered.Select(t => t.Due.UtcDateTime).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, ordered.Select(t => t.Queue).ToArray()),
                EventLog.Array(NpgsqlDbType.Bytea, ordered.Select(t => Wire.Encode(t.Envelope)).ToArray()),
            },
        });
    }

    public static void AddClear(NpgsqlBatch batch, IReadOnlyCollection<(Guid TenantId, string Key)> timers)
    {
        if (timers.Count == 0)
            return;
        var ordered = timers.OrderBy(t => t.TenantId).ThenBy(t => t.Key, StringComparer.Ordinal).ToList();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
            delete from pipeline.timers t
            using {Sql.Rows("tenant_id, key")} c
            where t.tenant_id = c.tenant_id
              and t.key = c.key
            """)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, ordered.Select(t => t.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, ordered.Select(t => t.Key).ToArray()),
            },
        });
    }
}

/// <summary>
/// Publishes what is due. A timer stays until what it wakes has moved or cleared it, and fires again after
/// <see cref="AskAgain"/>, so a lost message delays and never loses.
/// </summary>
public sealed class TimerSweep(NpgsqlDataSource postgres, Publisher publisher, ILogger<TimerSweep> log) : BackgroundService
{
    const int SweepSize = 2_000;
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(30);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Loop.RunAsync("timer sweep", log, SweepAsync, stoppingToken);

    async Task SweepAsync(CancellationToken stop)
    {
        while (true)
            if (await SweepOnceAsync(stop) < SweepSize)
                await Task.Delay(Interval, stop);
    }

    async Task<int> SweepOnceAsync(CancellationToken stop)
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var due = await TakeAsync(connection, stop);
        if (due.Count == 0)
            return 0;
        // Confirmed before the commit: a crash in between fires them twice, never not at all.
        await publisher.PublishAsync(due, stop);
        await transaction.CommitAsync(stop);
        return due.Count;
    }

    /// <summary>The moment is a subquery, asked once: compared row by row with a volatile function no index would be used.</summary>
    static async Task<List<(string Queue, Envelope Envelope)>> TakeAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            with taken as (
              select tenant_id, key, due, fire_at
              from pipeline.timers
              where fire_at <= (select clock_timestamp())
              order by fire_at
              limit $1
              for update skip locked
            )
            update pipeline.timers t
            set fire_at = clock_timestamp() + $2
            from taken
            where t.tenant_id = taken.tenant_id
              and t.key = taken.key
            returning t.queue, t.envelope, extract(epoch from clock_timestamp() - taken.fire_at)::float8
            """, connection)
        { Parameters = { new() { Value = SweepSize }, new() { Value = AskAgain } } };
        await using var reader = await command.ExecuteReaderAsync(stop);
        var due = new List<(string, Envelope)>();
        while (await reader.ReadAsync(stop))
        {
            due.Add((reader.GetString(0), Wire.Decode(reader.GetFieldValue<byte[]>(1))[0]));
            PipelineMeters.TimerLateness.Record(reader.GetDouble(2));
        }
        PipelineMeters.TimersFired.Add(due.Count);
        return due;
    }
}
