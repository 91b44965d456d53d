using Dvt.Contracts;
using Dvt.Engine.Runs;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Runs;

/// <param name="Seq">Of the stored state.</param>
/// <param name="LiveHash">Of the stored state, and <paramref name="FoldedHash"/> of what the history comes to.</param>
sealed record Verification(bool Equal, long Seq, string LiveHash, string FoldedHash);

/// <summary><see cref="VerifyRun"/>: folds the history from nothing and compares it with the stored state.</summary>
static class VerifyRuns
{
    const int Page = 5_000;

    public static async Task<Outcome> AnswerAsync(NpgsqlDataSource postgres, Plans plans, Delivery delivery, CancellationToken stop)
    {
        var envelope = delivery.Envelope;
        return await CompareAsync(postgres, plans, envelope.TenantId, envelope.Key, stop) is { } told
            ? new Outcome(envelope.Id, Outcome.Done, Resource: envelope.Resource, Data: ContractsJson.Element(told))
            : NotFound(envelope);
    }

    public static Outcome NotFound(Envelope envelope) =>
        new(envelope.Id, Outcome.Refused, "RUN_NOT_FOUND", $"there is no run {envelope.Key}", envelope.Resource);

    /// <summary>Null when there is no such run.</summary>
    /// <exception cref="LostRaceException">It was stored anew while it was read.</exception>
    public static async Task<Verification?> CompareAsync(NpgsqlDataSource postgres, Plans plans, Guid tenantId, string runId, CancellationToken stop)
    {
        var stored = await RunTable.LoadAsync(postgres, [(tenantId, runId)], stop);
        if (stored is not [{ Deleted: false } row])
            return null;
        var plan = await plans.OfAsync(row, stop);
        var live = row.Restore(plan);
        // Only up to the seq that was read: the run may have gone on since.
        var folded = await FoldAsync(postgres, row, plan, live.Seq, stop);
        var (liveHash, foldedHash) = (live.SnapshotHash(), folded.SnapshotHash());
        return new(live.Seq == folded.Seq && liveHash == foldedHash, live.Seq, liveHash, foldedHash);
    }

    /// <summary>The run as the first events of its history make it.</summary>
    public static async Task<Run> FoldAsync(NpgsqlDataSource postgres, StoredRun row, Engine.Plans.Plan plan, long upTo, CancellationToken stop)
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
