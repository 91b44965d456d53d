using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

/// <summary>A run as it is shown.</summary>
/// <param name="CompensationError">Which steps should have been undone and were not.</param>
/// <param name="Cost">What its steps have reported; null when none has.</param>
/// <param name="Budget">The limits that hold now; null when the plan has none.</param>
/// <param name="Concurrency">The key whose slot it waits for or holds.</param>
/// <param name="ContinuedAsRunId">The run that went on for this one.</param>
public sealed record RunSnapshot(
    string RunId,
    string PlanId,
    string PlanVersion,
    string PlanDigest,
    string Status,
    string? Substatus,
    long Seq,
    JsonElement Input,
    RunContext Context,
    RunLineage? Lineage,
    DateTimeOffset? QueuedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    IReadOnlyList<StepSnapshot> Steps,
    JsonElement? Output,
    StepError? Error,
    string? FailedStepId,
    StepError? CompensationError,
    IReadOnlyList<Alert>? Alerts = null,
    IReadOnlyList<HeldSignal>? HeldSignals = null,
    string? ContinuedAsRunId = null,
    CostSnapshot? Cost = null,
    BudgetSnapshot? Budget = null,
    ConcurrencySlot? Concurrency = null);

/// <param name="Money">One sum a currency.</param>
public sealed record CostSnapshot(long Tokens, IReadOnlyList<Money> Money);

/// <param name="Time">ISO 8601 duration of running, pauses left out.</param>
/// <param name="StepsStarted">Attempts that count against <paramref name="Steps"/>.</param>
public sealed record BudgetSnapshot(long? Tokens, IReadOnlyList<Money>? Money, long? Steps, string? Time, long StepsStarted);

/// <param name="Attempt">0 before the first.</param>
/// <param name="StartedAt">Of the last attempt.</param>
/// <param name="DueAt">When a wait or a retry's pause ends.</param>
/// <param name="WaitingFor">Name of the external signal.</param>
/// <param name="Overridden">An operator injected the result.</param>
/// <param name="Target">Whom attempts address instead of what the plan says.</param>
public sealed record StepSnapshot(
    string StepId,
    string Kind,
    string Status,
    int Attempt,
    int EngineAttempt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    DateTimeOffset? DueAt,
    string? WaitingFor,
    JsonElement? Result,
    StepError? Error,
    string? SkipReason,
    bool Kept,
    CompensationSnapshot? Compensation,
    bool Overridden = false,
    JsonElement? Target = null)
{
    /// <summary>Of a step that asks people, once it has.</summary>
    public ApprovalSnapshot? Approval { get; init; }

    /// <summary>Of a map, once it has begun.</summary>
    public ItemCounts? Items { get; init; }

    /// <summary>Of a <c>plan</c> step: the run that its last attempt has started.</summary>
    public string? SubRunId { get; init; }
}

/// <summary>Items of a map by what became of them.</summary>
/// <param name="Waiting">Neither begun nor at their end, those that are tried again included.</param>
public sealed record ItemCounts(int Total, int Completed, int Failed, int Running, int Waiting);

/// <summary>An item of a map.</summary>
/// <param name="Index">Place in the list, from 0.</param>
/// <param name="Attempt">0 before the first.</param>
/// <param name="DueAt">When it is tried again.</param>
/// <param name="SubRunId">The run that its last attempt has started, where the map starts runs.</param>
public sealed record ItemSnapshot(
    int Index, string Status, int Attempt, int EngineAttempt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, DateTimeOffset? DueAt,
    JsonElement Item, JsonElement? Result, StepError? Error, string? SubRunId);

/// <summary>What an approval step has asked for last.</summary>
/// <param name="Status"><c>open</c>, <c>approved</c>, <c>denied</c>, <c>expired</c> or <c>withdrawn</c>.</param>
/// <param name="Roles">One of them is needed to decide.</param>
/// <param name="Data">What the approver is shown, while it is open.</param>
/// <param name="Level">Escalations so far.</param>
/// <param name="EscalatesAt">When more roles will be asked.</param>
/// <param name="Missing">Approvals still missing.</param>
/// <param name="Decisions">So far, in order.</param>
public sealed record ApprovalSnapshot(
    string ApprovalId,
    string Status,
    string Title,
    string? Description,
    JsonElement? Data,
    IReadOnlyList<string> Roles,
    bool FourEyes,
    int MinApprovals,
    int Missing,
    DateTimeOffset RequestedAt,
    DateTimeOffset? Deadline,
    string OnDeadline,
    int Level,
    DateTimeOffset? EscalatesAt,
    DateTimeOffset? EndedAt,
    IReadOnlyList<ApprovalDecision> Decisions);

/// <param name="Decision"><c>approved</c> or <c>denied</c>.</param>
/// <param name="By">The person: <c>user:id</c>.</param>
public sealed record ApprovalDecision(string Decision, string By, string? Comment, DateTimeOffset At);

/// <summary>The undoing of a step, once it has begun.</summary>
/// <param name="Status"><c>RUNNING</c>, <c>COMPLETED</c> or <c>FAILED</c>.</param>
/// <param name="StartedAt">Of the last attempt.</param>
/// <param name="DueAt">When it is tried again; null after the last attempt.</param>
public sealed record CompensationSnapshot(
    string Kind,
    string Status,
    int Attempt,
    int EngineAttempt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    DateTimeOffset? DueAt,
    JsonElement? Result,
    StepError? Error);
