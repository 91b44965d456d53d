using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

/// <summary>A run as it is shown.</summary>
/// <param name="CompensationError">Which steps should have been undone and were not.</param>
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
    StepError? CompensationError);

/// <param name="Attempt">0 before the first.</param>
/// <param name="StartedAt">Of the last attempt.</param>
/// <param name="DueAt">When a wait or a retry's pause ends.</param>
/// <param name="WaitingFor">Name of the external signal.</param>
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
    CompensationSnapshot? Compensation);

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
