using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Dvt.Bench;

/// <summary>Sixteen handlers on one queue; each message is a transaction of its own and is acked after its commit.</summary>
sealed class NaiveWorker : IAsyncDisposable
{
    public const string Queue = "bench.naive";
    public const int Handlers = 16;

    readonly Scratch scratch;
    readonly NaiveRelay relay;
    readonly IChannel channel;

    NaiveWorker(Scratch scratch, NaiveRelay relay, IChannel channel)
    {
        this.scratch = scratch;
        this.relay = relay;
        this.channel = channel;
    }

    public static async Task<NaiveWorker> StartAsync(Scratch scratch, NaiveRelay relay, CancellationToken stop)
    {
        var options = new CreateChannelOptions(
            publisherConfirmationsEnabled: false, publisherConfirmationTrackingEnabled: false, consumerDispatchConcurrency: Handlers);
        var channel = await scratch.Broker.OpenChannelAsync(options, stop);
        await channel.BasicQosAsync(prefetchSize: 0, prefetchCount: 4 * Handlers, global: false, stop);
        var worker = new NaiveWorker(scratch, relay, channel);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) => worker.HandleAsync(NaiveMessage.Read(delivery.Body.Span), delivery.DeliveryTag);
        await channel.BasicConsumeAsync(Queue, autoAck: false, consumer, stop);
        return worker;
    }

    async Task HandleAsync(NaiveMessage message, ulong tag)
    {
        await using (var connection = await scratch.Database.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            if (await ReceiveAsync(connection, message) is { } seq)
            {
                await using var writes = new NpgsqlBatch(connection);
                Decide(message, seq, writes);
                await writes.ExecuteNonQueryAsync();
            }
            await transaction.CommitAsync();
        }
        relay.Wake();
        await channel.BasicAckAsync(tag, multiple: false);
    }

    /// <summary>The run's seq; null when the message was taken before.</summary>
    static async Task<int?> ReceiveAsync(NpgsqlConnection connection, NaiveMessage message)
    {
        await using var reads = new NpgsqlBatch(connection);
        reads.BatchCommands.Add(NaiveTables.Receive(message));
        reads.BatchCommands.Add(NaiveTables.Load(message));
        await using var reader = await reads.ExecuteReaderAsync();
        if (!await reader.ReadAsync())
            return null;
        await reader.NextResultAsync();
        return await reader.ReadAsync() ? reader.GetInt32(2) : 0;
    }

    static void Decide(NaiveMessage message, int seq, NpgsqlBatch writes)
    {
        void Append(string type, string data) => writes.BatchCommands.Add(NaiveTables.Append(message, ++seq, type, data));
        var done = message.Step;
        if (done == 0)
        {
            Append("RunQueued", $$"""{"planId":"{{message.PlanId}}","planVersion":"{{message.PlanVersion}}","input":{{message.Input.GetRawText()}}}""");
            Append("RunStarted", "{}");
        }
        else
            Append("StepCompleted", $$"""{"stepId":"s{{done}}","attempt":1}""");
        if (done < Yardstick.Steps)
        {
            Append("StepStarted", $$"""{"stepId":"s{{done + 1}}","attempt":1}""");
            writes.BatchCommands.Add(NaiveTables.Send(Queue, message.Next(done + 1)));
        }
        else
            Append("RunCompleted", "{}");
        var status = done < Yardstick.Steps ? "RUNNING" : "COMPLETED";
        writes.BatchCommands.Add(done == 0 ? NaiveTables.Insert(message, seq) : NaiveTables.Update(message, status, done + 1, seq));
        writes.BatchCommands.Add(NaiveTables.Summarise(message, status, done, seq));
    }

    public async ValueTask DisposeAsync() => await channel.DisposeAsync();
}
