using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// Undoing completed steps one by one, the step completed last first, and saying which could not be undone.
public sealed partial class Run
{
    const int NamedAtMost = 20;

    bool compensating;

    /// <summary>The step whose compensation is called, or rests before its next attempt.</summary>
    int? undoing;

    /// <summary>Steps still to undo, the next one last; found when the first is wanted.</summary>
    Stack<int>? toUndo;

    /// <summary>Something is done already that can be undone, or may be done any moment.</summary>
    bool HasUndoable =>
        Plan.HasCompensations && Plan.Steps.Any(s => s.Compensation is not null
            && (steps[s.Index] is { Status: StepStatus.Completed } done ? !IsLeftAlone(s, done) : IsAwaited(s.Index, PhaseOf(s.Index))));

    /// <summary>The deadline of a run fails the steps that it does not let come to their end.</summary>
    bool CutsOffACompensatingStep() =>
        Plan.HasCompensations && Plan.Steps.Any(s => s.OnError == OnError.Compensate && PhaseOf(s.Index) != Phase.Settled);

    bool HasUndoWork => HasStepsToClose || (awaited == 0 && undoing is null);

    bool HasStepsToClose =>
        Count(Phase.InFlight) + Count(Phase.Mapping) + Count(Phase.InSubRun) > awaited || Count(Phase.Idle) + Count(Phase.WaitingTimer) + Count(Phase.WaitingSignal) + Count(Phase.WaitingApproval) + Count(Phase.Retrying) > 0;

    void Compensate(bool bounded)
    {
        if (!CloseForUndo(bounded) || awaited > 0)
            return;
        while (true)
        {
            if (undoing is { } resting && (UndoInFlight is not null || steps[resting]!.Undo!.DueAt > now))
                return;
            if (written.Count >= EventsPerDecision || (Plan.CheckpointsSteps && inlineDone > 0))
            {
                more = true;
                return;
            }
            if (undoing is { } again)
                BeginUndo(again);
            else if ((toUndo ??= StepsToUndo()).TryPop(out var next))
                BeginUndo(next);
            else
            {
                EndOrParkCompensated();
                return;
            }
        }
    }

    // Looking through all steps at each answer would be slow where there is much to undo.
    bool CloseForUndo(bool bounded) => !HasStepsToClose || CloseSteps(DependantsOfFailed(), bounded, awaitUndoable: true);

    // Results kept from an earlier run are older than all of this one's; among them only the plan knows the order.
    Stack<int> StepsToUndo() => new(
        from step in Plan.Steps
        where step.Compensation is not null && steps[step.Index] is { Status: StepStatus.Completed, Undo: null or { Status: StepStatus.Pending } }
        let done = steps[step.Index]!
        where !IsLeftAlone(step, done)
        orderby done.Undo is not null, done.Kept ? 0 : done.CompletedSeq, step.Place
        select step.Index);

    /// <summary>Another retry of the same run has the step as well and answers for it.</summary>
    bool IsLeftAlone(StepPlan step, StepState state) => state.Kept && Lineage?.LeftAlone?.Contains(step.StepId) == true;

    void BeginUndo(int index)
    {
        var (step, undo) = (Plan.Steps[index], Plan.Steps[index].Compensation!);
        var attempt = (steps[index]!.Undo?.Attempt ?? 0) + 1;
        var isCalled = undo.Kind.Mode == StepMode.Called;
        inputSeen = InputAt(steps[index]!.InputVersion);
        var isGiven = TryInput(undo, steps[index]!.Undo?.InputOverride, out var input, out var error);
        inputSeen = null;
        Write(new StepCompensationStarted(step.StepId, attempt, EngineAttempt: 1, isCalled && isGiven ? input : null));
        if (!isGiven)
            FailUndo(index, error!);
        else if (isCalled)
            (calls ??= []).Add(UndoCallOf(index));
        else
        {
            var result = undo.Kind.Name switch { "noop" => null, EmitKind.Name => Emit(step, undo.StepId, attempt, input), _ => input };
            Write(new StepCompensated(step.StepId, attempt, EngineAttempt: 1, result));
            inlineDone++;
        }
    }

    CallStep UndoCallOf(int index) => CallOf(Plan.Steps[index].Compensation!, steps[index]!.Undo!);

    /// <summary>The step whose compensation just this answer is awaited of.</summary>
    int? UndoneBy(CloseStep c) =>
        UndoInFlight is { } index && PlanNames.CompensatedBy(c.StepId) == Plan.Steps[index].StepId && steps[index]!.Undo!.Attempt == c.Attempt
            ? index
            : null;

    void CloseUndo(int index, CloseStep c)
    {
        var undo = steps[index]!.Undo!;
        if (c.Error is not null)
            FailUndo(index, Bounded(c.Error), Kept(c.Cost));
        else
        {
            // Whatever it gave, it was done: what cannot be kept is left out.
            TryKeep(c.Result, isCanonical: false, out var result, out _);
            Write(new StepCompensated(Plan.Steps[index].StepId, undo.Attempt, undo.EngineAttempt, result, Kept(c.Cost)));
        }
    }

    void FailUndo(int index, StepError error, Cost? cost = null)
    {
        var (compensation, undo) = (Plan.Steps[index].Compensation!, steps[index]!.Undo!);
        DateTimeOffset? dueAt = error.Retryable && undo.Attempt < compensation.Retry.MaxAttempts
            ? Moments.Exact(now + compensation.Retry.Delay(RunId, compensation.StepId, undo.Attempt))
            : null;
        Write(new StepCompensationFailed(Plan.Steps[index].StepId, undo.Attempt, undo.EngineAttempt, error, Final: dueAt is null, dueAt, cost));
    }

    /// <summary>The run is stopped: nobody waits for the answer any more.</summary>
    void AbandonUndo()
    {
        if (UndoInFlight is not { } index)
            return;
        var undo = steps[index]!.Undo!;
        var stopped = new StepError("RUN_STOPPED", "the run was stopped before the answer came", Retryable: false, "USER");
        Write(new StepCompensationFailed(Plan.Steps[index].StepId, undo.Attempt, undo.EngineAttempt, stopped, Final: true));
    }

    /// <summary>A compensation that has failed for good may ask for a person before the run ends.</summary>
    void EndOrParkCompensated()
    {
        if (FirstParkedUndo() < 0)
            EndCompensated();
        else
            Write(new RunPaused(StepFailedCause, SignalId: null, Reason: null, occurrences.Paused + 1));
    }

    bool HasFailedUndo(int index) => compensating && steps[index] is { Status: StepStatus.Completed, Undo: { Status: StepStatus.Failed, DueAt: null } };

    bool HasParkedUndo(int index) => Plan.Steps[index].Compensation is { OnError: OnError.Park } && HasFailedUndo(index);

    int FirstParkedUndo()
    {
        for (var index = 0; index < steps.Length; index++)
            if (HasParkedUndo(index))
                return index;
        return -1;
    }

    void RetryUndo(SignalRun c, int index, JsonElement? input)
    {
        Write(new StepCompensationRetryScheduled(Plan.Steps[index].StepId, steps[index]!.Undo!.Attempt + 1, EngineAttempt: 1, input));
        if (pauseCause == StepFailedCause)
            Resume(c);
    }

    void SkipUndo(SignalRun c, int index)
    {
        Write(new StepCompensationSkipped(Plan.Steps[index].StepId, steps[index]!.Undo!.Attempt, EngineAttempt: 1));
        if (pauseCause == StepFailedCause)
            Resume(c);
    }

    void EndCompensated() => WriteEnd(cancelRequested
        ? new RunCancelled(cancelReason, NotUndone())
        : new RunFailed(Error!, FailedStepId, NotUndone()));

    StepError? NotUndone()
    {
        if (!compensating)
            return null;
        var left = Plan.Steps.Where(s => s.Compensation is not null && steps[s.Index] is { Status: StepStatus.Completed } done && !IsLeftAlone(s, done)).ToList();
        if (left.Count == 0)
            return null;
        var named = left.Take(NamedAtMost).Select(s => steps[s.Index]!.Undo?.Error is { } error ? $"{s.StepId} ({error.Code})" : s.StepId);
        var others = left.Count > NamedAtMost ? $" and {left.Count - NamedAtMost} more" : "";
        var before = cancelRequested && Error is { } original ? $"; had failed before: {original.Code} {original.Message}" : "";
        return new StepError("COMPENSATION_FAILED", Storable($"not undone: {string.Join(", ", named)}{others}{before}"), Retryable: false, "SYSTEM");
    }
}
