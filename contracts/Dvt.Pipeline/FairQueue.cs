using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Threading.Channels;
using Dvt.Contracts;

namespace Dvt.Pipeline;

/// <summary>
/// What has come and is not in work yet. Tenants have their turns one after the other, however much one of them has; within
/// a tenant the lowest rank is first. Messages of one key stay in order.
/// </summary>
public sealed class FairQueue : ChannelReader<Delivery>
{
    readonly Lock gate = new();
    readonly Dictionary<Guid, OfTenant> tenants = [];
    readonly Queue<OfTenant> turns = new();
    readonly Channel<bool> arrived = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    long added;
    int count;
    int nudged;

    /// <summary>What waits of one tenant.</summary>
    sealed class OfTenant(Guid id)
    {
        public Guid Id { get; } = id;

        public PriorityQueue<Delivery, (long Rank, long Nth)> Waiting { get; } = new();

        /// <summary>The last rank of each key that waits, so that what comes later is not taken earlier.</summary>
        public Dictionary<(string Queue, string Key), (long Rank, int Count)> Keys { get; } = [];

        /// <summary>How many came from which queue, and how many of them from its backlog.</summary>
        public Dictionary<string, (int All, int Back)> Counts { get; } = [];

        public bool HasTurn { get; set; }
    }

    public override int Count => Volatile.Read(ref count);

    public override bool CanCount => true;

    public override bool CanPeek => true;

    public void Add(Delivery delivery) => Add(delivery, Ranks.Of(delivery.Envelope, DateTimeOffset.UtcNow));

    /// <param name="rank">By <see cref="Ranks"/>; raised to that of the same key's messages before it.</param>
    public void Add(Delivery delivery, long rank)
    {
        lock (gate)
            AddLocked(delivery, rank);
        arrived.Writer.TryWrite(true);
    }

    void AddLocked(Delivery delivery, long rank)
    {
        var tenantId = delivery.Envelope.TenantId;
        if (!tenants.TryGetValue(tenantId, out var tenant))
            tenants.Add(tenantId, tenant = new OfTenant(tenantId));
        var key = (delivery.Queue, delivery.Envelope.Key);
        var (last, waiting) = tenant.Keys.GetValueOrDefault(key, (rank, 0));
        rank = Math.Max(rank, last);
        tenant.Keys[key] = (rank, waiting + 1);
        Note(tenant, delivery, 1);
        tenant.Waiting.Enqueue(delivery, (rank, ++added));
        count++;
        GiveTurn(tenant);
    }

    void GiveTurn(OfTenant tenant)
    {
        if (tenant.HasTurn)
            return;
        tenant.HasTurn = true;
        turns.Enqueue(tenant);
    }

    static void Note(OfTenant tenant, Delivery delivery, int change)
    {
        var (all, back) = tenant.Counts.GetValueOrDefault(delivery.Queue);
        (all, back) = (all + change, back + (delivery.Place == 0 ? 0 : change));
        if (all == 0)
            tenant.Counts.Remove(delivery.Queue);
        else
            tenant.Counts[delivery.Queue] = (all, back);
    }

    public override bool TryRead([MaybeNullWhen(false)] out Delivery item) => TryRead(mayGo: null, out item);

    /// <param name="mayGo">Where the first of a tenant may not, the tenant has no turn.</param>
    public bool TryRead(Func<Delivery, bool>? mayGo, [MaybeNullWhen(false)] out Delivery item)
    {
        lock (gate)
        {
            for (var left = turns.Count; left > 0; left--)
            {
                var tenant = turns.Dequeue();
                if (!tenant.Waiting.TryPeek(out item, out _))
                {
                    tenant.HasTurn = false;
                    if (tenant.Keys.Count == 0)
                        tenants.Remove(tenant.Id);
                    continue;
                }
                turns.Enqueue(tenant);
                if (mayGo is not null && !mayGo(item))
                    continue;
                tenant.Waiting.Dequeue();
                count--;
                Note(tenant, item, -1);
                Leave(tenant, item);
                return true;
            }
        }
        item = null;
        return false;
    }

    static void Leave(OfTenant tenant, Delivery delivery)
    {
        var key = (delivery.Queue, delivery.Envelope.Key);
        var (rank, waiting) = tenant.Keys[key];
        if (waiting == 1)
            tenant.Keys.Remove(key);
        else
            tenant.Keys[key] = (rank, waiting - 1);
    }

    public override bool TryPeek([MaybeNullWhen(false)] out Delivery item)
    {
        lock (gate)
        {
            item = turns.Select(t => t.Waiting.TryPeek(out var first, out _) ? first : null).FirstOrDefault(d => d is not null);
            return item is not null;
        }
    }

    /// <summary>Whoever waits looks again, although nothing has come.</summary>
    public void Nudge()
    {
        Volatile.Write(ref nudged, 1);
        arrived.Writer.TryWrite(true);
    }

    /// <summary>True when something waits, or somebody nudged; it has no end.</summary>
    public override async ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        while (Count == 0 && Interlocked.Exchange(ref nudged, 0) == 0)
        {
            await arrived.Reader.WaitToReadAsync(cancellationToken);
            arrived.Reader.TryRead(out _);
        }
        return true;
    }

    /// <summary>Tenants with more than so many messages of a queue that did not come from its backlog.</summary>
    public IReadOnlyList<(Guid TenantId, string Queue)> Above(int limit)
    {
        lock (gate)
        {
            if (count <= limit)
                return [];
            return [.. from tenant in tenants.Values from queue in tenant.Counts where queue.Value.All - queue.Value.Back > limit select (tenant.Id, queue.Key)];
        }
    }

    /// <summary>How many of a queue's messages from its backlog wait here for the tenant.</summary>
    public int Loaded(Guid tenantId, string queue)
    {
        lock (gate)
            return tenants.TryGetValue(tenantId, out var tenant) ? tenant.Counts.GetValueOrDefault(queue).Back : 0;
    }

    /// <summary>
    /// Takes out what <paramref name="wanted"/> names, in the order in which it would have been read. Until
    /// <see cref="Gone"/> or <see cref="PutBack"/> says what became of it, later messages of its keys stay behind it.
    /// </summary>
    public List<Taken> TakeOut(Guid tenantId, Func<Delivery, bool> wanted)
    {
        lock (gate)
        {
            if (!tenants.TryGetValue(tenantId, out var tenant))
                return [];
            List<Taken> taken = [], left = [];
            while (tenant.Waiting.TryDequeue(out var delivery, out var order))
                (wanted(delivery) ? taken : left).Add(new Taken(delivery, order.Rank, order.Nth));
            foreach (var one in left)
                tenant.Waiting.Enqueue(one.Delivery, (one.Rank, one.Nth));
            foreach (var one in taken)
                Note(tenant, one.Delivery, -1);
            count -= taken.Count;
            return taken;
        }
    }

    /// <summary>What was taken out does not come back.</summary>
    public void Gone(IReadOnlyCollection<Taken> taken)
    {
        lock (gate)
            foreach (var one in taken)
                if (tenants.TryGetValue(one.Delivery.Envelope.TenantId, out var tenant))
                {
                    Leave(tenant, one.Delivery);
                    if (tenant is { HasTurn: false, Keys.Count: 0 })
                        tenants.Remove(tenant.Id);
                }
    }

    /// <summary>To where it was.</summary>
    public void PutBack(IReadOnlyCollection<Taken> taken)
    {
        lock (gate)
            foreach (var one in taken)
                if (tenants.TryGetValue(one.Delivery.Envelope.TenantId, out var tenant))
                {
                    tenant.Waiting.Enqueue(one.Delivery, (one.Rank, one.Nth));
                    Note(tenant, one.Delivery, 1);
                    count++;
                    GiveTurn(tenant);
                }
        arrived.Writer.TryWrite(true);
    }

    /// <summary>Takes out everything of a queue that came from its backlog; how many.</summary>
    public int DropLoaded(string queue)
    {
        Guid[] known;
        lock (gate)
            known = [.. tenants.Keys];
        var dropped = 0;
        foreach (var tenant in known)
        {
            var taken = TakeOut(tenant, d => d.Queue == queue && d.Place != 0);
            Gone(taken);
            dropped += taken.Count;
        }
        return dropped;
    }

    public void Clear()
    {
        lock (gate)
        {
            tenants.Clear();
            turns.Clear();
            count = 0;
        }
    }
}

/// <summary>A message taken out of a <see cref="FairQueue"/>, and where it stood.</summary>
public readonly record struct Taken(Delivery Delivery, long Rank, long Nth);

/// <summary>
/// In which order a tenant's messages are taken: by arrival, with new runs moved by their priority. A level counts as much as
/// <see cref="LevelWorth"/> of waiting, so that nothing waits for ever behind what is more urgent.
/// </summary>
public static class Ranks
{
    public static readonly TimeSpan LevelWorth = TimeSpan.FromSeconds(1);

    /// <summary>What goes on with work begun comes before new work, however long that has waited: what is begun ends.</summary>
    const int Begun = 24 * 60 * 60;

    /// <summary>Milliseconds; the lower the sooner.</summary>
    public static long Of(Envelope envelope, DateTimeOffset arrivedAt) =>
        arrivedAt.ToUnixTimeMilliseconds() - (PriorityOf(envelope) * (long)LevelWorth.TotalMilliseconds);

    static int PriorityOf(Envelope envelope) => envelope.Type switch
    {
        nameof(StartRun) => envelope.Body.ValueKind == JsonValueKind.Object && envelope.Body.TryGetProperty("context", out var context) ? PriorityIn(context) : DefaultPriority,
        nameof(CallStep) => PriorityIn(envelope.Body),
        _ => Begun,
    };

    static int PriorityIn(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty("priority", out var priority)
        && priority.ValueKind == JsonValueKind.Number && priority.TryGetInt32(out var level)
            ? Math.Clamp(level, 0, 9)
            : DefaultPriority;

    const int DefaultPriority = 5;
}
