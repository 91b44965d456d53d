using System.Collections.Concurrent;
using Dvt.Contracts;
using RabbitMQ.Client;

namespace Dvt.Pipeline;

/// <summary>One envelope as it came from a queue, with what is needed to settle it.</summary>
/// <param name="Slot">Of the queue; -1 for work queues.</param>
/// <param name="Epoch">Under which its slot was owned when it came.</param>
/// <param name="Redelivered">By its source.</param>
/// <param name="Tag">By which its source knows it.</param>
public sealed record Delivery(Envelope Envelope, string Queue, int Slot, long Epoch, bool Redelivered, IDeliverySource Source, ulong Tag)
{
    /// <summary>It, or what caused it, was given to someone before who did not settle it, perhaps because it killed them.</summary>
    public bool Redelivered { get; } = Redelivered || Envelope.Repeated == true;

    /// <summary>Messages of one key are taken in order.</summary>
    public (string Queue, Guid TenantId, string Key) OrderKey => (Queue, Envelope.TenantId, Envelope.Key);

    /// <summary>In the backlog, when it was taken from there and not from the queue itself; otherwise 0.</summary>
    public long Place { get; init; }

    /// <summary>Nothing of its key lay in the backlog when it came.</summary>
    public bool IsPassed { get; init; }

    /// <summary>False once the channel it came on is gone: it will come again, and is settled by nobody here.</summary>
    public bool IsLive => Source.IsLive;
}

/// <summary>Where deliveries come from, and who is told that they are done.</summary>
public interface IDeliverySource
{
    /// <summary>False once its deliveries will come again from somewhere else.</summary>
    bool IsLive { get; }

    /// <summary>Takes back what cannot be done now: once it is told as done it comes again from somewhere else. False where it waits here instead.</summary>
    bool TryTakeBack(ulong tag);

    /// <summary>These are done for good. Never throws for a source that is gone.</summary>
    Task DoneAsync(IEnumerable<ulong> tags);
}

/// <summary>
/// A channel that consumes, and which of its messages are still open. A message that holds several envelopes is
/// acked when the last of them is done; neighbours are acked together. What is done at the same time is acked one after the
/// other, since the broker closes a channel that acks what was acked already.
/// </summary>
#pragma warning disable CA1001 // Its semaphore holds no handle.
public sealed class ConsumerChannel(IChannel channel) : IDeliverySource
#pragma warning restore CA1001
{
    readonly SemaphoreSlim acking = new(1);
    readonly Lock gate = new();
    readonly SortedDictionary<ulong, int> open = [];
    readonly SortedSet<ulong> done = [];
    volatile bool dead;

    public IChannel Channel { get; } = channel;

    public bool IsLive => !dead && Channel.IsOpen;

    /// <summary>Notes a received message with the envelopes in it.</summary>
    public void Received(ulong tag, int envelopes)
    {
        lock (gate)
            open[tag] = envelopes;
    }

    public bool TryTakeBack(ulong tag) => false;

    /// <summary>Acks what is complete. Never throws for a lost channel: the broker then delivers again.</summary>
    public async Task DoneAsync(IEnumerable<ulong> tags)
    {
        await acking.WaitAsync();
        try
        {
            await AckAsync(tags);
        }
        finally
        {
            acking.Release();
        }
    }

    async Task AckAsync(IEnumerable<ulong> tags)
    {
        ulong upTo = 0;
        List<ulong> single = [];
        lock (gate)
        {
            foreach (var tag in tags)
                if (open.TryGetValue(tag, out var left))
                {
                    if (left > 1)
                        open[tag] = left - 1;
                    else
                    {
                        open.Remove(tag);
                        done.Add(tag);
                    }
                }
            var firstOpen = open.Count == 0 ? ulong.MaxValue : open.Keys.First();
            foreach (var tag in done)
                if (tag < firstOpen)
                    upTo = tag;
                else
                    single.Add(tag);
            done.Clear();
        }
        if (!IsLive)
            return;
        try
        {
            if (upTo > 0)
                await Channel.BasicAckAsync(upTo, multiple: true);
            foreach (var tag in single)
                await Channel.BasicAckAsync(tag, multiple: false);
        }
        catch (Exception fault) when (RabbitMq.IsUnavailable(fault))
        {
            dead = true;
        }
    }

    /// <summary>From now on nothing of it is settled any more; its owner will close it.</summary>
    public void Abandon() => dead = true;

    /// <summary>Ends the channel; the broker takes back in order what was not acked.</summary>
    public async Task CloseAsync()
    {
        dead = true;
        try
        {
            await Channel.DisposeAsync();
        }
        catch (Exception fault) when (RabbitMq.IsUnavailable(fault))
        {
            // Closed by the other side already.
        }
    }
}
