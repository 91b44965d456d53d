using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// Counters, waiters and ready steps: all derived from the steps, kept up to date with each change.
public sealed partial class Run
{
    int recovering;
    int awaited;
    Dictionary<string, SortedSet<int>>? waiters;
    HashSet<string>? signalled;

    readonly record struct Change(int Index, StepState State, Phase Before, string? WaitedFor, bool Recovering);

    Change Open(int index)
    {
        var before = PhaseOf(index);
        var state = steps[index] ??= new StepState();
        return new Change(index, state, before, state.WaitSignal, IsRecovering(before, state));
    }

    void Close(in Change change)
    {
        var (index, state, before, waitedFor, wasRecovering) = change;
        var after = PhaseOf(index);
        changed?.Add(index);
        counts[(int)before]--;
        counts[(int)after]++;
        if (after != Phase.Idle)
            ready.Remove(index);
        FollowNested(index, state, after);
        recovering += (IsRecovering(after, state) ? 1 : 0) - (wasRecovering ? 1 : 0);
        awaited += (IsAwaited(index, after) ? 1 : 0) - (IsAwaited(index, before) ? 1 : 0);
        if (before == Phase.WaitingSignal && (after != before || waitedFor != state.WaitSignal))
            waiters![waitedFor!].Remove(index);
        if (after == Phase.WaitingSignal)
            AwaitSignal(index, state.WaitSignal!);
        if (before == Phase.WaitingApproval || after == Phase.WaitingApproval)
            NoteAnswer(index, state, after);
        if (after == Phase.Settled && before != Phase.Settled)
            Release(index);
        Remember(index);
    }

    void AwaitSignal(int index, string name)
    {
        waiters ??= [];
        if (!waiters.TryGetValue(name, out var waiting))
            waiters.Add(name, waiting = []);
        waiting.Add(index);
    }

    void Release(int index)
    {
        foreach (var child in Plan.Steps[index].Children)
            if (--openParents[child] == 0 && PhaseOf(child) == Phase.Idle)
                ready.Add(child);
    }

    Phase PhaseOf(int index)
    {
        if (steps[index] is not { } state)
            return Phase.Idle;
        var step = Plan.Steps[index];
        return state.Status switch
        {
            StepStatus.Pending => Phase.Idle,
            StepStatus.Running => step.Kind.Mode switch
            {
                StepMode.Called => Phase.InFlight,
                StepMode.SubRun => Phase.InSubRun,
                StepMode.Mapping when state.Map is not null => Phase.Mapping,
                StepMode.Waiting when state.Approval is not null => Phase.WaitingApproval,
                StepMode.Waiting => state.WaitSignal is null ? Phase.WaitingTimer : Phase.WaitingSignal,
                _ => Phase.Inline,
            },
            StepStatus.Failed when state.DueAt is not null => Phase.Retrying,
            StepStatus.Failed => step.OnError switch
            {
                OnError.Fail or OnError.Compensate => Phase.Failing,
                OnError.Park => Phase.Parked,
                _ => Phase.Settled,
            },
            _ => Phase.Settled,
        };
    }

    static bool IsRecovering(Phase phase, StepState state) => phase == Phase.InFlight && state.EngineAttempt > 1;

    /// <summary>Before anything is undone, its end is awaited: it may have to be undone as well.</summary>
    bool IsAwaited(int index, Phase phase) => phase is Phase.InFlight or Phase.InSubRun && Plan.Steps[index].Compensation is not null;

    /// <summary>After reading a stored state.</summary>
    void Derive()
    {
        Array.Clear(counts);
        (recovering, awaited, undoing, touchedMaps, answered) = (0, 0, null, null, null);
        for (var index = 0; index < steps.Length; index++)
        {
            var phase = PhaseOf(index);
            counts[(int)phase]++;
            if (steps[index] is not { } state)
                continue;
            if (IsRecovering(phase, state))
                recovering++;
            if (IsAwaited(index, phase))
                awaited++;
            if (!IsTerminal && state.Undo is { } undo && (undo.Status == StepStatus.Running || undo.DueAt is not null))
                undoing = index;
            if (phase == Phase.WaitingSignal)
                AwaitSignal(index, state.WaitSignal!);
            if (phase == Phase.WaitingApproval)
                NoteAnswer(index, state, phase);
            if (phase == Phase.Settled)
                Release(index);
            if (phase != Phase.Idle)
                ready.Remove(index);
            else if (state.Kept)
                ready.Add(index);
            FollowNested(index, state, phase);
            Remember(index);
        }
        signalled = buffered is { Count: > 0 } ? [.. buffered.Keys] : null;
    }
}
