using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Runs;

/// <summary><see cref="VerifyRun"/>: folds the history from nothing and compares it with the stored state.</summary>
static class VerifyRuns
{
    const int Page = 5_000;

    public static async Task<Outcome> AnswerAsync(NpgsqlDataSource postgres, Plans plans, Delivery delivery, CancellationToken stop)
    {
        var envelope = delivery.Envelope;
        var stored = await RunTable.LoadAsync(postgres, [(envelope.TenantId, envelope.Key)], stop);
        if (stored is not [{ Deleted: false } row])
            return new Outcome(envelope.Id, Outcome.Refused, "RUN_NOT_FOUND", $"there is no run {envelope.Key}", envelope.Resource);
        var plan = await plans.FindAsync(row.TenantId, row.PlanId, row.PlanVersion, stop)
            ?? throw new InvalidOperationException($"plan {row.PlanId} {row.PlanVersion} of a stored run is gone");
        var live = row.Restore(plan);
        var folded = await FoldAsync(postgres, row, plan, live.Seq, stop);
        var equal = live.Seq == folded.Seq && live.SnapshotHash() == folded.SnapshotHash();
        return new Outcome(envelope.Id, Outcome.Done, Resource: envelope.Resource, Data: ContractsJson.Element(new
        {
            equal,
            seq = live.Seq,
            liveHash = live.SnapshotHash(),
            foldedHash = folded.SnapshotHash(),
        }));
    }

    /// <summary>Only up to the seq that was read: the run may have gone on since.</summary>
    static async Task<Run> FoldAsync(NpgsqlDataSource postgres, StoredRun row, Engine.Plans.Plan plan, long upTo, CancellationToken stop)
    {
        var folded = Run.New(row.RunId, plan);
        await using var connection = await postgres.OpenConnectionAsync(stop);
        while (folded.Seq < upTo)
        {
            var page = await EventLog.ReadStreamAsync(connection, row.TenantId, $"run-{row.RunId}", folded.Seq, Page, stop);
            if (page.Count == 0)
                break;
            foreach (var e in page.Where(e => e.Seq <= upTo))
                folded.Apply(RunEvents.Read(e.Type, e.Json), e.OccurredAt);
        }
        return folded;
    }
}
