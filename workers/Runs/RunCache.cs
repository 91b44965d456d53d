using System.Collections.Concurrent;

namespace Dvt.Workers.Runs;

/// <summary>
/// Runs in progress by slot: a hint that saves reading. True as long as the slot's epoch is ours, since nobody else writes;
/// dropped with it, and after any failure.
/// </summary>
sealed class RunCache
{
    const int RunsPerSlot = 2_000;

    readonly ConcurrentDictionary<int, ConcurrentDictionary<(Guid TenantId, string RunId), RunRow>> bySlot = new();
    readonly ConcurrentDictionary<int, bool> unsure = new();

    /// <summary>True when rows may exist that nobody here knows of: after taking a slot, after a lost race.</summary>
    public bool IsUnsure(int slot) => unsure.GetValueOrDefault(slot, true);

    public void BeSure(int slot) => unsure[slot] = false;

    public bool TryGet(int slot, Guid tenantId, string runId, out RunRow row)
    {
        row = null!;
        return bySlot.TryGetValue(slot, out var runs) && runs.TryGetValue((tenantId, runId), out row!);
    }

    public void Keep(RunRow row)
    {
        var runs = bySlot.GetOrAdd(row.Slot, static _ => new());
        var key = (row.TenantId, row.Run.RunId);
        if (row.Run.IsTerminal)
        {
            runs.TryRemove(key, out _);
            return;
        }
        // Counting takes all locks of the dictionary: only what is new needs it.
        if (!runs.ContainsKey(key) && runs.Count >= RunsPerSlot)
            runs.Clear();
        runs[key] = row;
    }

    public void Forget(int slot, Guid tenantId, string runId)
    {
        if (bySlot.TryGetValue(slot, out var runs))
            runs.TryRemove((tenantId, runId), out _);
    }

    public void Forget(int slot)
    {
        bySlot.TryRemove(slot, out _);
        unsure[slot] = true;
    }
}
