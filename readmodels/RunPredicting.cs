using Dvt.Engine.Predictions;
using Dvt.Engine.Runs;

namespace Dvt.ReadModels;

/// <summary>When a run will likely be through.</summary>
/// <param name="FinishP50">Null for a run at its end, and when no run of the plan version has completed yet.</param>
/// <param name="Deadline">By the plan's timeout; null for none.</param>
/// <param name="LikelyMissesDeadline">It is more likely than not to be through only after its deadline.</param>
/// <param name="BasedOn">Completed runs of the same plan version.</param>
/// <param name="Cost">So far; null for none.</param>
public sealed record RunPrediction(
    string RunId, string PlanId, string PlanVersion, string Status, DateTimeOffset? FinishP50, DateTimeOffset? FinishP90, DateTimeOffset? Deadline,
    bool LikelyMissesDeadline, long BasedOn, CostSnapshot? Cost);

public sealed partial class RunQueries
{
    /// <summary>Null when there is no such run.</summary>
    public async Task<Fresh<RunPrediction>?> PredictAsync(Guid tenantId, string runId, DateTimeOffset now, DurationQueries durations, CancellationToken stop)
    {
        if (await FoldAsync(tenantId, runId, stop) is not { } folded)
            return null;
        var plan = folded.Run.Plan;
        var past = (await durations.OfPlanAsync(tenantId, plan.PlanId, plan.Version, stop)).Value;
        lock (folded.Run)
        {
            var run = folded.Run.Snapshot();
            var deadline = run.StartedAt + plan.Timeout;
            if (folded.Run.IsTerminal || past.Runs.Count == 0)
                return new(new(
                    runId, plan.PlanId, plan.Version, run.Status, FinishP50: null, FinishP90: null, folded.Run.IsTerminal ? null : deadline, LikelyMissesDeadline: false,
                    past.Runs.Count, run.Cost), folded.Position);
            var p50 = CriticalPath.FinishOf(plan, run, past.Of, now, share: 0.5);
            var p90 = CriticalPath.FinishOf(plan, run, past.Of, now, share: 0.9);
            return new(new(runId, plan.PlanId, plan.Version, run.Status, p50, p90, deadline, deadline < p50, past.Runs.Count, run.Cost), folded.Position);
        }
    }
}
