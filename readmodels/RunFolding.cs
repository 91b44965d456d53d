using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary>Compiled plans by digest, since a published version never changes.</summary>
/// <param name="kinds">Step kinds that plans may use.</param>
public sealed class PlanCache(StepKinds kinds)
{
    readonly Recent<string, Plan> compiled = new(capacity: 64);

    public Plan? Find(string digest) => compiled.Find(digest);

    /// <exception cref="InvalidOperationException">The document, published once, does not compile any more.</exception>
    public Plan Compile(string digest, byte[] document)
    {
        if (compiled.Find(digest) is { } known)
            return known;
        using var json = JsonDocument.Parse(document, RunHead.Deep);
        var check = Plan.Check(json.RootElement.Clone(), kinds);
        var plan = check.Plan ?? throw new InvalidOperationException($"plan {digest} does not compile: {check.Faults[0].Code} at {check.Faults[0].Pointer}");
        compiled.Add(digest, plan);
        return plan;
    }
}

/// <summary>The values used last, by key.</summary>
sealed class Recent<TKey, TValue>(int capacity) where TKey : notnull where TValue : class
{
    readonly Lock gate = new();
    readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> byKey = [];
    readonly LinkedList<(TKey Key, TValue Value)> byUse = [];

    public TValue? Find(TKey key)
    {
        lock (gate)
        {
            if (!byKey.TryGetValue(key, out var node))
                return null;
            byUse.Remove(node);
            byUse.AddFirst(node);
            return node.Value.Value;
        }
    }

    public void Add(TKey key, TValue value)
    {
        lock (gate)
        {
            if (byKey.Remove(key, out var known))
                byUse.Remove(known);
            byKey[key] = byUse.AddFirst((key, value));
            if (byKey.Count <= capacity)
                return;
            byKey.Remove(byUse.Last!.Value.Key);
            byUse.RemoveLast();
        }
    }
}

public sealed partial class RunQueries
{
    /// <summary>From so many events on a folded run is kept, so that only what is new has to be folded next time.</summary>
    const int LargeRun = 500;

    readonly Recent<(Guid, string), Folded> large = new(capacity: 32);

    sealed record Folded(Run Run, LoggedEvent First, LogPosition Position);

    /// <summary>Readers of the run lock it: the kept ones are folded further in place.</summary>
    async Task<Folded?> FoldAsync(Guid tenantId, string runId, CancellationToken stop)
    {
        var known = large.Find((tenantId, runId));
        var afterSeq = known?.Run.Seq ?? 0;
        var (first, events, position) = await ReadLogAsync(tenantId, runId, afterSeq, EventsAtOnce, stop);
        if (first is null)
            return null;
        var run = known?.Run ?? Run.New(runId, await PlanOfAsync(tenantId, first, stop));
        while (true)
        {
            lock (run)
                foreach (var e in events)
                    if (e.Seq == run.Seq + 1) // Another reader may have folded the same meanwhile.
                        run.Apply(Event(e), e.OccurredAt);
            if (events.Count < EventsAtOnce)
                break;
            (_, events, position) = await ReadLogAsync(tenantId, runId, events[^1].Seq, EventsAtOnce, stop);
        }
        var folded = new Folded(run, first, position);
        if (run.Seq >= LargeRun)
            large.Add((tenantId, runId), folded);
        return folded;
    }

    static IEvent Event(LoggedEvent e)
    {
        using var document = JsonDocument.Parse(e.Data, RunHead.Deep);
        return RunEvents.Read(e.Type, document.RootElement.Clone());
    }

    async Task<Plan> PlanOfAsync(Guid tenantId, LoggedEvent first, CancellationToken stop)
    {
        using var queued = JsonDocument.Parse(first.Data, RunHead.Deep);
        var digest = queued.RootElement.GetProperty("planDigest").GetString()!;
        if (plans.Find(digest) is { } known)
            return known;
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select document
            from runs.plan
            where tenant_id = $1
              and plan_id = $2
              and version = $3
            """, tenantId, queued.RootElement.GetProperty("planId").GetString(), queued.RootElement.GetProperty("planVersion").GetString());
        var document = await query.FirstAsync(static row => row.GetFieldValue<byte[]>(0), stop)
            ?? throw new InvalidOperationException($"the plan of {first.Stream} is gone");
        return plans.Compile(digest, document.Value);
    }
}
