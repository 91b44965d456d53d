using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Runs;

// Records of how signals were judged: each before what it led to, in the same transaction, so that neither is there alone.
// And what commands come to that leave nothing else.
sealed partial class RunBatch
{
    /// <summary>A judgement that left nothing in the run's history; an earlier delivery may have recorded it.</summary>
    void RecordRefusals(Delivery delivery, RunRow row, Decision decision, DateTimeOffset now)
    {
        // What a parent passes down may come again and leaves nothing by which that is known: one that changes nothing has no record.
        if (delivery.Envelope.Resource is not null && decision.Events.Count == 0 && decision.Rulings.Count > 0 && Earlier.Of(delivery) is null)
            Record(row, decision, delivery.Envelope, now);
    }

    void Record(RunRow row, Decision decision, Envelope? cause, DateTimeOffset now)
    {
        foreach (var ruling in decision.Rulings)
        {
            // Of no command: its result is what the command led to, not that somebody wrote down why.
            events.Add(new NewEvent(row.Slot, row.TenantId, $"decision-{ruling.DecisionId}", 1, nameof(SignalDecided),
                ContractsJson.Element(Recorded(row.Run.RunId, ruling)).GetRawText(), CommandId: null, cause?.CorrelationId ?? row.Run.Context.CorrelationId,
                ruling.BySystem || cause is null ? "system" : cause.Actor, now));
            RunMeters.CountSignal(ruling);
        }
    }

    static SignalDecided Recorded(string runId, SignalRuling r) => new(
        r.DecisionId, r.SignalId, runId, r.SignalType, r.StepId, r.Person, r.Roles, r.EffectiveRole, r.Verdict, r.Code, r.Reason, r.Policy, r.Changed,
        r.Review, r.BulkJobId);

    /// <summary>A run that was taken to be new without a look; null when it is.</summary>
    public async Task<RunRow?> FindStoredAsync(NpgsqlDataSource postgres, Plans plans, Delivery delivery, CancellationToken stop)
    {
        if (await RunTable.LoadAsync(postgres, [(delivery.Envelope.TenantId, delivery.Envelope.Key)], stop) is not [{ Deleted: false } stored])
            return null;
        var row = await ReadAsync(stored, plans, stop);
        Add(row);
        return row;
    }

    /// <summary>An outcome that only the command's own stream tells.</summary>
    public void End(Delivery delivery, Outcome outcome)
    {
        Finish(delivery, outcome.ResultOf(delivery.Envelope));
        Answer(delivery, outcome);
    }
}
