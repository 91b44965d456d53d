using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Xunit;

namespace Dvt.Tests.Rules.Runs;

/// <summary>The rule of joins, told a second time and the slow way: every start and every skip must follow from it.</summary>
sealed class JoinOracle(Plan plan)
{
    readonly Dictionary<int, IEvent> ends = [];
    bool ending;

    public void Follow(IEvent e)
    {
        if (e is not IStepEvent about || !plan.TryStep(about.StepId, out var step))
        {
            ending |= e is RunCancelRequested;
            return;
        }
        switch (e)
        {
            case StepStarted { Attempt: 1 }:
                Assert.Equal("RUN", Verdict(step));
                break;
            case StepSkipped { ReasonCode: not SkipReasons.OperatorSkip } skipped when !ending:
                Assert.Equal(Failing() ? SkipReasons.DependencyFailed : Verdict(step), skipped.ReasonCode);
                break;
            case StepCancelled:
                ending = true;
                break;
        }
        if (e is StepCompleted or StepSkipped or StepCancelled or StepFailed { Final: true })
            ends[step.Index] = e;
        else if (e is StepRetryScheduled)
            ends.Remove(step.Index);
    }

    bool Failing() => ends.Any(end => end.Value is StepFailed && plan.Steps[end.Key].OnError is OnError.Fail or OnError.Compensate);

    string Verdict(StepPlan step)
    {
        var parents = step.Parents.Select(p => (Plan: plan.Steps[p], End: ends.GetValueOrDefault(p))).ToList();
        Assert.DoesNotContain(parents, p => p.End is null);
        if (parents.Any(p => p.End is StepFailed && p.Plan.OnError != OnError.Continue))
            return SkipReasons.DependencyFailed;
        var reasons = parents.Select(p => (p.End as StepSkipped)?.ReasonCode).ToList();
        if (parents.Count > 0 && reasons.All(r => r is SkipReasons.DependencyFailed or SkipReasons.ConditionFalse))
            return reasons.Contains(SkipReasons.DependencyFailed) ? SkipReasons.DependencyFailed : SkipReasons.ConditionFalse;
        return step.OnlyIf is not { } condition || Holds(condition) ? "RUN" : SkipReasons.ConditionFalse;
    }

    bool Holds(OnlyIf condition)
    {
        if (ends.GetValueOrDefault(condition.Gateway) is not StepCompleted { Result: { } result })
            return false;
        return condition.Branch is { } branch
            ? result.ValueKind == JsonValueKind.String && (result.GetString() == branch) != condition.Negated
            : result.ValueKind == (condition.Negated ? JsonValueKind.False : JsonValueKind.True);
    }
}
