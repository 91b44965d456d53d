using Dvt.Contracts;
using RabbitMQ.Client;

namespace Dvt.Pipeline;

/// <summary>Which queues there are and how they are made. Declaring twice is harmless.</summary>
public static class Topology
{
    /// <summary>A backstop only: our own count of failures decides long before.</summary>
    const int DeliveryLimit = 200;

    /// <summary>Fanout that says "the log has grown"; receivers look for themselves.</summary>
    public const string LogGrew = "dvt.log-grew";

    public static string DeadExchange(Domain domain) => $"dvt.{domain.ToString().ToLowerInvariant()}.dlx";

    public static string DeadQueue(Domain domain) => $"dvt.{domain.ToString().ToLowerInvariant()}.dead";

    /// <summary>The queue of a step kind that is carried out by workers of its own.</summary>
    public static string StepQueue(string kind) => $"dvt.steps.{kind}";

    /// <summary>Command queue of a slot: one consumer at a time, the rest wait as a guard.</summary>
    public static Task DeclareSlotAsync(IChannel channel, int slot, CancellationToken stop) =>
        channel.QueueDeclareAsync(Contracts.Slot.Queue(slot), durable: true, exclusive: false, autoDelete: false,
            arguments: QueueArguments(Contracts.Slot.DomainOf(slot), singleActiveConsumer: true), cancellationToken: stop);

    /// <summary>Work queue of a step kind: many consumers.</summary>
    public static Task DeclareWorkAsync(IChannel channel, string queue, Domain domain, CancellationToken stop) =>
        channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false,
            arguments: QueueArguments(domain, singleActiveConsumer: false), cancellationToken: stop);

    /// <summary>Where the broker itself puts what it gave up on.</summary>
    public static async Task DeclareDeadAsync(IChannel channel, Domain domain, CancellationToken stop)
    {
        await channel.ExchangeDeclareAsync(DeadExchange(domain), ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: stop);
        await channel.QueueDeclareAsync(DeadQueue(domain), durable: true, exclusive: false, autoDelete: false,
            arguments: new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: stop);
        await channel.QueueBindAsync(DeadQueue(domain), DeadExchange(domain), routingKey: "", cancellationToken: stop);
    }

    /// <summary>Everything of a domain at once.</summary>
    public static async Task DeclareDomainAsync(IChannel channel, Domain domain, CancellationToken stop)
    {
        await DeclareDeadAsync(channel, domain, stop);
        foreach (var slot in Contracts.Slot.All(domain))
            await DeclareSlotAsync(channel, slot, stop);
    }

    static Dictionary<string, object?> QueueArguments(Domain domain, bool singleActiveConsumer)
    {
        var arguments = new Dictionary<string, object?>
        {
            ["x-queue-type"] = "quorum",
            ["x-delivery-limit"] = DeliveryLimit,
            ["x-dead-letter-exchange"] = DeadExchange(domain),
        };
        if (singleActiveConsumer)
            arguments["x-single-active-consumer"] = true;
        return arguments;
    }
}
