using System.Text.Json;
using Dvt.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Dvt.Pipeline;

/// <summary>
/// Moves what the broker itself gave up on (its delivery limit) into the dead letters, where people look: each message where its key is
/// worked on, as only there later ones can be made to wait. What nobody can read is kept as it is.
/// </summary>
public sealed class DeadDrain(Domain domain, NpgsqlDataSource postgres, RabbitMq broker, Publisher publisher, ILogger<DeadDrain> log) : BackgroundService
{
    const string Code = "BROKER_DELIVERY_LIMIT";
    const string Detail = "the broker gave up delivering it";

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
            try
            {
                await KeepAsync(message.RoutingKey, message.Body.ToArray(), stop);
                await channel.BasicAckAsync(message.DeliveryTag, multiple: false, stop);
            }
            catch (Exception fault)
            {
                // The channel ends with it, and the message comes again.
                ended.TrySetException(fault);
            }
        };
        await channel.BasicConsumeAsync(Topology.DeadQueue(domain), autoAck: false, consumer, stop);
        await ended.Task.WaitAsync(stop);
    }

    async Task KeepAsync(string queue, byte[] body, CancellationToken stop)
    {
        Envelope[] envelopes;
        try
        {
            envelopes = Wire.Decode(body);
        }
        catch (JsonException)
        {
            await deadLetters.KeepUndecodableAsync(queue, body, Code, Detail, stop);
            PipelineMeters.DeadLetters.Add(1);
            return;
        }
        await publisher.PublishAsync([.. envelopes.Select(envelope => OrderFor(domain, queue, envelope))], stop);
    }

    /// <summary>The order to keep it, with an id made from it: what comes again is kept once while it is open.</summary>
    internal static (string Queue, Envelope Order) OrderFor(Domain domain, string queue, Envelope dead)
    {
        // Queues of step kinds are nobody's slot: what is in them belongs to the run of its key.
        var isSlots = Slot.All(domain).Any(slot => Slot.Queue(slot) == queue);
        return (isSlots ? queue : Slot.Queue(Slot.Of(domain, dead.TenantId, dead.Key)), new Envelope(
            NamedId.Of("dead", dead.Id.ToString()), nameof(KeepDeadLetter), dead.TenantId, dead.Key, "system", dead.AcceptedAt,
            ContractsJson.Element(new KeepDeadLetter(dead, queue, Code, Detail)), dead.CorrelationId));
    }
}
