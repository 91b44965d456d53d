using Dvt.Contracts;

namespace Dvt.Pipeline;

// What workers of this process have for its slots, without the way through the broker.
sealed partial class Lane
{
    readonly Lock handing = new();
    readonly HashSet<Handed> handed = [];

    /// <summary>More at a time is better kept by the broker.</summary>
    int MostHanded => 4 * options.BatchSize;

    /// <summary>Takes what it can.</summary>
    /// <returns>What it did not take, and later what it took and did not come to.</returns>
    public (List<ToSlot> Refused, Task<IReadOnlyCollection<ToSlot>> Left) Take(IEnumerable<ToSlot> messages)
    {
        var refused = new List<ToSlot>();
        var deliveries = new List<Delivery>();
        var source = new Handed();
        lock (handing)
        {
            var room = MostHanded - handed.Sum(h => h.Count);
            foreach (var message in messages)
                if (deliveries.Count < room && WouldGoAtOnce(message) && subscriptions.TryGetValue(message.Slot, out var subscription)
                    && subscription is { IsLeaving: false, Cancelled: false, Channel.IsLive: true })
                {
                    Interlocked.Increment(ref subscription.Undone);
                    deliveries.Add(new Delivery(
                        message.Envelope, message.Queue, subscription.Slot, subscription.Epoch, Redelivered: false, source, source.Add(message)));
                }
                else
                    refused.Add(message);
            if (deliveries.Count == 0)
                return (refused, Handed.Nothing);
            handed.Add(source);
        }
        foreach (var delivery in deliveries)
            Inbox.Add(delivery);
        return (refused, ForgottenAfterAsync(source));
    }

    /// <summary>False for what would wait behind its key or its tenant's flood: what came with it must not wait too.</summary>
    bool WouldGoAtOnce(ToSlot message) =>
        !overflow.IsPiled(message.Queue, message.Envelope.TenantId) && !process.HoldsBack((message.Queue, message.Envelope.TenantId, message.Envelope.Key));

    async Task<IReadOnlyCollection<ToSlot>> ForgottenAfterAsync(Handed source)
    {
        var left = await source.Left;
        lock (handing)
            handed.Remove(source);
        return left;
    }

    void TakeNoMore(Subscription subscription)
    {
        lock (handing)
            subscription.IsLeaving = true;
        handover.Close(Slot.Queue(subscription.Slot), this, subscription.Slot);
    }

    /// <summary>All subscriptions end: who handed something over sends what is not done another way.</summary>
    void GiveBack()
    {
        foreach (var subscription in subscriptions.Values)
            TakeNoMore(subscription);
        Handed[] open;
        lock (handing)
            open = [.. handed];
        foreach (var source in open)
            source.Drop();
    }
}
