using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Pipeline;

namespace Dvt.ReadModels;

/// <summary>Why a run does not move.</summary>
/// <param name="Moving">Nothing holds it up and it is not at its end.</param>
/// <param name="LeftOut">Blockers beyond the first <see cref="MostShown"/>.</param>
public sealed record RunBlockers(string RunId, string Status, string? Substatus, bool Moving, IReadOnlyList<Blocker> Blockers, int LeftOut)
{
    public const int MostShown = 200;
}

public sealed partial class RunQueries
{
    static readonly string[] DeadLetterRoles = [Roles.Operator, Roles.Engineer, Roles.TenantAdmin];

    /// <summary>As its history has it, and as the queues, leases and keys are now; null when there is no such run.</summary>
    public async Task<Fresh<RunBlockers>?> BlockersAsync(Guid tenantId, string runId, DateTimeOffset now, DurationQueries durations, CancellationToken stop)
    {
        if (await FoldAsync(tenantId, runId, stop) is not { } folded)
            return null;
        var run = folded.Run;
        RunBlockers found;
        lock (run)
        {
            found = new(runId, StatusNames.Of(run.Status), run.Substatus, Moving: false, run.Blockers(now), LeftOut: 0);
            if (run.IsTerminal)
                return new(found, folded.Position);
        }
        var own = found.Blockers;
        var told = own.Take(RunBlockers.MostShown).ToList();
        var around = await AroundAsync(tenantId, runId, told, stop);
        var past = (await durations.OfPlanAsync(tenantId, run.Plan.PlanId, run.Plan.Version, stop)).Value;
        List<Blocker> all = [.. Outside(around, runId), .. told.Select(b => WithPrediction(WithSurroundings(b, around), past, now))];
        return new(found with { Moving = all.Count == 0, Blockers = all, LeftOut = own.Count - told.Count }, folded.Position);
    }

    /// <summary>Of a run whose start was accepted and is not decided yet.</summary>
    public async Task<RunBlockers> BlockersBeforeStartAsync(Guid tenantId, string runId, DateTimeOffset acceptedAt, CancellationToken stop)
    {
        var around = await AroundAsync(tenantId, runId, [], stop);
        var undecided = new Blocker(BlockerCodes.CommandUndecided, "the order to start it was accepted and waits for its turn to be decided") { Since = acceptedAt };
        return new(runId, "PENDING", "ACCEPTED", Moving: false, [.. Outside(around, runId), undecided], LeftOut: 0);
    }

    /// <summary>What <c>runs.held_up</c> tells.</summary>
    sealed record Surroundings(
        bool HasWorker, DateTimeOffset? WorkerUntil, Waiting Parked, Waiting Backlog, Dead? DeadLetter, Dictionary<string, DateTimeOffset>? Leases, KeyQueue? Slots)
    {
        public string? PausedBy { get; init; }

        public string? PausedFor { get; init; }
    }

    sealed record Waiting(long Count, DateTimeOffset? Since);

    sealed record Dead(Guid Id, string Type, string? Code, string? Detail, DateTimeOffset Since, long Behind);

    sealed record KeyQueue(int Limit, long Waiting, long Place, IReadOnlyList<string> Holders);

    async Task<Surroundings> AroundAsync(Guid tenantId, string runId, List<Blocker> own, CancellationToken stop)
    {
        var slot = Slot.Of(Domain.Runs, tenantId, runId);
        var calls = own.Where(b => b.EffectKey is not null).ToList();
        string[] queues = [Slot.Queue(slot), .. calls.Select(b => Topology.StepQueue(b.Kind!)).Distinct()];
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select runs.held_up($2, $3, $4, $5)::text, p.actor, p.reason
            from (select) one
            left join lateral (
              select e.actor, e.data ->> 'reason' as reason
              from log.events e
              where e.tenant_id = $1
                and e.stream = $6
                and e.type = 'RunPaused'
              order by e.seq desc
              limit 1
            ) p on $7
            """,
            tenantId, runId, slot, queues, calls.Select(b => b.EffectKey!).ToArray(), TailEvent.RunPrefix + runId, own.Exists(b => b.Code == BlockerCodes.Paused));
        var found = await query.FirstAsync(
            static row => JsonSerializer.Deserialize<Surroundings>(row.GetString(0), ContractsJson.Options)! with { PausedBy = row.TextOrNull(1), PausedFor = row.TextOrNull(2) },
            stop);
        return found!.Value;
    }

    static IEnumerable<Blocker> Outside(Surroundings around, string runId)
    {
        if (around.DeadLetter is { } dead)
            yield return new(BlockerCodes.DeadLetter, $"{dead.Type} failed for good: {dead.Code}; everything later of this run waits behind it")
            {
                Since = dead.Since,
                DeadLetterId = dead.Id,
                Count = dead.Behind,
                Error = dead.Code is null ? null : new StepError(dead.Code, dead.Detail ?? "", Retryable: false, "SYSTEM"),
                ClearableBy = new(DeadLetterRoles, Signals: null, Href: $"/v1/dead-letters/{dead.Id}"),
            };
        if (around.Parked.Count > 0)
            yield return new(BlockerCodes.CommandParked, "commands were accepted while the broker was away; those of this run may be among them")
            {
                Since = around.Parked.Since,
                Count = around.Parked.Count,
            };
        if (!around.HasWorker)
            yield return new(BlockerCodes.WorkerAbsent, "no worker owns the slot of the run; one that is alive takes it over")
            {
                Since = around.WorkerUntil,
                ClearableBy = new(Href: "/readyz"),
            };
        if (around.Backlog.Count > 0)
            yield return new(BlockerCodes.TenantBacklog, $"messages of run {runId} wait in the backlog, as the tenant sent more than its share")
            {
                Count = around.Backlog.Count,
            };
    }

    static Blocker WithSurroundings(Blocker blocker, Surroundings around) => blocker switch
    {
        { Code: BlockerCodes.Paused } => blocker with { By = around.PausedBy, Reason = around.PausedFor },
        { Code: BlockerCodes.ConcurrencySlot, Concurrency: { } slots } when around.Slots is { } known => blocker with
        {
            Concurrency = slots with { Limit = known.Limit, Place = known.Place, Waiting = known.Waiting, Holders = known.Holders },
        },
        { EffectKey: { } key } when around.Leases?.TryGetValue(key, out var until) == true => blocker with { LeaseUntil = until },
        _ => blocker,
    };

    /// <summary>By how long the step usually takes, where no moment is set.</summary>
    static Blocker WithPrediction(Blocker blocker, PlanDurations past, DateTimeOffset now)
    {
        if (blocker is not { ClearsAt: null, StepId: { } stepId, Since: { } since, Code: BlockerCodes.CallInFlight or BlockerCodes.SubRun or BlockerCodes.MapItems }
            || past.Of(stepId)?.Quantile(0.5, now > since ? now - since : TimeSpan.Zero) is not { } usual)
            return blocker;
        return blocker with { ClearsAt = since + usual, Predicted = true };
    }
}
