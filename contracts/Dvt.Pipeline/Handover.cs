using System.Collections.Concurrent;
using Dvt.Contracts;

namespace Dvt.Pipeline;

/// <summary>A message for a slot of this process.</summary>
readonly record struct ToSlot(string Queue, int Slot, Envelope Envelope);

/// <summary>
/// Brings what a worker of this process has for a slot to where it is carried out: straight to the lane where this process owns
/// the slot, through the broker otherwise. What caused it must stay unacked until it has arrived: should the process die,
/// that comes again and with it everything.
/// </summary>
public sealed class Handover(Publisher publisher)
{
    readonly ConcurrentDictionary<string, (Lane Lane, int Slot)> lanes = new();

    internal void Open(string queue, Lane lane, int slot) => lanes[queue] = (lane, slot);

    internal void Close(string queue, Lane lane, int slot) => lanes.TryRemove(new(queue, (lane, slot)));

    /// <summary>Returns once each is committed by its slot or confirmed by the broker.</summary>
    /// <exception cref="BrokerUnavailableException">Some are neither; nobody knows which.</exception>
    public async Task SendAsync(IReadOnlyCollection<(string Queue, Envelope Envelope)> messages, CancellationToken stop)
    {
        var away = new List<(string, Envelope)>();
        var own = new List<(Lane Lane, ToSlot Message)>();
        foreach (var (queue, envelope) in messages)
            if (lanes.TryGetValue(queue, out var owner))
                own.Add((owner.Lane, new(queue, owner.Slot, envelope)));
            else
                away.Add((queue, envelope));
        var handed = new List<Task<IReadOnlyCollection<ToSlot>>>();
        foreach (var ofLane in own.GroupBy(o => o.Lane, o => o.Message))
        {
            var (refused, left) = ofLane.Key.Take(ofLane);
            away.AddRange(refused.Select(m => (m.Queue, m.Envelope)));
            handed.Add(left);
        }
        PipelineMeters.HandedOver.Add(messages.Count - away.Count);
        var sending = away.Count == 0 ? Task.CompletedTask : publisher.PublishAsync(away, stop);
        await Task.WhenAll([sending, .. handed.Select(left => SendLeftAsync(left, stop))]);
    }

    /// <summary>Repeated, since it may have been in work: committed even, with what follows from it not published.</summary>
    async Task SendLeftAsync(Task<IReadOnlyCollection<ToSlot>> handed, CancellationToken stop)
    {
        var left = await handed.WaitAsync(stop);
        if (left.Count > 0)
            await publisher.PublishAsync([.. left.Select(m => (m.Queue, m.Envelope with { Repeated = true }))], stop);
    }
}

/// <summary>What one worker handed to a lane at one time.</summary>
sealed class Handed : IDeliverySource
{
    /// <summary>Of a lane that took nothing.</summary>
    public static readonly Task<IReadOnlyCollection<ToSlot>> Nothing = Task.FromResult<IReadOnlyCollection<ToSlot>>([]);

    readonly TaskCompletionSource<IReadOnlyCollection<ToSlot>> left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Dictionary<ulong, ToSlot> open = [];
    readonly List<ToSlot> back = [];
    volatile bool dropped;

    public bool IsLive => !dropped;

    /// <summary>How many are not done.</summary>
    public int Count
    {
        get
        {
            lock (open)
                return open.Count;
        }
    }

    /// <summary>Ends once all are done or the lane gives back what is not.</summary>
    public Task<IReadOnlyCollection<ToSlot>> Left => left.Task;

    /// <summary>Before the first of them is taken by the lane.</summary>
    public ulong Add(ToSlot message)
    {
        var tag = (ulong)open.Count + 1;
        open.Add(tag, message);
        return tag;
    }

    /// <summary>What has to wait goes back: what came with it must not wait for it too.</summary>
    public bool TryTakeBack(ulong tag)
    {
        lock (open)
            if (open.Remove(tag, out var message))
                back.Add(message);
        return true;
    }

    public Task DoneAsync(IEnumerable<ulong> tags)
    {
        lock (open)
        {
            foreach (var tag in tags)
                open.Remove(tag);
            if (open.Count == 0)
                left.TrySetResult([.. back]);
        }
        return Task.CompletedTask;
    }

    /// <summary>The lane comes to no more of them.</summary>
    public void Drop()
    {
        dropped = true;
        lock (open)
            left.TrySetResult([.. back, .. open.Values]);
    }
}
