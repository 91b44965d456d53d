using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Workers.Runs;

/// <param name="Repaired">What was stored differed from the history, and was replaced.</param>
/// <param name="Seq">Of the history's end.</param>
/// <param name="StoredHash">Of what was stored before; null when it could not be read.</param>
sealed record Repair(bool Repaired, long Seq, string? StoredHash, string FoldedHash);

/// <summary>
/// <see cref="RepairRun"/>: folds the whole history and stores what it comes to in the place of what was stored. In the run's own slot
/// and alone in its batch, so nobody else decides about the run meanwhile.
/// </summary>
static class RepairRuns
{
    public static async Task<Outcome> DecideAsync(
        RunBatch work, Delivery delivery, NpgsqlDataSource postgres, Plans plans, DateTimeOffset now, ILogger log, CancellationToken stop)
    {
        var envelope = delivery.Envelope;
        if (await RunTable.LoadAsync(postgres, [(envelope.TenantId, envelope.Key)], stop) is not [{ Deleted: false } stored])
            return VerifyRuns.NotFound(envelope);
        var plan = await plans.OfAsync(stored, stop);
        var folded = await VerifyRuns.FoldAsync(postgres, stored, plan, upTo: long.MaxValue, stop);
        var foldedHash = folded.SnapshotHash();
        var (storedHash, fault) = Read(stored, plan, folded.Seq, foldedHash);
        if (fault is not null)
        {
            // As if its timer had fired: it is set anew, or cleared.
            var row = new RunRow(stored.TenantId, folded, stored.Slot, stored.CommandId, stored.KeyId)
            {
                IsRepaired = true,
                TimerDue = stored.TimerDue ?? DateTimeOffset.UnixEpoch,
                TimerFired = true,
            };
            row.Stored(stored.Seq, stored.Owes, stored.Deferred);
            work.Repair(row, now);
            WorkersLog.RunRepaired(log, stored.RunId, stored.TenantId, folded.Seq, fault);
        }
        return new Outcome(
            envelope.Id, Outcome.Done, Resource: envelope.Resource,
            Data: ContractsJson.Element(new Repair(fault is not null, folded.Seq, storedHash, foldedHash)));
    }

    /// <summary>What is wrong with what is stored; null when nothing is.</summary>
    static (string? Hash, string? Fault) Read(StoredRun stored, Plan plan, long seq, string foldedHash)
    {
        try
        {
            var live = stored.Restore(plan);
            var hash = live.SnapshotHash();
            return (hash, live.Seq == seq && hash == foldedHash ? null : $"was another state, at seq {live.Seq}");
        }
        catch (Exception unreadable)
        {
            // Whatever a hand in the database has made of it; nothing of its content is told.
            return (null, $"could not be read: {unreadable.GetType().Name}");
        }
    }
}
