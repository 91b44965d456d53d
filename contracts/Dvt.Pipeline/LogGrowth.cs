using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Dvt.Pipeline;

/// <summary>
/// Wakes tails of the log when it has grown. A hint only: tails also look by themselves.
/// </summary>
public sealed class LogGrowth(RabbitMq broker, ILogger<LogGrowth> log) : BackgroundService
{
    /// <summary>How often those look whom somebody waits for.</summary>
    static readonly TimeSpan LookAnyway = TimeSpan.FromMilliseconds(100);

    /// <summary>How often those look that nobody waits for.</summary>
    public static readonly TimeSpan LookNowAndThen = TimeSpan.FromMilliseconds(500);

    readonly Growth grew = new();

    /// <summary>The next growth; take it before looking, so that what comes while looking is not missed.</summary>
    public Task Next => grew.Next;

    /// <summary>Waits for a growth taken earlier with <see cref="Next"/>.</summary>
    public static Task WaitAsync(Task next, CancellationToken stop, TimeSpan? lookAnyway = null) => Wake.WaitAsync(next, lookAnyway ?? LookAnyway, stop);

    sealed class Growth : Wake;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Loop.RunAsync("log growth", log, ListenAsync, stoppingToken);

    async Task ListenAsync(CancellationToken stop)
    {
        await using var channel = await broker.OpenChannelAsync(channel: null, stop);
        await channel.ExchangeDeclareAsync(Topology.LogGrew, ExchangeType.Fanout, durable: false, autoDelete: false, cancellationToken: stop);
        var queue = await channel.QueueDeclareAsync(queue: "", durable: false, exclusive: true, autoDelete: true,
            arguments: new Dictionary<string, object?> { ["x-max-length"] = 1 }, cancellationToken: stop);
        await channel.QueueBindAsync(queue.QueueName, Topology.LogGrew, routingKey: "", cancellationToken: stop);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) => { ended.TrySetResult(); return Task.CompletedTask; };
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.UnregisteredAsync += (_, _) => { ended.TrySetResult(); return Task.CompletedTask; };
        consumer.ReceivedAsync += (_, _) =>
        {
            grew.Up();
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer, stop);
        await ended.Task.WaitAsync(stop);
    }
}
