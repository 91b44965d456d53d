using System.Collections;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

// How a run that failed or was cancelled closes its steps. In flight first, since someone works on them.
public sealed partial class Run
{
    /// <summary>An ending that was committed in part is finished before anything else is decided.</summary>
    void FinishEnding()
    {
        if (IsTerminal || Seq == 0)
            return;
        if (cancelRequested)
            EndCancelled(bounded: false);
        else if (Status == RunStatus.Running && Count(Phase.Failing) > 0)
        {
            var failed = FirstIn(Phase.Failing);
            EndFailed(steps[failed]!.Error!, failed, bounded: false);
        }
    }

    void EndFailed(StepError error, int? failed, bool bounded)
    {
        var dependants = failed is { } index ? DependantsOf(index) : null;
        if (CloseSteps(dependants, bounded))
            Write(new RunFailed(error, failed is { } step ? Plan.Steps[step].StepId : null));
    }

    void EndCancelled(bool bounded)
    {
        if (CloseSteps(dependants: null, bounded))
            Write(new RunCancelled(cancelReason));
    }

    bool CloseSteps(BitArray? dependants, bool bounded)
    {
        var limit = bounded ? EventsPerDecision : int.MaxValue;
        for (var index = 0; index < steps.Length; index++)
            if (PhaseOf(index) is Phase.InFlight or Phase.WaitingTimer or Phase.WaitingSignal or Phase.Retrying)
            {
                if (written.Count >= limit)
                    return !(more = true);
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
