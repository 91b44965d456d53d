using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// What becomes of a step whose turn it is.
public sealed partial class Run
{
    void Process(int index)
    {
        switch (PhaseOf(index))
        {
            case Phase.Idle:
                Judge(index);
                break;
            case Phase.Retrying when steps[index]!.DueAt <= now:
                Begin(index);
                break;
            case Phase.WaitingTimer or Phase.WaitingSignal:
                EndWait(index);
                break;
            case Phase.WaitingApproval:
                EndApproval(index);
                break;
            case Phase.Mapping:
                AdvanceMap(index);
                break;
        }
    }

    void Judge(int index)
    {
        var step = Plan.Steps[index];
        if (steps[index] is { Kept: true } kept)
        {
            Write(new StepCompleted(step.StepId, Attempt: 1, EngineAttempt: 1, kept.Result, Kept: true));
            return;
        }
        if (openParents[index] > 0)
            return;
        if (SkipReasonOf(step) is { } reason)
            Write(new StepSkipped(step.StepId, Attempt: 1, EngineAttempt: 1, reason));
        else
            Begin(index);
    }

    string? SkipReasonOf(StepPlan step)
    {
        var dependencyFailed = false;
        var wanted = step.Parents.Length == 0;
        foreach (var parent in step.Parents)
        {
            var state = steps[parent]!;
            switch (state.Status)
            {
                case StepStatus.Failed when Plan.Steps[parent].OnError != OnError.Continue:
                    return SkipReasons.DependencyFailed;
                case StepStatus.Skipped when state.SkipReason == SkipReasons.DependencyFailed:
                    dependencyFailed = true;
                    break;
                case StepStatus.Skipped when state.SkipReason == SkipReasons.ConditionFalse:
                    break;
                default:
                    wanted = true;
                    break;
            }
        }
        if (!wanted)
            return dependencyFailed ? SkipReasons.DependencyFailed : SkipReasons.ConditionFalse;
        return step.OnlyIf is { } condition && !condition.Holds(steps[condition.Gateway]?.Result) ? SkipReasons.ConditionFalse : null;
    }

    void Begin(int index)
    {
        var step = Plan.Steps[index];
        var attempt = steps[index] is { Attempt: > 0 } again ? again.Attempt : 1;
        switch (step.Kind.Mode)
        {
            case StepMode.Called:
                BeginCall(step, attempt);
                break;
            case StepMode.Waiting when step.Kind.Name == ApprovalKind.Name:
                BeginApproval(step, attempt);
                break;
            case StepMode.Waiting:
                BeginWait(step, attempt);
                break;
            case StepMode.Mapping:
                BeginMap(step, attempt);
                break;
            case StepMode.SubRun:
                BeginSubRun(step, attempt);
                break;
            default:
                Write(new StepStarted(step.StepId, attempt, EngineAttempt: 1, Input: null));
                CarryOut(step, attempt);
                inlineDone++;
                break;
        }
    }

    void CarryOut(StepPlan step, int attempt)
    {
        JsonElement? result = null;
        if (step.Kind.Name != "noop" && !TryResult(step, out result, out var error))
            Fail(step, error!);
        else
            Write(new StepCompleted(
                step.StepId, attempt, EngineAttempt: 1, step.Kind.Name == EmitKind.Name ? Emit(step, step.StepId, attempt, result) : result));
    }

    bool TryResult(StepPlan step, out JsonElement? result, out StepError? error)
    {
        if (step.When is null)
            return TryInput(step, steps[step.Index]?.InputOverride, out result, out error);
        if (!TryEvaluate(step.When, out result, out error))
            return false;
        if (result is { ValueKind: JsonValueKind.True or JsonValueKind.False or JsonValueKind.String })
            return true;
        error = Permanent("EXPRESSION_FAILED", "a gateway's `when` must give a boolean or a text");
        return false;
    }

    void BeginCall(StepPlan step, int attempt)
    {
        if (!TryInput(step, steps[step.Index]?.InputOverride, out var input, out var error, steps[step.Index]?.Target))
        {
            Write(new StepStarted(step.StepId, attempt, EngineAttempt: 1, Input: null));
            Fail(step, error!);
            return;
        }
        Write(new StepStarted(step.StepId, attempt, EngineAttempt: 1, input));
        (calls ??= []).Add(CallOf(step.Index));
    }

    CallStep CallOf(int index) => CallOf(Plan.Steps[index], steps[index]!);

    CallStep CallOf(StepPlan step, StepState state) => new(
        RunId, step.StepId, step.Kind.Name, state.Attempt, state.EngineAttempt, state.Input ?? EmptyInput, DeadlineOf(step, state),
        Context.Priority ?? Plans.Plan.DefaultPriority, step.Secrets);

    /// <summary>A called step came to its end. Closed attempts and runs at their end ignore it.</summary>
    public Decision Close(CloseStep c, DateTimeOffset now)
    {
        Begin(now);
        FinishEnding();
        if (UndoneBy(c) is { } undone)
        {
            CloseUndo(undone, c);
            Advance();
            return Decided();
        }
        if (PlanNames.TryItem(c.StepId, out var mapId, out var item))
            return CloseItem(c, mapId, item);
        if (IsTerminal || !Plan.TryStep(c.StepId, out var step) || PhaseOf(step.Index) is not (Phase.InFlight or Phase.InSubRun)
            || steps[step.Index]!.Attempt != c.Attempt)
            return TooLate(c);
        var state = steps[step.Index]!;
        if (c.Error is not null)
            Fail(step, Bounded(c.Error), Kept(c.Cost));
        else if (TryKeep(c.Result, isCanonical: false, out var result, out var error))
            Write(new StepCompleted(step.StepId, state.Attempt, state.EngineAttempt, result, Cost: Kept(c.Cost)));
        else
            Fail(step, error!, Kept(c.Cost));
        Advance();
        return Decided();
    }

    // A sub-run that was cancelled with its parent tells nobody anything new.
    Decision TooLate(CloseStep c) => Decided() with { Ignored = true, Orphan = IsTerminal && c.Error?.Code != SubRunCancelled };

    void Fail(StepPlan step, StepError error, Cost? cost = null)
    {
        var state = steps[step.Index]!;
        var attempt = state.Attempt;
        var again = error.Retryable && attempt < step.Retry.MaxAttempts && !compensating;
        Write(new StepFailed(step.StepId, attempt, state.EngineAttempt, error, Final: !again, cost));
        if (again)
            Write(new StepRetryScheduled(step.StepId, attempt + 1, EngineAttempt: 1, now + step.Retry.Delay(RunId, step.StepId, attempt)));
    }

    void Complete()
    {
        JsonElement? output = null;
        StepError? error = null;
        RunContinued? next = null;
        if ((Plan.Output is null || TryEvaluate(Plan.Output, out output, out error)) && TryGoOn(out next, out error))
        {
            var completed = new RunCompleted(output, OwnCost);
            WriteEnd(next is null ? [completed] : [next, completed]);
        }
        else
            WriteEnd(new RunFailed(error!, FailedStepId: null));
    }
}

/// <summary>Why a step was not carried out.</summary>
public static class SkipReasons
{
    public const string DependencyFailed = "DEPENDENCY_FAILED";
    public const string ConditionFalse = "CONDITION_FALSE";
    public const string OperatorSkip = "OPERATOR_SKIP";
}
