using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

/// <summary>
/// One execution of a plan: state, what a command makes of it (decide), what an event makes of it (<see cref="Apply"/>).
/// No clock, no randomness, no I/O. A decision applies its own events; whoever cannot commit them drops the instance.
/// Not safe for use by several threads at once.
/// </summary>
public sealed partial class Run
{
    /// <summary>How long a called step stays with whoever took it without a sign of life.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>So soon after a call was seen to be leased: a worker that is lost since then must leave time for another within the step's.</summary>
    public static readonly TimeSpan LookAgain = Lease / 3;

    /// <summary>After its deadline an answer may still be under way for so long.</summary>
    public static readonly TimeSpan AnswerGrace = TimeSpan.FromSeconds(2);

    public static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(5);

    /// <summary>A decision stops after so many events, so that large plans are committed in pieces.</summary>
    public const int EventsPerDecision = 2_000;

    readonly StepState?[] steps;
    readonly int[] openParents;
    readonly int[] counts = new int[(int)Phase.Settled + 1];
    readonly ReadySteps ready;

    Run(string runId, Plan plan)
    {
        RunId = runId;
        Plan = plan;
        steps = new StepState?[plan.Steps.Count];
        openParents = plan.ParentCounts.ToArray();
        ready = new ReadySteps(plan.Roots.ToArray());
        counts[(int)Phase.Idle] = steps.Length;
        changed = steps.Length > StepsInHeader ? [] : null;
    }

    public static Run New(string runId, Plan plan) => new(runId, plan);

    /// <summary>The state that a history leads to.</summary>
    public static Run Fold(string runId, Plan plan, IEnumerable<(IEvent Event, DateTimeOffset OccurredAt)> history)
    {
        var run = new Run(runId, plan);
        foreach (var (e, occurredAt) in history)
            run.Apply(e, occurredAt);
        return run;
    }

    public string RunId { get; }

    public Plan Plan { get; }

    /// <summary>Of the last event applied; 0 before the first.</summary>
    public long Seq { get; private set; }

    public RunStatus Status { get; private set; }

    public JsonElement Input { get; private set; }

    public RunContext Context { get; private set; } = new();

    /// <summary>Without the kept results, which are in the steps.</summary>
    public RunLineage? Lineage { get; private set; }

    public DateTimeOffset? QueuedAt { get; private set; }

    public DateTimeOffset? StartedAt { get; private set; }

    public DateTimeOffset? EndedAt { get; private set; }

    public JsonElement? Output { get; private set; }

    public StepError? Error { get; private set; }

    public string? FailedStepId { get; private set; }

    /// <summary>Which steps should have been undone and were not; never instead of <see cref="Error"/>.</summary>
    public StepError? CompensationError { get; private set; }

    public bool IsTerminal => Status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled;

    /// <summary>True when <see cref="Continue"/> has something to do; derived from the state, so it outlives a crash.</summary>
    public bool HasInlineWork =>
        !IsTerminal && Seq > 0
        && (EndsCancelled || (Status != RunStatus.Paused && (compensating ? HasUndoWork : !WaitsForSlot && (StartedAt is null || !ready.IsEmpty || Count(Phase.Failing) > 0 || HasMetSignal || answered is { Count: > 0 }))));

    /// <summary>External signals that came before a step waits for them.</summary>
    public int DeferredSignals => buffered?.Values.Sum(queue => queue.Count) ?? 0;

    public string? Substatus => Status switch
    {
        RunStatus.Paused when pauseCause == StepFailedCause => StepFailedCause,
        RunStatus.Paused when pauseCause == BudgetCause => BudgetCause,
        RunStatus.Pending when WaitsForSlot => "WAITING_CONCURRENCY",
        RunStatus.Paused => IsCalling ? "DRAINING" : null,
        RunStatus.Completed => Continuation is null ? null : "CONTINUE_AS_NEW",
        RunStatus.Running when compensating => "COMPENSATING",
        RunStatus.Running when Count(Phase.InFlight) + Count(Phase.Mapping) > 0 => recovering > 0 ? "RECOVERING" : null,
        RunStatus.Running when Count(Phase.WaitingApproval) > 0 => "WAITING_APPROVAL",
        RunStatus.Running when Count(Phase.WaitingSignal) > 0 => "WAITING_SIGNAL",
        RunStatus.Running when Count(Phase.WaitingTimer) > 0 => "WAITING_TIMER",
        RunStatus.Running when Count(Phase.Retrying) > 0 => "RETRYING",
        _ => null,
    };

    /// <summary>More inline work is left after a decision that stopped to be committed.</summary>
    public Decision Continue(DateTimeOffset now)
    {
        Begin(now);
        Advance();
        return Decided();
    }

    /// <summary>The calls of all steps in flight, for publishing again what a crash may have lost.</summary>
    public IEnumerable<CallStep> Owed()
    {
        for (var index = 0; index < steps.Length; index++)
            if (PhaseOf(index) == Phase.InFlight)
                yield return CallOf(index);
        foreach (var call in OwedItems())
            yield return call;
        if (UndoInFlight is { } undone)
            yield return UndoCallOf(undone);
    }

    int Count(Phase phase) => counts[(int)phase];
}
