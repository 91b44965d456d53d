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
        DeclareAsync(channel, Contracts.Slot.Queue(slot), QueueArguments(Contracts.Slot.DomainOf(slot), singleActiveConsumer: true), stop);

    /// <summary>Work queue of a step kind: many consumers.</summary>
    public static Task DeclareWorkAsync(IChannel channel, string queue, Domain domain, CancellationToken stop) =>
        DeclareAsync(channel, queue, QueueArguments(domain, singleActiveConsumer: false), stop);

    /// <summary>Where the broker itself puts what it gave up on.</summary>
    public static async Task DeclareDeadAsync(IChannel channel, Domain domain, CancellationToken stop)
    {
        await channel.ExchangeDeclareAsync(DeadExchange(domain), ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: stop);
        await DeclareAsync(channel, DeadQueue(domain), new() { ["x-queue-type"] = "quorum" }, stop);
        await channel.QueueBindAsync(DeadQueue(domain), DeadExchange(domain), routingKey: "", cancellationToken: stop);
    }

    /// <summary>Everything of a domain at once.</summary>
    public static async Task DeclareDomainAsync(IChannel channel, Domain domain, CancellationToken stop)
    {
        await DeclareDeadAsync(channel, domain, stop);
        foreach (var slot in Contracts.Slot.All(domain))
            await DeclareSlotAsync(channel, slot, stop);
    }

    static readonly SemaphoreSlim OneAtATime = new(1);

    /// <summary>
    /// Whoever declares a queue that another is just making is answered before it is there, and loses the whole connection when
    /// it consumes it (RabbitMQ 3.10: <c>noproc</c>). So within a process one is made after the other.
    /// </summary>
    static async Task DeclareAsync(IChannel channel, string queue, Dictionary<string, object?> arguments, CancellationToken stop)
    {
        await OneAtATime.WaitAsync(stop);
        try
        {
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: stop);
        }
        finally
        {
            OneAtATime.Release();
        }
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
