using System.Collections;
using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// How a run that failed or was cancelled closes its steps. In flight first, since someone works on them.
public sealed partial class Run
{
    /// <summary>An ending that was committed in part is finished before anything else is decided.</summary>
    void FinishEnding()
    {
        if (IsTerminal || Seq == 0)
            return;
        if (compensating)
            CloseForUndo(bounded: false);
        else if (cancelRequested)
            EndCancelled(bounded: false);
        else if (Status == RunStatus.Running && Count(Phase.Failing) > 0)
        {
            var failed = FirstIn(Phase.Failing);
            EndFailed(steps[failed]!.Error!, failed, Plan.Steps[failed].OnError == OnError.Compensate, bounded: false);
        }
    }

    /// <param name="undo">Completed steps are undone first, if any can be.</param>
    void EndFailed(StepError error, int? failed, bool undo, bool bounded)
    {
        var failedStepId = failed is { } step ? Plan.Steps[step].StepId : null;
        if (undo && HasUndoable)
        {
            Write(new RunCompensationStarted(error, failedStepId));
            Compensate(bounded);
        }
        else if (CloseSteps(failed is { } index ? DependantsOf(index) : null, bounded, awaitUndoable: false))
            WriteEnd(new RunFailed(error, failedStepId));
    }

    /// <summary>A cancelled run that is being undone is not ended before that is over, unless it is stopped.</summary>
    bool EndsCancelled => cancelRequested && (!compensating || emergency);

    void EndCancelled(bool bounded)
    {
        if (!compensating && !emergency && Plan.CompensatesOnCancel && HasUndoable)
        {
            Write(new RunCompensationStarted(Error: null, FailedStepId: null));
            Compensate(bounded);
            return;
        }
        AbandonUndo();
        if (CloseSteps(dependants: null, bounded, awaitUndoable: false))
            WriteEnd(new RunCancelled(cancelReason, NotUndone()));
    }

    bool CloseSteps(BitArray? dependants, bool bounded, bool awaitUndoable)
    {
        var limit = bounded ? EventsPerDecision : int.MaxValue;
        for (var index = 0; index < steps.Length; index++)
            if (PhaseOf(index) is Phase.InFlight or Phase.Mapping or Phase.InSubRun or Phase.WaitingTimer or Phase.WaitingSignal or Phase.WaitingApproval or Phase.Retrying)
            {
                if (awaitUndoable && IsAwaited(index, PhaseOf(index)))
                    continue;
                if (written.Count >= limit)
                    return !(more = true);
                if (steps[index]!.Approval is { IsOpen: true } approval)
                    Write(new ApprovalWithdrawn(Plan.Steps[index].StepId, steps[index]!.Attempt, EngineAttempt: 1, approval.ApprovalId));
                GiveUp(index);
                Write(new StepCancelled(Plan.Steps[index].StepId, steps[index]!.Attempt, Math.Max(1, steps[index]!.EngineAttempt)));
            }
        for (var index = 0; index < steps.Length; index++)
            if (PhaseOf(index) == Phase.Idle)
            {
                if (written.Count >= limit)
                    return !(more = true);
                var stepId = Plan.Steps[index].StepId;
                Write(dependants is not null && dependants[index]
                    ? new StepSkipped(stepId, Attempt: 1, EngineAttempt: 1, SkipReasons.DependencyFailed)
                    : new StepCancelled(stepId, Attempt: 1, EngineAttempt: 1));
            }
        return true;
    }

    void GiveUp(int index)
    {
        if (PhaseOf(index) == Phase.InFlight)
            (givenUp ??= []).Add(CallOf(index));
        else if (PhaseOf(index) == Phase.Mapping && Plan.Steps[index].Child!.Kind.Mode == StepMode.Called)
            (givenUp ??= []).AddRange(steps[index]!.Map!.Running.Select(item => CallOf(Plan.Steps[index], steps[index]!.Map!, item)));
    }

    BitArray? DependantsOfFailed() => FailedStepId is { } failed && Plan.TryStep(failed, out var step) ? DependantsOf(step.Index) : null;

    BitArray DependantsOf(int failed)
    {
        var reached = new BitArray(steps.Length);
        var open = new Stack<int>([failed]);
        while (open.TryPop(out var index))
            foreach (var child in Plan.Steps[index].Children)
                if (!reached[child])
                {
                    reached[child] = true;
                    open.Push(child);
                }
        return reached;
    }

    int FirstIn(Phase phase)
    {
        for (var index = 0; index < steps.Length; index++)
            if (PhaseOf(index) == phase)
                return index;
        return -1;
    }
}
