using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// A decision in progress.
public sealed partial class Run
{
    static readonly RunStarted Started = new();

    DateTimeOffset now;
    List<IEvent> written = [];
    List<CallStep>? calls;
    List<CallStep>? givenUp;
    List<ToRun>? tells;
    int inlineDone;
    bool more;
    bool goesOn;
    List<SignalRuling>? rulings;

    void Begin(DateTimeOffset moment)
    {
        now = Moments.Exact(moment);
        written = new List<IEvent>(Math.Min(16, (2 * steps.Length) + 3));
        (calls, tells, rulings, givenUp) = (null, null, null, null);
        inlineDone = 0;
        more = false;
        goesOn = false;
    }

    void Write(IEvent e)
    {
        var cause = pauseCause;
        Apply(e, now);
        written.Add(e);
        if (Plan.HasSubRuns)
            PassDown(e, cause);
    }

    Decision Decided(Refusal? refusal = null) => new(written)
    {
        Refusal = refusal,
        Calls = (IReadOnlyList<CallStep>?)calls ?? [],
        GivenUp = (IReadOnlyList<CallStep>?)givenUp ?? [],
        Tells = Told(),
        More = more || HasInlineWork,
        NewRun = goesOn ? NextLink() : null,
        Rulings = (IReadOnlyList<SignalRuling>?)rulings ?? [],
        Ignored = written.Count == 0 && refusal is null,
    };

    /// <summary>Goes on until everything waits for something else or the decision is full.</summary>
    void Advance()
    {
        if (IsTerminal || Seq == 0)
            return;
        if (EndsCancelled)
        {
            EndCancelled(bounded: !emergency);
            return;
        }
        if (Status == RunStatus.Paused)
            return;
        if (compensating)
        {
            Compensate(bounded: true);
            return;
        }
        if (WaitsForSlot)
            return;
        if (StartedAt is null)
            Write(Started);
        if (Count(Phase.Failing) == 0 && Plan.Timeout is { } timeout && now >= StartedAt + timeout)
        {
            EndFailed(new StepError("RUN_TIMEOUT", "the run took longer than its plan allows", Retryable: false, "TIMEOUT"), failed: null, CutsOffACompensatingStep(), bounded: false);
            return;
        }
        Rouse();
        LayDown(isFull: !TakeTurns());
    }

    /// <summary>False when the decision is full.</summary>
    bool TakeTurns()
    {
        while (!StoppedByFailure())
        {
            if (ready.IsEmpty)
            {
                Settle();
                ParkWhenTimeIsUp();
                return true;
            }
            if (written.Count >= EventsPerDecision || (Plan.CheckpointsSteps && inlineDone > 0))
                return false;
            var next = ready.Take();
            if (ParksInsteadOf(next))
                return true;
            Process(next);
        }
        return true;
    }

    bool StoppedByFailure()
    {
        if (Count(Phase.Failing) > 0)
        {
            var failed = FirstIn(Phase.Failing);
            EndFailed(steps[failed]!.Error!, failed, Plan.Steps[failed].OnError == OnError.Compensate, bounded: true);
            return true;
        }
        if (parkPending && Count(Phase.Parked) > 0)
        {
            Write(new RunPaused(StepFailedCause, SignalId: null, Reason: null, occurrences.Paused + 1));
            return true;
        }
        return false;
    }

    void Settle()
    {
        if (Count(Phase.Settled) == steps.Length)
            Complete();
        else if (Count(Phase.Parked) > 0 && Count(Phase.Parked) + Count(Phase.Settled) + Count(Phase.Idle) == steps.Length)
            Write(new RunPaused(StepFailedCause, SignalId: null, Reason: null, occurrences.Paused + 1));
    }
}
