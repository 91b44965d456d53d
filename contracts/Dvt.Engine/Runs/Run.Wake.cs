using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// What happens because time has passed.
public sealed partial class Run
{
    // Entries whose step has moved on are passed over when met.
    PriorityQueue<int, DateTimeOffset>? inFlightDue;
    PriorityQueue<int, DateTimeOffset>? restingDue;

    /// <summary>The earliest moment at which <see cref="Wake"/> has something to do; null when only a message can move the run.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            if (IsTerminal || Seq == 0)
                return null;
            var due = Earlier(Earlier(Earlier(Head(inFlightDue), UndoDue), HeldDue), NestedCallDue);
            if (Status == RunStatus.Paused)
                return pauseCause == SignalCause && !drainNoted && IsCalling ? Earlier(due, pausedAt + DrainLimit) : due;
            if (compensating)
                return due;
            return Earlier(Earlier(Earlier(Earlier(due, Head(restingDue)), NestedRestDue), StartedAt + Plan.Timeout), TimeUp);
        }
    }

    /// <summary>
    /// Retries, waits, timeouts, lapsed leases, the drain limit of a pause, the timeout of the run.
    /// <paramref name="leasedEffectKeys"/>: the calls somebody works on right now; those are left alone. Null: nobody is known to.
    /// </summary>
    public Decision Wake(DateTimeOffset now, IReadOnlySet<string>? leasedEffectKeys)
    {
        Begin(now);
        FinishEnding();
        if (IsTerminal || Seq == 0)
            return Decided() with { Tells = [.. OwedTells()] };
        Expire();
        CheckCalls(leasedEffectKeys);
        CheckItems(leasedEffectKeys);
        CheckSubRuns();
        CheckUndo(leasedEffectKeys);
        if (Status == RunStatus.Paused && pauseCause == SignalCause && !drainNoted
            && IsCalling && this.now >= pausedAt + DrainLimit)
            Write(new RunPauseDrainTimedOut([.. Owed().Select(c => c.StepId)], occurrences.DrainTimedOut + 1));
        Advance();
        return Decided();
    }

    void CheckCalls(IReadOnlySet<string>? leased)
    {
        foreach (var index in TakeDue(inFlightDue, Phase.InFlight))
        {
            var (step, state) = (Plan.Steps[index], steps[index]!);
            if (now >= DeadlineOf(step, state) + AnswerGrace)
                Fail(step, Unanswered(step, state));
            else if (leased is not null && leased.Contains($"{RunId}:{step.StepId}:{state.Attempt}"))
            {
                state.LeaseSeenUntil = now + LookAgain;
                Remember(index);
            }
            else
            {
                Write(new StepRecovered(step.StepId, state.Attempt, state.EngineAttempt + 1, state.Recoveries + 1));
                (calls ??= []).Add(CallOf(index));
            }
        }
    }

    // Its outcome is unknown, so it is repeated only where that is harmless.
    static StepError Unanswered(StepPlan step, StepState state) => new(
        "STEP_TIMEOUT", "no answer came in time", Retryable: step.Kind.RepeatsSafely?.Invoke(state.Input ?? EmptyInput) ?? false, "TIMEOUT");

    List<int> TakeDue(PriorityQueue<int, DateTimeOffset>? queue, Phase phase)
    {
        List<int>? due = null;
        while (queue is not null && queue.TryPeek(out var index, out var at) && at <= now)
        {
            queue.Dequeue();
            if (DueOf(index) == at && (phase != Phase.InFlight || PhaseOf(index) == Phase.InFlight))
                (due ??= []).Add(index);
        }
        if (due is null)
            return [];
        // Heap order among equals is no promise; plan order is.
        due.Sort();
        return due.Count > 1 ? [.. due.Distinct()] : due;
    }

    /// <summary>When time will do something to this step.</summary>
    DateTimeOffset? DueOf(int index)
    {
        var (step, state) = (Plan.Steps[index], steps[index]);
        return PhaseOf(index) switch
        {
            Phase.InFlight => CallDue(step, state!),
            Phase.Retrying => state!.DueAt,
            Phase.WaitingApproval when state!.Approval is { IsOpen: true } approval =>
                Earlier(approval.Standing.Due(approval.Terms), state.StartedAt + step.Timeout),
            Phase.WaitingTimer or Phase.WaitingSignal => Earlier(state!.DueAt, state.StartedAt + step.Timeout),
            _ => null,
        };
    }

    DateTimeOffset? CallDue(StepPlan step, StepState state) => LeasesHold
        ? DeadlineOf(step, state) + AnswerGrace
        : Earlier(state.LeaseSeenUntil ?? (state.OfferedAt + Lease), DeadlineOf(step, state) + AnswerGrace);

    /// <summary>No worker dies here, as in a simulation: calls come to their end or to their deadline. A hint, never stored.</summary>
    internal bool LeasesHold { get; private init; }

    internal static Run NewWithoutCrashes(string runId, Plan plan) => new(runId, plan) { LeasesHold = true };

    static DateTimeOffset DeadlineOf(StepPlan step, StepState state) => state.StartedAt!.Value + (step.Timeout ?? DefaultTimeout);

    static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    void Remember(int index)
    {
        if (DueOf(index) is not { } due)
            return;
        if (PhaseOf(index) == Phase.InFlight)
            (inFlightDue ??= new()).Enqueue(index, due);
        else
            (restingDue ??= new()).Enqueue(index, due);
    }

    DateTimeOffset? Head(PriorityQueue<int, DateTimeOffset>? queue)
    {
        while (queue is not null && queue.TryPeek(out var index, out var at))
        {
            if (DueOf(index) == at && (queue == inFlightDue) == (PhaseOf(index) == Phase.InFlight))
                return at;
            queue.Dequeue();
        }
        return null;
    }

    static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null ? other : other is null || one <= other ? one : other;
}
