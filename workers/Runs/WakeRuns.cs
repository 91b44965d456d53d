using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Runs;

/// <summary><see cref="WakeRun"/>: the run's timer fired, perhaps early; whatever is due by now is done.</summary>
static class WakeRuns
{
    /// <summary>The same message for the same run, whoever sends it: no event has the seq 0.</summary>
    public static Envelope Message(Guid tenantId, string runId, Guid streamId) => new(
        NamedId.OfEvent(streamId, seq: 0), nameof(WakeRun), tenantId, runId, "system", DateTimeOffset.UnixEpoch, ContractsJson.Element(new WakeRun(runId)));

    public static void Decide(RunBatch work, Delivery delivery, DateTimeOffset now)
    {
        if (work.Find(delivery) is not { } row)
            return;
        row.TimerFired = row.TimerDue is not null && row.TimerDue <= now;
        var leased = work.Leased.Where(l => l.TenantId == row.TenantId).Select(l => l.Key).ToHashSet();
        work.Take(delivery, row, row.Run.Wake(now, leased), now);
        work.Woken(row);
    }
}
