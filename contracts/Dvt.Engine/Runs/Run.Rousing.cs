namespace Dvt.Engine.Runs;

// Steps that rested and now have something to do.
public sealed partial class Run
{
    List<int>? roused;

    bool HasMetSignal =>
        buffered is not null && waiters is not null
        && buffered.Keys.Any(name => waiters.TryGetValue(name, out var waiting) && waiting.Count > 0);

    void Rouse()
    {
        roused = null;
        foreach (var index in TakeDue(restingDue, Phase.Retrying))
            Rouse(index);
        RouseItems();
        foreach (var index in answered ?? [])
            Rouse(index);
        if (signalled is null)
            return;
        // First come, first served among the signals; in plan order among the steps.
        foreach (var name in signalled)
            if (buffered is not null && buffered.TryGetValue(name, out var queue)
                && waiters is not null && waiters.TryGetValue(name, out var waiting))
                foreach (var index in waiting.Take(queue.Count))
                    Rouse(index);
        signalled = null;
    }

    void Rouse(int index)
    {
        ready.Add(index);
        (roused ??= []).Add(index);
    }

    /// <summary>Whoever did not get a turn before the decision stopped is found again like after a crash.</summary>
    void LayDown(bool isFull)
    {
        foreach (var index in roused ?? [])
        {
            if (!ready.Has(index))
                continue;
            ready.Remove(index);
            Remember(index);
            if (steps[index]!.WaitSignal is { } name)
                (signalled ??= []).Add(name);
            // Its signal may have gone to a step that had its turn; its time has come for good.
            more |= isFull && DueOf(index) <= now;
        }
        roused = null;
        LayDownItems(isFull);
    }
}
