using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

public sealed partial class Run
{
    /// <summary>How long an attempt took that has just ended, and of which kind it was; null for steps done inside a decision.</summary>
    /// <param name="endedAt">When the event that ended it was decided.</param>
    public (string Kind, TimeSpan Took)? TookUntil(IStepEvent e, DateTimeOffset endedAt) =>
        Plan.TryStep(e.StepId, out var step) && step.Kind.Mode == StepMode.Called && steps[step.Index] is { StartedAt: { } startedAt } && endedAt >= startedAt
            ? (step.Kind.Name, endedAt - startedAt)
            : null;
}
