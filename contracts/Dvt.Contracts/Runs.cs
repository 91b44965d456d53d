using System.Text.Json;

namespace Dvt.Contracts;

/// <summary>Starts one execution of a published plan. No version means the newest published one.</summary>
/// <param name="PlanDigest">When given, the plan must have this digest.</param>
/// <param name="Input">Already checked against the plan's schema when the plan was at hand.</param>
/// <param name="StartedBy">Persons behind it, <c>user:id</c>, whichever credentials they used; for approvals.</param>
public sealed record StartRun(
    string RunId,
    string PlanId,
    string? PlanVersion,
    string? PlanDigest,
    JsonElement Input,
    RunContext Context,
    RunLineage? Lineage = null,
    IReadOnlyList<string>? StartedBy = null) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

/// <param name="ActorId">Who the caller says it acts for.</param>
/// <param name="Priority">0 (last) to 9 (first); the plan's, or else 5, unless told. Always told in events.</param>
public sealed record RunContext(
    string? ActorId = null,
    IReadOnlyDictionary<string, string>? Labels = null,
    int? Priority = null,
    string? CorrelationId = null);

/// <summary>Where a run comes from that <c>RETRY_RUN</c> or a <c>plan</c> step of another run has made, or that goes on for another.</summary>
/// <param name="OriginRunId">The first of the line.</param>
/// <param name="ParentRunId">The one that was retried or went on, or whose step started this one.</param>
/// <param name="RunAttempt">2 for the first retry; 1 for one that goes on for another.</param>
/// <param name="Kept">Results of steps that are not run again, by step id.</param>
/// <param name="Continued">Set when it goes on for another, and in retries of such a run, then without signals.</param>
/// <param name="Above">Of a sub-run only.</param>
/// <param name="LeftAlone">Kept steps that an earlier retry of the same run keeps as well: that one undoes them, this one never does.</param>
public sealed record RunLineage(
    string OriginRunId,
    string ParentRunId,
    int RunAttempt,
    IReadOnlyDictionary<string, JsonElement>? Kept = null,
    ContinuedFrom? Continued = null,
    RunAbove? Above = null,
    IReadOnlyList<string>? LeftAlone = null);

/// <summary>What a sub-run knows of the runs above it. The one right above is told of its end.</summary>
/// <param name="ParentRunId">The one right above; the same for all runs of a chain.</param>
/// <param name="RootRunId">The topmost.</param>
/// <param name="StepId">The step of the parent; <c>fan[3]</c> for an item of a map.</param>
/// <param name="Attempt">Of that step or item.</param>
/// <param name="PlanIds">Plans of all runs above, the topmost first.</param>
public sealed record RunAbove(string ParentRunId, string RootRunId, string StepId, int Attempt, IReadOnlyList<string> PlanIds);

/// <summary>Steers a run; see <see cref="SignalTypes"/>.</summary>
/// <param name="SignalId">Unique per run; the same id and body again gets the first answer.</param>
/// <param name="Roles">Of the sender, for the worker's decision.</param>
/// <param name="Person">The sender, whichever credential was used: <c>user:id</c>.</param>
/// <param name="HeldSeconds">When set, the tenant's policy asks for a second person, who has so long to approve.</param>
/// <param name="BulkJobId">The bulk job that sends it.</param>
/// <param name="Undoes">The signal whose effect it takes back: it does nothing where that effect is another's by now.</param>
/// <param name="ApprovedBy">The second person, of a bulk job that waited for one as a whole.</param>
public sealed record SignalRun(
    string RunId,
    string SignalId,
    string SignalType,
    string? Reason,
    JsonElement? Payload,
    IReadOnlyList<string> Roles,
    string? Person = null,
    int? HeldSeconds = null,
    string? BulkJobId = null,
    string? Undoes = null,
    string? ApprovedBy = null) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

/// <summary>Hands a named payload to a <c>wait</c> step, now or when it comes to wait.</summary>
public sealed record SendExternalSignal(string RunId, string SignalId, string Name, JsonElement? Payload) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

/// <summary>Folds the history of a run again and compares it with the live state.</summary>
public sealed record VerifyRun(string RunId) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

/// <summary>Stores a run anew as its history has it: after a hand in the database, or storage that lied.</summary>
public sealed record RepairRun(string RunId) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

/// <summary>A called step came to its end. An attempt that is closed already ignores it.</summary>
/// <param name="Error">Null when it succeeded.</param>
/// <param name="Cost">What the attempt has cost, succeeded or not, where its kind knows.</param>
public sealed record CloseStep(
    string RunId,
    string StepId,
    int Attempt,
    JsonElement? Result,
    StepError? Error,
    Cost? Cost = null) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

/// <summary>Something of the run is due: a retry, a wait, a timeout, a lapsed lease.</summary>
public sealed record WakeRun(string RunId) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

/// <summary>Asks the worker of a step kind to carry out one attempt. Key for the outside: <c>runId:stepId:attempt</c>.</summary>
/// <param name="StepId">A compensation's is its step's with <c>/compensate</c> behind it, which no step can be called.</param>
/// <param name="Input">The evaluated <c>with</c> of the step.</param>
/// <param name="EngineAttempt">Raised when a lost worker's step is offered again; never part of a key.</param>
/// <param name="Deadline">After it nobody waits for the answer any more.</param>
/// <param name="Priority">Of the run: 0 (last) to 9 (first).</param>
/// <param name="Secrets">Where the plan names secrets. The worker puts their values there at the moment of the call, and nowhere else.</param>
public sealed record CallStep(
    string RunId,
    string StepId,
    string Kind,
    int Attempt,
    int EngineAttempt,
    JsonElement Input,
    DateTimeOffset Deadline,
    int Priority = 5,
    IReadOnlyList<SecretUse>? Secrets = null) : ICommand
{
    public static Domain Domain => Domain.Runs;

    public string EffectKey => $"{RunId}:{StepId}:{Attempt}";
}

/// <param name="Code">Stable: <c>HTTP_STATUS</c>, <c>STEP_TIMEOUT</c>, <c>OUTCOME_UNKNOWN</c> …</param>
/// <param name="Retryable">False ends the retries at once.</param>
/// <param name="Category"><c>USER</c>, <c>SYSTEM</c>, <c>PLATFORM</c> or <c>TIMEOUT</c>.</param>
public sealed record StepError(string Code, string Message, bool Retryable, string Category);

/// <summary>The eleven signals.</summary>
public static class SignalTypes
{
    public const string Pause = "PAUSE";
    public const string Resume = "RESUME";
    public const string Cancel = "CANCEL";
    public const string RetryStep = "RETRY_STEP";
    public const string RetryRun = "RETRY_RUN";
    public const string SkipStep = "SKIP_STEP";
    public const string UpdateParams = "UPDATE_PARAMS";
    public const string InjectOverride = "INJECT_OVERRIDE";
    public const string UpdateTarget = "UPDATE_TARGET";
    public const string EmergencyStop = "EMERGENCY_STOP";
    public const string EscalateAlert = "ESCALATE_ALERT";

    public static readonly IReadOnlyList<string> All =
    [
        Pause, Resume, Cancel, RetryStep, RetryRun, SkipStep,
        UpdateParams, InjectOverride, UpdateTarget, EmergencyStop, EscalateAlert,
    ];
}

/// <param name="StartedBy">Persons behind it; told only where the plan asks for approval.</param>
public sealed record RunQueued(
    string PlanId,
    string PlanVersion,
    string PlanDigest,
    JsonElement Input,
    RunContext Context,
    RunLineage? Lineage = null,
    ConcurrencySlot? Concurrency = null,
    IReadOnlyList<string>? StartedBy = null) : IEvent;

public sealed record RunStarted : IEvent;

/// <param name="Cause"><c>SIGNAL</c>, <c>STEP_FAILED</c> or <c>BUDGET_EXCEEDED</c>.</param>
public sealed record RunPaused(string Cause, string? SignalId, string? Reason, int Occurrence = 1) : IEvent, IRecurringEvent;

/// <param name="SignalId">The <c>RESUME</c>, <c>RETRY_STEP</c> or <c>SKIP_STEP</c> that set it going again.</param>
public sealed record RunResumed(string? SignalId, string? Reason, int Occurrence = 1) : IEvent, IRecurringEvent;

/// <summary>Called steps were still in flight five minutes after the pause.</summary>
public sealed record RunPauseDrainTimedOut(IReadOnlyList<string> StepIds, int Occurrence = 1) : IEvent, IRecurringEvent;

public sealed record RunCancelRequested(string SignalId, string? Reason, bool Emergency, int Occurrence = 1) : IEvent, IRecurringEvent;

/// <param name="CompensationError">Which steps were not undone, when some should have been; <c>COMPENSATION_FAILED</c>.</param>
public sealed record RunCancelled(string? Reason, StepError? CompensationError = null) : IEvent;

public sealed record RunCompleted(JsonElement? Output, Cost? Cost = null) : IEvent;

/// <param name="FailedStepId">The step that failed the run, when one did.</param>
/// <param name="CompensationError">Which steps were not undone, when some should have been; <c>COMPENSATION_FAILED</c>.</param>
public sealed record RunFailed(StepError Error, string? FailedStepId, StepError? CompensationError = null) : IEvent;

/// <param name="Input">The evaluated <c>with</c> of a called step; null for steps the engine does itself.</param>
/// <remarks>A <c>map</c> has its list and its limits as input, unless it goes on with those of the attempt before.</remarks>
public sealed record StepStarted(string StepId, int Attempt, int EngineAttempt, JsonElement? Input) : IEvent, IStepEvent;

/// <param name="Override">Set when an operator injected the result.</param>
/// <param name="SignalId">The external signal that ended a <c>wait</c>.</param>
/// <param name="Kept">Taken over from the run this one repeats; nothing was carried out.</param>
public sealed record StepCompleted(
    string StepId, int Attempt, int EngineAttempt, JsonElement? Result, bool Override = false, string? SignalId = null, bool Kept = false,
    Cost? Cost = null)
    : IEvent, IStepEvent;

/// <param name="Final">No further attempt follows by itself.</param>
public sealed record StepFailed(string StepId, int Attempt, int EngineAttempt, StepError Error, bool Final, Cost? Cost = null) : IEvent, IStepEvent;

/// <param name="Attempt">The attempt that comes next.</param>
/// <param name="Input">Given with <c>RETRY_STEP</c>: replaces the step's input from now on.</param>
public sealed record StepRetryScheduled(string StepId, int Attempt, int EngineAttempt, DateTimeOffset DueAt, JsonElement? Input = null)
    : IEvent, IStepEvent;

/// <summary>The lease of the worker lapsed; the same attempt is offered again.</summary>
public sealed record StepRecovered(string StepId, int Attempt, int EngineAttempt, int Occurrence = 1) : IEvent, IStepEvent, IRecurringEvent;

/// <param name="ReasonCode"><c>DEPENDENCY_FAILED</c>, <c>CONDITION_FALSE</c> or <c>OPERATOR_SKIP</c>.</param>
public sealed record StepSkipped(string StepId, int Attempt, int EngineAttempt, string ReasonCode) : IEvent, IStepEvent;

public sealed record StepCancelled(string StepId, int Attempt, int EngineAttempt) : IEvent, IStepEvent;

/// <param name="Purpose"><c>WAIT</c>, or <c>SIGNAL</c> for a named signal, which <see cref="Signal"/> names.</param>
/// <param name="DueAt">When the wait ends, or is given up; null for a signal awaited without limit.</param>
public sealed record TimerSet(
    string StepId, int Attempt, int EngineAttempt, string Purpose, DateTimeOffset? DueAt, string? Signal = null, int Occurrence = 1)
    : IEvent, IStepEvent, IRecurringEvent;

public sealed record TimerFired(string StepId, int Attempt, int EngineAttempt, string Purpose, int Occurrence = 1)
    : IEvent, IStepEvent, IRecurringEvent;

/// <param name="DecisionId">Of the authorisation record.</param>
/// <param name="Digest">SHA-256 of the signal's canonical body, to tell a repetition from a reuse of the id.</param>
/// <param name="ApprovedBy">The second person, where the tenant's policy asked for one.</param>
/// <param name="Person">Of <c>RETRY_RUN</c>, where the plan asks for approval: a starter of the new run.</param>
public sealed record SignalAccepted(
    string SignalId, string SignalType, string? StepId, string? Reason, JsonElement? Payload, Guid DecisionId, string Digest, int Occurrence = 1,
    string? ApprovedBy = null, string? Person = null)
    : IEvent, IRecurringEvent;

public sealed record SignalRejected(
    string SignalId, string SignalType, string? StepId, string? Reason, string Code, Guid DecisionId, string Digest, int Occurrence = 1)
    : IEvent, IRecurringEvent;

public sealed record ExternalSignalReceived(string SignalId, string Name, JsonElement? Payload, string Digest, int Occurrence = 1)
    : IEvent, IRecurringEvent;

/// <summary>An event of one step.</summary>
public interface IStepEvent
{
    string StepId { get; }

    int Attempt { get; }

    int EngineAttempt { get; }
}

/// <summary>An event that can come more than once within an attempt; counted from 1 per type and step of a run.</summary>
public interface IRecurringEvent
{
    int Occurrence { get; }
}
