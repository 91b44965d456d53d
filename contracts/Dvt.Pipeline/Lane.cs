using System.Collections.Concurrent;
using System.Text.Json;
using Dvt.Contracts;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Dvt.Pipeline;

/// <summary>
/// One line of work: a channel that consumes the queues of some slots, and a loop that takes what has come, up to a
/// batch, without waiting for more. Subscriptions change only in the slot worker's own loop. When anything about the channel is in doubt it is closed as a whole, since only
/// that puts unsettled messages back in order.
/// </summary>
sealed partial class Lane(
    int number, SlotWorkerOptions options, ISlotHandler handler, NpgsqlDataSource postgres, RabbitMq broker, Publisher publisher, Handover handover, ILogger log)
{
    readonly ConcurrentDictionary<int, Subscription> subscriptions = new();
    readonly ConcurrentQueue<(int Slot, long Epoch)> lost = new();

    /// <summary>Slots whose queue did not answer: the others go first.</summary>
    readonly HashSet<int> silent = [];

    readonly Overflow overflow = new(postgres, options.BatchSize);
    readonly BatchProcess process = new(handler, postgres, publisher, log);
    ConsumerChannel? source;
    volatile string? resetWanted;
    int inWork;

    sealed record Subscription(int Slot, long Epoch, string ConsumerTag, ConsumerChannel Channel)
    {
        public volatile bool Cancelled;
        public bool IsLeaving;
        public int Undone;
    }

    public int Number => number;

    FairQueue Inbox => overflow.Inbox;

    public IEnumerable<(int Slot, long Epoch)> TakeLostSlots()
    {
        while (lost.TryDequeue(out var slot))
            yield return slot;
    }

    /// <summary>Makes the subscriptions match the slots that are owned.</summary>
    public async Task FollowAsync(Dictionary<int, long> owned, CancellationToken stop)
    {
        if (resetWanted is { } reason)
            await ResetAsync(reason);
        var stale = subscriptions.Values.Where(s => !s.Channel.IsLive || s.Cancelled || owned.GetValueOrDefault(s.Slot, -1) != s.Epoch).ToList();
        if (stale.Count > 0)
            await ResetAsync(stale[0].Channel.IsLive ? $"slot {stale[0].Slot} moved" : "channel lost");
        foreach (var (slot, epoch) in owned.OrderBy(o => silent.Contains(o.Key)))
            if (!subscriptions.ContainsKey(slot))
                await SubscribeAsync(slot, epoch, stop);
        silent.Clear();
    }

    async Task SubscribeAsync(int slot, long epoch, CancellationToken stop)
    {
        if (source is not { IsLive: true })
        {
            source = new ConsumerChannel(await broker.OpenChannelAsync(channel: null, stop));
            // Counted per consumer, so that one slot's backlog does not starve another's: a batch of each slot, twice what one
            // tenant may have of it before its flood is moved aside. Under load a message holds several envelopes.
            await source.Channel.BasicQosAsync(prefetchSize: 0, prefetchCount: (ushort)options.BatchSize, global: false, stop);
            await Topology.DeclareDeadAsync(source.Channel, options.Domain, stop);
        }
        var queue = Slot.Queue(slot);
        await Topology.DeclareSlotAsync(source.Channel, slot, stop);
        await process.LoadAsync(queue, stop);
        await overflow.OpenAsync(queue, slot, epoch, source, stop);
        handler.Forget(slot);
        var tag = $"{queue}-{epoch}";
        var subscription = subscriptions[slot] = new Subscription(slot, epoch, tag, source);
        var consumer = new AsyncEventingBasicConsumer(source.Channel);
        consumer.ReceivedAsync += (_, message) => ReceiveAsync(subscription, queue, message);
        consumer.UnregisteredAsync += (_, _) => { subscription.Cancelled = true; return Task.CompletedTask; };
        try
        {
            await source.Channel.BasicConsumeAsync(queue, autoAck: false, tag, noLocal: false, exclusive: false, arguments: null, consumer, stop);
        }
        catch (Exception fault) when (!stop.IsCancellationRequested)
        {
            subscription.Cancelled = true;
            silent.Add(slot);
            throw new BrokerUnavailableException($"{queue} has no consumer", fault);
        }
        handover.Open(queue, this, slot);
        PipelineLog.Consuming(log, queue);
    }

    async Task ReceiveAsync(Subscription subscription, string queue, BasicDeliverEventArgs message)
    {
        Envelope[] envelopes;
        try
        {
            envelopes = Wire.Decode(message.Body.Span);
        }
        catch (JsonException fault)
        {
            PipelineLog.Undecodable(log, queue);
            await process.KeepUndecodableAsync(queue, message.Body.ToArray(), fault.Message);
            subscription.Channel.Received(message.DeliveryTag, envelopes: 1);
            await subscription.Channel.DoneAsync([message.DeliveryTag]);
            return;
        }
        subscription.Channel.Received(message.DeliveryTag, envelopes.Length);
        Interlocked.Add(ref subscription.Undone, envelopes.Length);
        foreach (var envelope in envelopes)
            Inbox.Add(new Delivery(envelope, queue, subscription.Slot, subscription.Epoch, message.Redelivered, subscription.Channel, message.DeliveryTag));
    }

    public async Task RunAsync(CancellationToken stop)
    {
        var batch = new List<Delivery>(options.BatchSize);
        while (!stop.IsCancellationRequested)
        {
            await WaitForWorkAsync(stop);
            if (balancing.IsCompleted && overflow.IsWanted)
                balancing = BalanceAsync(stop);
            await WorkAsync(batch, stop);
            // What has come may have to wait until it is known what lies before it.
            if (batch.Count == 0)
                await Loop.PauseAsync(IdlePause, stop);
        }
        await balancing;
    }

    static readonly TimeSpan IdlePause = TimeSpan.FromMilliseconds(5);

    /// <summary>Returns when something has come, or a retry is due.</summary>
    async Task WaitForWorkAsync(CancellationToken stop)
    {
        if (Inbox.Count > 0 || (overflow.HasWork && balancing.IsCompleted))
            return;
        try
        {
            if (process.NextRetry is { } due)
                await Task.WhenAny(Inbox.WaitToReadAsync(stop).AsTask(), Loop.PauseAsync(due, stop));
            else
                await Inbox.WaitToReadAsync(stop);
        }
        catch (OperationCanceledException)
        {
            // The lane stops; its loop sees that.
        }
    }

    async Task WorkAsync(List<Delivery> batch, CancellationToken stop)
    {
        Interlocked.Exchange(ref inWork, 1);
        batch.Clear();
        try
        {
            process.TakeDueRetries(batch);
            var ofBacklog = overflow.Fill(batch);
            if (batch.Count == 0)
                return;
            var began = TimeProvider.System.GetTimestamp();
            await process.RunAsync(batch, SettleAsync, stop);
            overflow.Took(ofBacklog, TimeProvider.System.GetElapsedTime(began));
        }
        catch (LostRaceException race)
        {
            foreach (var (slot, epoch) in batch.Select(d => (d.Slot, d.Epoch)).Distinct())
            {
                handler.Forget(slot);
                if (race.SlotLost)
                    lost.Enqueue((slot, epoch));
            }
            resetWanted = race.Message;
            source?.Abandon();
        }
        catch (ChannelGoneException)
        {
            // Not settled, so it comes again.
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Not settled, so it comes again elsewhere.
        }
        catch (Exception fault)
        {
            // Whatever it was, the lane lives: everything unsettled goes back and comes again in order.
            PipelineLog.LoopFailed(log, fault, $"lane {number}");
            resetWanted = fault.Message;
            source?.Abandon();
        }
        finally
        {
            Interlocked.Exchange(ref inWork, 0);
        }
    }

    async Task SettleAsync(IReadOnlyCollection<Delivery> done)
    {
        PipelineMeters.Consumed.Add(done.Count);
        if (done.Any(d => d.Place != 0))
            await overflow.DoneAsync([.. done.Where(d => d.Place != 0)], CancellationToken.None);
        foreach (var ofSource in done.GroupBy(d => d.Source))
            await ofSource.Key.DoneAsync(ofSource.Select(d => d.Tag));
        foreach (var ofSlot in done.GroupBy(d => d.Slot))
            if (subscriptions.TryGetValue(ofSlot.Key, out var subscription))
                Interlocked.Add(ref subscription.Undone, -ofSlot.Count());
    }

    /// <summary>Stops consuming a slot and finishes what has come for it.</summary>
    public async Task DrainAsync(int slot, CancellationToken stop)
    {
        if (!subscriptions.TryGetValue(slot, out var subscription))
            return;
        TakeNoMore(subscription);
        if (subscription.Channel.IsLive)
            await subscription.Channel.Channel.BasicCancelAsync(subscription.ConsumerTag, noWait: false, stop);
        var dropped = overflow.Close(Slot.Queue(slot));
        Interlocked.Add(ref subscription.Undone, -dropped);
        var began = TimeProvider.System.GetTimestamp();
        while (subscription.Channel.IsLive && Volatile.Read(ref subscription.Undone) > 0 && !process.HoldsBack(slot)
               && TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(2))
            await Task.Delay(5, stop);
        if (Volatile.Read(ref subscription.Undone) > 0)
            await ResetAsync($"slot {slot} given back with work left");
        else
        {
            subscriptions.TryRemove(slot, out _);
            overflow.Forget(Slot.Queue(slot));
        }
        handler.Forget(slot);
    }

    /// <summary>Closes the channel with all its subscriptions; the broker takes back what was not settled.</summary>
    public async Task ResetAsync(string reason)
    {
        resetWanted = null;
        source?.Abandon();
        // Before the close, which takes its time when the broker does not answer.
        GiveBack();
        if (source is { } old)
            await old.CloseAsync();
        source = null;
        while (Volatile.Read(ref inWork) == 1 || Volatile.Read(ref inBalance) == 1)
            await Task.Delay(2);
        process.Clear();
        overflow.Clear();
        foreach (var slot in subscriptions.Keys)
        {
            subscriptions.TryRemove(slot, out _);
            handler.Forget(slot);
            PipelineLog.SlotLeft(log, slot, reason);
        }
    }
}
