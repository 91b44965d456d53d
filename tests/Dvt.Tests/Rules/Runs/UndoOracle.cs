using Dvt.Contracts;
using Dvt.Engine.Plans;
using Xunit;

namespace Dvt.Tests.Rules.Runs;

/// <summary>The rule of compensations, told a second time: one at a time, the step completed last first, each once, none left out.</summary>
sealed class UndoOracle(Plan plan)
{
    readonly List<string> done = [];
    readonly HashSet<string> inFlight = [];
    readonly HashSet<string> failed = [];
    readonly HashSet<(string, int)> attempts = [];
    string? current;
    bool compensating;
    bool stopped;
    StepError? cause;

    public void Follow(IEvent e, bool paused)
    {
        switch (e)
        {
            case RunQueued queued:
                leftAlone.UnionWith(queued.Lineage?.LeftAlone ?? []);
                break;
            case RunCancelRequested { Emergency: true }:
                stopped = true;
                break;
            case RunCompensationStarted started:
                Assert.False(compensating);
                (compensating, cause) = (true, started.Error);
                Assert.Equal(started.FailedStepId is not null, started.Error is not null && started.Error.Code != "RUN_TIMEOUT");
                break;
            case StepStarted step:
                Assert.False(compensating, $"started while being undone: {e}");
                if (IsUndoable(step.StepId))
                    inFlight.Add(step.StepId);
                break;
            case StepCompleted step when IsUndoable(step.StepId):
                inFlight.Remove(step.StepId);
                if (step.Kept && leftAlone.Contains(step.StepId))
                    break;
                // What was kept is older than what was done, in the order of the plan.
                if (step.Kept)
                    done.Insert(done.Count(d => kept.Contains(d) && Place(d) < Place(step.StepId)), step.StepId);
                else
                    done.Add(step.StepId);
                if (step.Kept)
                    kept.Add(step.StepId);
                break;
            case StepFailed step:
                inFlight.Remove(step.StepId);
                break;
            case StepCancelled step:
                Assert.False(compensating && !stopped && inFlight.Remove(step.StepId) && IsCalled(step.StepId), $"not awaited: {e}");
                inFlight.Remove(step.StepId);
                break;
            case StepCompensationStarted or StepCompensated or StepCompensationFailed or StepCompensationRecovered
                or StepCompensationRetryScheduled or StepCompensationSkipped:
                FollowUndo((IStepEvent)e, paused);
                break;
            case RunFailed or RunCancelled:
                End(e);
                break;
        }
    }

    readonly HashSet<string> kept = [];
    readonly HashSet<string> leftAlone = [];
    readonly HashSet<string> again = [];

    void FollowUndo(IStepEvent e, bool paused)
    {
        Assert.True(compensating, $"nothing is being undone: {e}");
        if (e is StepCompensationStarted)
        {
            Assert.False(paused, $"started while paused: {e}");
            Assert.DoesNotContain(inFlight, IsCalled);
            Assert.True(attempts.Add((e.StepId, e.Attempt)), $"undone twice: {e}");
            if (!again.Remove(e.StepId))
                Assert.Equal(e.Attempt == 1 ? done.Last(d => !failed.Contains(d)) : current, e.StepId);
            current = e.StepId;
            return;
        }
        if (e is StepCompensationRetryScheduled or StepCompensationSkipped)
        {
            Assert.Contains(e.StepId, failed);
            if (e is StepCompensationRetryScheduled)
                Assert.True(failed.Remove(e.StepId) && again.Add(e.StepId));
            return;
        }
        Assert.Equal(current, e.StepId);
        Assert.Contains((e.StepId, e.Attempt), attempts);
        if (e is StepCompensated)
            Assert.True(done.Remove(e.StepId));
        else if (e is StepCompensationFailed { Final: true })
            failed.Add(e.StepId);
    }

    void End(IEvent e)
    {
        if (compensating && !stopped)
            Assert.Equal(failed.Order(), done.Order());
        if (compensating && !stopped)
            Assert.Empty(again);
        if (!compensating)
            Assert.Empty(attempts);
        Assert.Equal(compensating && done.Count > 0, (e as RunFailed)?.CompensationError is not null || (e as RunCancelled)?.CompensationError is not null);
        if (e is RunFailed end && compensating)
            Assert.Equal(cause, end.Error);
        else if (e is RunFailed { FailedStepId: { } stepId } && plan.TryStep(stepId, out var step) && step.OnError == OnError.Compensate)
            Assert.Empty(done);
        else if (e is RunCancelled && !compensating && !stopped && plan.CompensatesOnCancel)
            Assert.Empty(done);
    }

    bool IsUndoable(string stepId) => plan.TryStep(stepId, out var step) && step.Compensation is not null;

    bool IsCalled(string stepId) => plan.TryStep(stepId, out var step) && step.Kind.Mode is StepMode.Called or StepMode.SubRun;

    int Place(string stepId) => plan.TryStep(stepId, out var step) ? step.Place : -1;
}
