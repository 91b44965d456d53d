using System.Collections.Concurrent;
using System.Text.Json;
using Dvt.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Dvt.Pipeline;

/// <summary>
/// The reply queue of one process: outcomes of commands that someone there waits for. A lost reply costs only time;
/// the waiter then reads the command's row, or sends the command again.
/// </summary>
public sealed class Replies(RabbitMq broker, ILogger<Replies> log) : BackgroundService
{
    /// <summary>More waiters than this are answered as if they had not asked to wait.</summary>
    const int MaxWaiters = 10_000;

    readonly ConcurrentDictionary<Guid, TaskCompletionSource<Outcome>> waiters = new();

    /// <summary>Name to send as <see cref="Envelope.ReplyTo"/>.</summary>
    public string Queue { get; } = $"dvt.replies.{Guid.CreateVersion7():n}";

    /// <summary>Registers a waiter before the command is sent; null when there are too many. Dispose to leave.</summary>
    public Waiter? Expect(Guid commandId)
    {
        if (waiters.Count >= MaxWaiters)
            return null;
        var answer = waiters.GetOrAdd(commandId, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        return new Waiter(answer.Task, () => waiters.TryRemove(new(commandId, answer)));
    }

    /// <summary>Someone waiting for the outcome of one command.</summary>
    public sealed class Waiter(Task<Outcome> outcome, Action leave) : IDisposable
    {
        public Task<Outcome> Outcome { get; } = outcome;

        public void Dispose() => leave();
    }

    /// <summary>What a worker publishes to the queue: outcomes, several at a time.</summary>
    public static byte[] Encode(IEnumerable<Outcome> outcomes) => JsonSerializer.SerializeToUtf8Bytes(outcomes, ContractsJson.Options);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Loop.RunAsync("replies", log, ListenAsync, stoppingToken);

    async Task ListenAsync(CancellationToken stop)
    {
        await using var channel = await broker.OpenChannelAsync(channel: null, stop);
        await channel.QueueDeclareAsync(Queue, durable: false, exclusive: true, autoDelete: true, cancellationToken: stop);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) => { ended.TrySetResult(); return Task.CompletedTask; };
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.UnregisteredAsync += (_, _) => { ended.TrySetResult(); return Task.CompletedTask; };
        consumer.ReceivedAsync += (_, delivery) => { Settle(delivery.Body.Span); return Task.CompletedTask; };
        await channel.BasicConsumeAsync(Queue, autoAck: true, consumer, stop);
        await ended.Task.WaitAsync(stop);
    }

    void Settle(ReadOnlySpan<byte> body)
    {
        foreach (var outcome in JsonSerializer.Deserialize<Outcome[]>(body, ContractsJson.Options) ?? [])
            if (waiters.TryGetValue(outcome.CommandId, out var waiter))
                waiter.TrySetResult(outcome);
    }
}
