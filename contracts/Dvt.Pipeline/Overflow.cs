using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Dvt.Contracts;
using Npgsql;

namespace Dvt.Pipeline;

/// <summary>
/// Keeps one tenant's flood from standing in front of everyone else's messages: what is more than a share of a deep queue
/// is moved to the backlog in bulk and comes back in turns. Costs nothing while no tenant exceeds its share. Used by one
/// lane, which works on batches while one other loop of it balances.
/// </summary>
sealed class Overflow(NpgsqlDataSource postgres, int batchSize)
{
    /// <summary>A queue is looked at so often at the most.</summary>
    static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    /// <summary>What a batch out of the backlog may take, since whatever comes meanwhile waits for it.</summary>
    static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(200);

    /// <summary>So long after much was moved at once there is likely more.</summary>
    static readonly TimeSpan DeepFor = TimeSpan.FromMilliseconds(300);

    readonly FairQueue inbox = new();
    readonly Backlog backlog = new(postgres);
    readonly DeadLetters deadLetters = new(postgres);
    readonly ConcurrentDictionary<string, Shelf> shelves = new();
    int portion = batchSize / 2;
    long deepAt = long.MinValue / 2;
    long mayDecideAt;

    /// <summary>The backlog of a queue that this lane consumes.</summary>
    sealed class Shelf(int slot, long epoch, ConsumerChannel channel)
    {
        public int Slot { get; } = slot;
        public long Epoch { get; } = epoch;
        public ConsumerChannel Channel { get; } = channel;
        public Lock Gate { get; } = new();

        /// <summary>Of the tenants whose new runs go to the backlog.</summary>
        public ConcurrentDictionary<Guid, Pile> Piles { get; } = new();

        /// <summary>What lies up to here may have been in work before this process owned the slot.</summary>
        public long DoubtfulUpTo { get; set; }

        public long LookedAt { get; set; }
        public bool IsLeaving { get; set; }
    }

    /// <summary>What one tenant has in the backlog of a queue. Guarded by its shelf's gate.</summary>
    sealed class Pile
    {
        /// <summary>How much lies there and is not at hand.</summary>
        public long Left { get; set; }

        public HashSet<long> AtHand { get; } = [];
    }

    public FairQueue Inbox => inbox;

    /// <summary>More of one tenant and queue is too much, when there is still more behind it.</summary>
    int Share => batchSize / 2;

    /// <summary>So much of the backlog goes along with other work.</summary>
    int Rest => Math.Max(1, batchSize / 8);

    /// <summary>Learns what lies in the backlog of a slot that was taken. Before its queue is consumed.</summary>
    public async Task OpenAsync(string queue, int slot, long epoch, ConsumerChannel channel, CancellationToken stop)
    {
        var (counts, last) = await backlog.CountAsync(queue, stop);
        var shelf = new Shelf(slot, epoch, channel) { DoubtfulUpTo = last };
        foreach (var (tenantId, count) in counts)
            shelf.Piles[tenantId] = new Pile { Left = count };
        shelves[queue] = shelf;
        inbox.Nudge();
    }

    /// <summary>True while something lies in the backlog.</summary>
    public bool HasWork => !shelves.IsEmpty && shelves.Any(s => !s.Value.Piles.IsEmpty && s.Value.Channel.IsLive);

    /// <summary>True while there is something to balance.</summary>
    public bool IsWanted => HasWork || inbox.Above(Share).Count > 0;

    /// <summary>No more is taken from a slot's backlog; how many messages of it that were at hand are dropped.</summary>
    public int Close(string queue)
    {
        if (shelves.TryGetValue(queue, out var shelf))
            lock (shelf.Gate)
                shelf.IsLeaving = true;
        return inbox.DropLoaded(queue);
    }

    public void Forget(string queue) => shelves.TryRemove(queue, out _);

    /// <summary>All queues are given up; what was at hand comes again.</summary>
    public void Clear()
    {
        inbox.Clear();
        shelves.Clear();
    }

    /// <summary>
    /// Takes what is next for a batch: others first; of the backlog all that fits into a turn, little when there is other work,
    /// and while a queue is still deep only now and then, since moving is what all others wait for.
    /// </summary>
    /// <returns>How many of them are from the backlog.</returns>
    public int Fill(List<Delivery> batch)
    {
        if (!HasWork)
        {
            Take(batch, batchSize, MayGo);
            return 0;
        }
        Take(batch, batchSize - Rest, d => d.Place == 0 && MayGo(d));
        var before = batch.Count;
        if (IsDeep && Environment.TickCount64 < mayDecideAt)
            return 0;
        Take(batch, Math.Min(batchSize, before + (before > 0 || IsDeep ? Rest : portion)), MayGo);
        return batch.Count - before;
    }

    bool IsDeep => Environment.TickCount64 - Volatile.Read(ref deepAt) < DeepFor.TotalMilliseconds;

    void Take(List<Delivery> batch, int most, Func<Delivery, bool> mayGo)
    {
        while (batch.Count < most && inbox.TryRead(mayGo, out var delivery))
            if (delivery.IsLive)
                batch.Add(delivery);
    }

    /// <summary>Learns how long a batch took, with so many messages from the backlog.</summary>
    public void Took(int ofBacklog, TimeSpan time)
    {
        // While a queue is deep, four fifths of the time are for moving.
        mayDecideAt = ofBacklog == 0 ? mayDecideAt : Environment.TickCount64 + (4 * (long)time.TotalMilliseconds);
        if (ofBacklog < portion)
            return;
        if (time > Turn)
            portion = Math.Max(Rest, portion / 2);
        else if (time < Turn / 2)
            portion = Math.Min(batchSize, portion * 2);
    }

    /// <summary>False for what may have something of its key before it in the backlog.</summary>
    bool MayGo(Delivery delivery) => delivery.Place != 0 || delivery.IsPassed || !delivery.IsLive || !IsPiled(delivery.Queue, delivery.Envelope.TenantId);

    /// <summary>True while what comes of a tenant has to be told from its flood first.</summary>
    public bool IsPiled(string queue, Guid tenantId) => TryPile(queue, tenantId, out _, out _);

    bool TryPile(string queue, Guid tenantId, [MaybeNullWhen(false)] out Shelf shelf, [MaybeNullWhen(false)] out Pile pile)
    {
        pile = null;
        return shelves.TryGetValue(queue, out shelf) && shelf.Piles.TryGetValue(tenantId, out pile);
    }

    /// <summary>Moves what is too much out of the way, then takes what is next from the backlog.</summary>
    /// <param name="settle">Acks what was moved.</param>
    /// <param name="loading">Told how many messages of a slot's backlog will be at hand, before they are.</param>
    /// <returns>True when there is more to do at once; otherwise it is better to let something gather.</returns>
    public async Task<bool> BalanceAsync(Func<IReadOnlyCollection<Delivery>, Task> settle, Action<int, int> loading, CancellationToken stop)
    {
        foreach (var (tenantId, queue) in inbox.Above(Share))
            if (shelves.TryGetValue(queue, out var shelf) && !shelf.IsLeaving && !shelf.Piles.ContainsKey(tenantId) && await IsDeepAsync(queue, shelf, stop))
                shelf.Piles[tenantId] = new Pile();
        var moved = new ConcurrentQueue<List<Delivery>>();
        try
        {
            await Task.WhenAll(shelves.Select(async s =>
            {
                foreach (var (tenantId, pile) in s.Value.Piles)
                    moved.Enqueue(await MoveAsync(s.Key, s.Value, tenantId, pile, stop));
            }));
        }
        finally
        {
            // All at once, since neighbours of several queues are acked together.
            if (moved.SelectMany(m => m).ToList() is { Count: > 0 } all)
                await settle(all);
        }
        var isDeep = moved.Any(m => m.Count > Share / 2);
        if (isDeep)
            Volatile.Write(ref deepAt, Environment.TickCount64);
        var loaded = 0;
        foreach (var (queue, shelf) in shelves)
            foreach (var (tenantId, pile) in shelf.Piles)
                loaded += await LoadAsync(queue, shelf, tenantId, pile, loading, stop);
        return isDeep || loaded > Share / 2;
    }

    /// <summary>More waits in the broker than this process was given.</summary>
    async Task<bool> IsDeepAsync(string queue, Shelf shelf, CancellationToken stop)
    {
        if (!shelf.Channel.IsLive || TimeProvider.System.GetElapsedTime(shelf.LookedAt) < LookAgain)
            return false;
        shelf.LookedAt = TimeProvider.System.GetTimestamp();
        return await shelf.Channel.Channel.MessageCountAsync(queue, stop) > Share;
    }

    /// <summary>New work, and with it whatever is about keys that are moved or lie in the backlog already.</summary>
    /// <returns>What lies in the backlog now and is to be acked.</returns>
    async Task<List<Delivery>> MoveAsync(string queue, Shelf shelf, Guid tenantId, Pile pile, CancellationToken stop)
    {
        // What came on a channel that is gone comes again.
        if (!shelf.Channel.IsLive)
            return [];
        var taken = inbox.TakeOut(tenantId, d => d.Queue == queue && d is { Place: 0, IsPassed: false, IsLive: true });
        if (taken.Count == 0)
            return [];
        HashSet<Guid> put;
        try
        {
            var moved = taken.Where(t => IsNewWork(t.Delivery)).Select(t => t.Delivery.Envelope.Key).ToHashSet(StringComparer.Ordinal);
            put = await backlog.PutAsync(
                shelf.Slot, shelf.Epoch, [.. taken.Select(t => (t.Delivery, t.Rank, IsFollower: !moved.Contains(t.Delivery.Envelope.Key)))], stop);
        }
        catch
        {
            inbox.PutBack(taken);
            throw;
        }
        var shelved = taken.FindAll(t => put.Contains(t.Delivery.Envelope.Id));
        lock (shelf.Gate)
            pile.Left += shelved.Count;
        inbox.PutBack([.. taken.Where(t => !put.Contains(t.Delivery.Envelope.Id)).Select(t => t with { Delivery = t.Delivery with { IsPassed = true } })]);
        inbox.Gone(shelved);
        PipelineMeters.Shelved.Add(shelved.Count);
        return shelved.ConvertAll(t => t.Delivery);
    }

    static bool IsNewWork(Delivery delivery) => delivery.Envelope.Type == nameof(StartRun);

    async Task<int> LoadAsync(string queue, Shelf shelf, Guid tenantId, Pile pile, Action<int, int> loading, CancellationToken stop)
    {
        // A batch of the slot in all, few of each when many tenants lie there.
        var most = Math.Max(4, batchSize / Math.Max(1, shelf.Piles.Count));
        if (!shelf.Channel.IsLive || inbox.Loaded(tenantId, queue) > most / 2)
            return 0;
        long[] atHand;
        lock (shelf.Gate)
        {
            if (shelf.IsLeaving)
                return 0;
            if (pile.Left == 0)
            {
                // What is at hand still counts: until it is done, what comes later of the same keys goes behind it.
                if (pile.AtHand.Count == 0)
                    shelf.Piles.TryRemove(tenantId, out _);
                return 0;
            }
            atHand = [.. pile.AtHand];
        }
        var next = await backlog.NextAsync(queue, tenantId, atHand, most, stop);
        foreach (var broken in next.Where(n => n.Envelope is null))
            await deadLetters.KeepUndecodableAsync(queue, broken.Body, "UNDECODABLE", "in the backlog", stop);
        if (next.Exists(n => n.Envelope is null))
            await backlog.DoneAsync([.. next.Where(n => n.Envelope is null).Select(n => n.Place)], stop);
        lock (shelf.Gate)
        {
            // Its next owner takes it from there.
            if (shelf.IsLeaving)
                return 0;
            pile.Left = next.Count < most ? 0 : Math.Max(0, pile.Left - next.Count);
            next.RemoveAll(n => n.Envelope is null);
            loading(shelf.Slot, next.Count);
            foreach (var (place, rank, envelope, _) in next)
            {
                pile.AtHand.Add(place);
                inbox.Add(new Delivery(envelope!, queue, shelf.Slot, shelf.Epoch, Redelivered: place <= shelf.DoubtfulUpTo, shelf.Channel, Tag: 0) { Place = place }, rank);
            }
        }
        return next.Count;
    }

    /// <summary>Work from the backlog is done for good.</summary>
    public async Task DoneAsync(IReadOnlyCollection<Delivery> done, CancellationToken stop)
    {
        await backlog.DoneAsync([.. done.Select(d => d.Place)], stop);
        foreach (var delivery in done)
            if (TryPile(delivery.Queue, delivery.Envelope.TenantId, out var shelf, out var pile))
                lock (shelf.Gate)
                    pile.AtHand.Remove(delivery.Place);
    }
}
