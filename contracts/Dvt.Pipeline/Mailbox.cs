using Dvt.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Pipeline;

/// <summary>
/// Commands accepted while the broker could not take them, in Postgres. While a queue has parked commands, later
/// ones park behind them; the relay sends them on in order when the broker is back.
/// </summary>
public sealed class Mailbox(NpgsqlDataSource postgres, RabbitMq broker, Publisher publisher, ILogger<Mailbox> log) : BackgroundService
{
    const int RelayBatch = 256;

    /// <summary>After trouble with the broker every command asks whether others wait, for this long.</summary>
    static readonly TimeSpan CarefulFor = TimeSpan.FromSeconds(10);

    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    long carefulUntil;

    /// <summary>True while commands must ask whether others of their queue wait before them.</summary>
    public bool IsCareful => Environment.TickCount64 < Volatile.Read(ref carefulUntil);

    public void BeCareful() => Volatile.Write(ref carefulUntil, Environment.TickCount64 + (long)CarefulFor.TotalMilliseconds);

    /// <summary>Parks a command behind others of its queue; false when there are none.</summary>
    public async Task<bool> ParkBehindOthersAsync(string queue, Envelope envelope, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            insert into pipeline.mailbox (queue, message_id, tenant_id, envelope)
            select $1, $2, $3, $4
            where exists (select from pipeline.mailbox where queue = $1)
            """);
        Fill(command, queue, envelope);
        return await command.ExecuteNonQueryAsync(stop) > 0;
    }

    public async Task ParkAsync(string queue, Envelope envelope, CancellationToken stop)
    {
        BeCareful();
        await using var command = postgres.CreateCommand(
            """
            insert into pipeline.mailbox (queue, message_id, tenant_id, envelope)
            values ($1, $2, $3, $4)
            """);
        Fill(command, queue, envelope);
        await command.ExecuteNonQueryAsync(stop);
        PipelineLog.Parked(log, envelope.Id);
        PipelineMeters.Parked.Add(1);
    }

    static void Fill(NpgsqlCommand command, string queue, Envelope envelope)
    {
        command.Parameters.Add(new() { Value = queue });
        command.Parameters.Add(new() { Value = envelope.Id });
        command.Parameters.Add(new() { Value = envelope.TenantId });
        command.Parameters.Add(new() { Value = Wire.Encode(envelope) });
    }

    /// <summary>Whose command waits here; null when it does not.</summary>
    public async Task<Guid?> OwnerAsync(Guid messageId, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand("select tenant_id from pipeline.mailbox where message_id = $1");
        command.Parameters.Add(new() { Value = messageId });
        return (Guid?)await command.ExecuteScalarAsync(stop);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        broker.Lost += BeCareful;
        BeCareful();
        return Loop.RunAsync("relay", log, RelayAsync, stoppingToken);
    }

    async Task RelayAsync(CancellationToken stop)
    {
        while (true)
        {
            var queues = await WaitingQueuesAsync(stop);
            if (queues.Count > 0)
                BeCareful();
            foreach (var queue in queues)
                await RelayAllAsync(queue, stop);
            await Task.Delay(Look, stop);
        }
    }

    /// <summary>A queue that takes nothing does not hold up the others.</summary>
    async Task RelayAllAsync(string queue, CancellationToken stop)
    {
        try
        {
            while (await RelayAsync(queue, stop) == RelayBatch)
            {
            }
        }
        catch (BrokerUnavailableException fault) when (broker.IsConnected)
        {
            PipelineLog.Paused(log, $"relay to {queue}", fault.Message);
        }
    }

    async Task<List<string>> WaitingQueuesAsync(CancellationToken stop)
    {
        await using var command = postgres.CreateCommand("select distinct queue from pipeline.mailbox");
        await using var reader = await command.ExecuteReaderAsync(stop);
        var queues = new List<string>();
        while (await reader.ReadAsync(stop))
            queues.Add(reader.GetString(0));
        return queues;
    }

    async Task<int> RelayAsync(string queue, CancellationToken stop)
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await using var take = new NpgsqlCommand(
            """
            select id, envelope
            from pipeline.mailbox
            where queue = $1
              and pg_try_advisory_xact_lock(77001, hashtext($1))
            order by id
            limit $2
            """, connection)
        { Parameters = { new() { Value = queue }, new() { Value = RelayBatch } } };
        var ids = new List<long>();
        var waiting = new List<byte[]>();
        await using (var reader = await take.ExecuteReaderAsync(stop))
            while (await reader.ReadAsync(stop))
            {
                ids.Add(reader.GetInt64(0));
                waiting.Add(reader.GetFieldValue<byte[]>(1));
            }
        if (ids.Count == 0)
            return 0;
        // One after the other in batches of a message: their order is what the mailbox keeps.
        foreach (var (body, _) in Wire.Pack(waiting.SelectMany(body => Wire.Decode(body))))
            await publisher.PublishAsync(queue, body, stop);
        await using var remove = new NpgsqlCommand("delete from pipeline.mailbox where id = any ($1)", connection)
        { Parameters = { new() { Value = ids.ToArray() } } };
        await remove.ExecuteNonQueryAsync(stop);
        await transaction.CommitAsync(stop);
        PipelineLog.Relayed(log, ids.Count, queue);
        return ids.Count;
    }
}
