using Dvt.Contracts;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Dvt.Pipeline;

/// <summary>
/// Publishes with confirms, pipelined: many callers share few channels and each awaits its own confirm. A queue has
/// always the same channel, so that what one call sends to it arrives in order. Messages are mandatory: one that no queue takes comes back, its queue is declared, and it is sent once more.
/// </summary>
public sealed class Publisher(RabbitMq broker, ILogger<Publisher> log) : IAsyncDisposable
{
    const int Channels = 4;

    /// <summary>No confirm within this time counts as no broker.</summary>
    public static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(2);

    static readonly CreateChannelOptions WithConfirms = new(
        publisherConfirmationsEnabled: true,
        publisherConfirmationTrackingEnabled: true,
        outstandingPublisherConfirmationsRateLimiter: null);

    static readonly BasicProperties Persistent = new() { DeliveryMode = DeliveryModes.Persistent, ContentType = "application/json" };
    static readonly BasicProperties Transient = new() { DeliveryMode = DeliveryModes.Transient };

    readonly Task<IChannel>?[] channels = new Task<IChannel>?[Channels + 1];
    readonly Lock gate = new();

    /// <exception cref="BrokerUnavailableException">Not confirmed; nobody knows whether it arrived.</exception>
    public async Task PublishAsync(string queue, ReadOnlyMemory<byte> body, CancellationToken stop)
    {
        try
        {
            await SendAsync(queue, body, Persistent, stop);
        }
        catch (PublishException returned) when (returned.IsReturn)
        {
            PipelineLog.MessageReturned(log, queue);
            await DeclareAsync(queue, stop);
            await SendAsync(queue, body, Persistent, stop);
        }
    }

    public Task PublishAsync(string queue, Envelope envelope, CancellationToken stop) => PublishAsync(queue, Wire.Encode(envelope), envelopes: 1, stop);

    /// <summary>Sends all to their queues, several to a message, those of a queue in order, and returns once every one is confirmed.</summary>
    public async Task PublishAsync(IReadOnlyCollection<(string Queue, Envelope Envelope)> messages, CancellationToken stop)
    {
        var byQueue = messages.GroupBy(m => m.Queue, m => m.Envelope).ToList();
        // Those that wait for a channel to open go on in any order; so it is open before the first of them.
        foreach (var queue in byQueue)
            await OpenAsync(queue.Key, stop);
        await Task.WhenAll(byQueue.SelectMany(queue => Wire.Pack(queue).Select(packed => PublishAsync(queue.Key, packed.Body, packed.Envelopes, stop))));
    }

    async Task PublishAsync(string queue, byte[] body, int envelopes, CancellationToken stop)
    {
        await PublishAsync(queue, body, stop);
        PipelineMeters.Published.Add(envelopes);
    }

    /// <summary>Tells an API process what became of a command. It may be lost; the API then reads the command's row.</summary>
    public async Task ReplyAsync(string queue, ReadOnlyMemory<byte> body, CancellationToken stop)
    {
        try
        {
            await HintAsync(exchange: "", queue, body, stop);
        }
        catch (Exception fault) when (RabbitMq.IsUnavailable(fault))
        {
            PipelineLog.ReplyLost(log, queue);
        }
    }

    /// <summary>Wakes whoever tails the log. It may be lost; tails also look by themselves.</summary>
    public async Task TellLogGrewAsync(CancellationToken stop)
    {
        try
        {
            await HintAsync(Topology.LogGrew, routingKey: "", ReadOnlyMemory<byte>.Empty, stop);
        }
        catch (Exception fault) when (RabbitMq.IsUnavailable(fault))
        {
            PipelineLog.ReplyLost(log, Topology.LogGrew);
        }
    }

    /// <summary>Without confirm, on a channel of its own: what may be lost must never hold up what may not.</summary>
    async Task HintAsync(string exchange, string routingKey, ReadOnlyMemory<byte> body, CancellationToken stop)
    {
        var channel = await ChannelAsync(Channels, stop).WaitAsync(ConfirmTimeout, stop);
        await channel.BasicPublishAsync(exchange, routingKey, mandatory: false, Transient, body, stop).AsTask().WaitAsync(ConfirmTimeout, stop);
    }

    async Task SendAsync(string queue, ReadOnlyMemory<byte> body, BasicProperties properties, CancellationToken stop)
    {
        var channel = await OpenAsync(queue, stop);
        try
        {
            await channel.BasicPublishAsync(exchange: "", queue, mandatory: true, properties, body, stop).AsTask().WaitAsync(ConfirmTimeout, stop);
        }
        catch (PublishException returned) when (returned.IsReturn)
        {
            throw;
        }
        catch (Exception fault) when (RabbitMq.IsUnavailable(fault))
        {
            Replace(queue, channel);
            throw new BrokerUnavailableException($"no confirm for {queue}", fault);
        }
    }

    /// <summary>A channel that met a queue before its leader may owe a confirm for ever, though it is open; the next message has a new one.</summary>
    void Replace(string queue, IChannel silent)
    {
        lock (gate)
        {
            if (channels[PlaceOf(queue)] is not { IsCompletedSuccessfully: true } known || known.Result != silent)
                return;
            channels[PlaceOf(queue)] = null;
        }
        _ = CloseAsync(silent);
    }

    /// <summary>Not at once: what it still confirms in time counts.</summary>
    static async Task CloseAsync(IChannel silent)
    {
        await Task.Delay(2 * ConfirmTimeout);
        try
        {
            await silent.DisposeAsync();
        }
        catch (Exception fault) when (RabbitMq.IsUnavailable(fault))
        {
            // It is gone already, which is what was wanted.
        }
    }

    static int PlaceOf(string queue) => (int)((uint)queue.GetHashCode(StringComparison.Ordinal) % Channels);

    /// <summary>The channel of a queue; at once when it is open.</summary>
    async ValueTask<IChannel> OpenAsync(string queue, CancellationToken stop)
    {
        try
        {
            return await ChannelAsync(PlaceOf(queue), stop).WaitAsync(ConfirmTimeout, stop);
        }
        catch (Exception fault) when (RabbitMq.IsUnavailable(fault))
        {
            throw new BrokerUnavailableException($"no channel for {queue}", fault);
        }
    }

    async Task<IChannel> ChannelAsync(int place, CancellationToken stop)
    {
        if (broker.IsBlocked)
            throw new BrokerUnavailableException("the broker has raised an alarm");
        Task<IChannel> opening;
        lock (gate)
        {
            if (channels[place] is { } known && !(known.IsCompleted && (!known.IsCompletedSuccessfully || !known.Result.IsOpen)))
                opening = known;
            else
                channels[place] = opening = OpenAsync(place < Channels ? WithConfirms : null);
        }
        return await opening.WaitAsync(stop);
    }

    async Task<IChannel> OpenAsync(CreateChannelOptions? options)
    {
        var channel = await broker.OpenChannelAsync(options, CancellationToken.None);
        await channel.ExchangeDeclareAsync(Topology.LogGrew, ExchangeType.Fanout, durable: false, autoDelete: false);
        return channel;
    }

    async Task DeclareAsync(string queue, CancellationToken stop)
    {
        await using var channel = await broker.OpenChannelAsync(channel: null, stop);
        var slot = Array.Find(AllSlots, s => Slot.Queue(s) == queue);
        if (Slot.Queue(slot) == queue)
            await Topology.DeclareSlotAsync(channel, slot, stop);
        else
            await Topology.DeclareWorkAsync(channel, queue, Domain.Runs, stop);
    }

    static readonly int[] AllSlots = [.. Enum.GetValues<Domain>().SelectMany(Slot.All)];

    public async ValueTask DisposeAsync()
    {
        foreach (var opening in channels)
            if (opening is { IsCompletedSuccessfully: true })
                await opening.Result.DisposeAsync();
    }
}
