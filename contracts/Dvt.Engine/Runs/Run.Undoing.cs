using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// What events and time make of compensations.
public sealed partial class Run
{
    /// <summary>The step whose compensation is being called.</summary>
    int? UndoInFlight => undoing is { } index && steps[index]!.Undo!.Status == StepStatus.Running ? index : null;

    bool IsCalling => Count(Phase.InFlight) > 0 || UndoInFlight is not null || HasItemsInFlight;

    void BeginCompensating(RunCompensationStarted started)
    {
        compensating = true;
        (Status, pauseCause, pausedAt, pausedBy) = (RunStatus.Running, null, null, null);
        (Error, FailedStepId) = (started.Error, started.FailedStepId);
    }

    void ApplyToUndo(IStepEvent e, int index, StepState state, DateTimeOffset at)
    {
        var undo = state.Undo ?? new StepState();
        switch (e)
        {
            case StepCompensationStarted started:
                (undo.Status, undo.StartedAt, undo.OfferedAt, undo.EndedAt, undo.DueAt) = (StepStatus.Running, at, at, null, null);
                (undo.Attempt, undo.EngineAttempt, undo.Input, undo.Error) = (started.Attempt, started.EngineAttempt, started.Input, null);
                (state.Undo, undoing) = (undo, index);
                break;
            case StepCompensationRecovered recovered:
                (undo.EngineAttempt, undo.OfferedAt, undo.LeaseSeenUntil) = (recovered.EngineAttempt, at, null);
                undo.Recoveries = recovered.Occurrence;
                break;
            case StepCompensated compensated:
                Finish(undo, StepStatus.Completed, at);
                Charge(compensated.Cost);
                (undo.Result, state.Status, undoing) = (compensated.Result, StepStatus.Compensated, null);
                break;
            case StepCompensationFailed failed:
                Finish(undo, StepStatus.Failed, at);
                Charge(failed.Cost);
                (undo.Error, undo.DueAt) = (failed.Error, failed.DueAt is { } due ? Moments.Exact(due) : null);
                undoing = failed.Final ? null : index;
                break;
            case StepCompensationRetryScheduled scheduled:
                // The order of what is left to undo is found anew, with this one first.
                (undo.Status, undo.InputOverride, toUndo) = (StepStatus.Pending, scheduled.Input ?? undo.InputOverride, null);
                break;
            case StepCompensationSkipped:
                undo.Status = StepStatus.Skipped;
                break;
        }
    }

    /// <summary>At the end of a run no compensation is tried again.</summary>
    void DropUndo()
    {
        if (undoing is not { } index)
            return;
        var change = Open(index);
        change.State.Undo!.DueAt = null;
        Close(change);
        undoing = null;
    }

    /// <summary>When time will do something to the compensation in work; while the run is paused only a call's time counts.</summary>
    DateTimeOffset? UndoDue
    {
        get
        {
            if (undoing is not { } index)
                return null;
            var undo = steps[index]!.Undo!;
            if (undo.Status == StepStatus.Running)
                return CallDue(Plan.Steps[index].Compensation!, undo);
            return Status == RunStatus.Paused ? null : undo.DueAt;
        }
    }

    void CheckUndo(IReadOnlySet<string>? leased)
    {
        if (UndoInFlight is not { } index || UndoDue > now)
            return;
        var (compensation, undo) = (Plan.Steps[index].Compensation!, steps[index]!.Undo!);
        if (now >= DeadlineOf(compensation, undo) + AnswerGrace)
            FailUndo(index, Unanswered(compensation, undo));
        else if (leased is not null && leased.Contains(UndoCallOf(index).EffectKey))
            undo.LeaseSeenUntil = now + LookAgain;
        else
        {
            Write(new StepCompensationRecovered(Plan.Steps[index].StepId, undo.Attempt, undo.EngineAttempt + 1, undo.Recoveries + 1));
            (calls ??= []).Add(UndoCallOf(index));
        }
    }
}
