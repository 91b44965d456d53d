using Dvt.Pipeline;

namespace Dvt.Workers.Runs;

// Slots of concurrency keys that the batch's commit has granted.
sealed partial class RunBatch
{
    readonly ConcurrencyTurns turns = new();
    readonly HashSet<RunRow> admitted = [];

    /// <summary>The run that was to go on for another is refused.</summary>
    public void GiveBackSlot(Delivery delivery) => turns.GiveBack(delivery.Envelope.TenantId, delivery.Envelope.Key);

    /// <summary>A run at hand goes on in this batch; another is told by a message to its own slot.</summary>
    public void Grant(IEnumerable<(Guid TenantId, string RunId)> granted)
    {
        foreach (var (tenantId, runId) in granted)
            if (runs.TryGetValue((tenantId, runId), out var row))
            {
                admitted.Add(row);
                unfinished.Add(row);
            }
            else
                followUps.Add(ConcurrencyTurns.Tell(tenantId, runId));
    }
}
