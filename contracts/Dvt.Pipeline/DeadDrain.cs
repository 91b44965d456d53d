using Dvt.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Dvt.Pipeline;

/// <summary>Moves what the broker itself gave up on (its delivery limit) into the dead letters, where people look.</summary>
public sealed class DeadDrain(Domain domain, NpgsqlDataSource postgres, RabbitMq broker, ILogger<DeadDrain> log) : BackgroundService
{
    readonly DeadLetters deadLetters = new(postgres);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Loop.RunAsync(Topology.DeadQueue(domain), log, DrainAsync, stoppingToken);

    async Task DrainAsync(CancellationToken stop)
    {
        await using var channel = await broker.OpenChannelAsync(channel: null, stop);
        await channel.BasicQosAsync(prefetchSize: 0, prefetchCount: 16, global: false, stop);
        await Topology.DeclareDeadAsync(channel, domain, stop);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) => { ended.TrySetResult(); return Task.CompletedTask; };
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.UnregisteredAsync += (_, _) => { ended.TrySetResult(); return Task.CompletedTask; };
        consumer.ReceivedAsync += async (_, message) =>
        {
            // A fault here ends the channel, and the message comes again.
            await deadLetters.KeepUndecodableAsync(message.RoutingKey, message.Body.ToArray(), "BROKER_DELIVERY_LIMIT", "the broker gave up delivering it", stop);
            PipelineMeters.DeadLetters.Add(1);
            await channel.BasicAckAsync(message.DeliveryTag, multiple: false, stop);
        };
        await channel.BasicConsumeAsync(Topology.DeadQueue(domain), autoAck: false, consumer, stop);
        await ended.Task.WaitAsync(stop);
    }
}
