using System.Text.Json;

namespace Dvt.Contracts;

/// <summary>A person's answer to a step that asks for approval. The same answer of the same person again changes nothing.</summary>
/// <param name="ApprovalId">When given, only this request is answered; null for the one that is open.</param>
/// <param name="Decision">One of <see cref="ApprovalDecisions"/>.</param>
/// <param name="Person">Who decides, whichever credential was used: <c>user:id</c>.</param>
/// <param name="Roles">Of the sender, for the worker's decision.</param>
public sealed record DecideApproval(
    string RunId, string StepId, string? ApprovalId, string Decision, string? Comment, string Person, IReadOnlyList<string> Roles) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

/// <summary>What a person can answer.</summary>
public static class ApprovalDecisions
{
    public const string Approve = "approve";
    public const string Deny = "deny";
}

/// <summary>What a request says once its expressions have values.</summary>
/// <param name="Roles">One of them is needed to decide; grows when it is escalated.</param>
/// <param name="Data">What the approver is shown.</param>
/// <param name="Period">ISO 8601 duration of the deadline; null for none.</param>
/// <param name="OnDeadline">One of <see cref="DeadlineActions"/>.</param>
/// <param name="FourEyes">None of <paramref name="StartedBy"/> may approve.</param>
/// <param name="MinApprovals">Of distinct persons.</param>
/// <param name="StartedBy">Persons behind the run.</param>
public sealed record ApprovalTerms(
    string Title,
    string? Description,
    JsonElement? Data,
    IReadOnlyList<string> Roles,
    string? Period,
    string OnDeadline,
    IReadOnlyList<EscalationLevel> Escalation,
    bool FourEyes,
    int MinApprovals,
    IReadOnlyList<string> StartedBy);

/// <param name="After">ISO 8601 duration since the request or the level before; null: at the deadline only.</param>
/// <param name="Roles">May decide as well from then on.</param>
public sealed record EscalationLevel(string? After, IReadOnlyList<string> Roles);

/// <summary>What a deadline does that nobody met.</summary>
public static class DeadlineActions
{
    public const string Deny = "deny";
    public const string Approve = "approve";

    /// <summary>To the next level, with a new deadline; behind the last level it denies.</summary>
    public const string Escalate = "escalate";
}

/// <param name="ApprovalId">UUID made from run, step and attempt.</param>
/// <param name="Deadline">Null for none.</param>
public sealed record ApprovalRequested(
    string StepId, int Attempt, int EngineAttempt, string ApprovalId, ApprovalTerms Terms, DateTimeOffset? Deadline) : IEvent, IStepEvent;

/// <summary>Nobody has decided in time: more roles are asked.</summary>
/// <param name="Level">From 1.</param>
/// <param name="Roles">All that may decide from now on.</param>
/// <param name="Deadline">From now on.</param>
public sealed record ApprovalEscalated(
    string StepId, int Attempt, int EngineAttempt, string ApprovalId, int Level, IReadOnlyList<string> Roles, DateTimeOffset? Deadline, int Occurrence = 1)
    : IEvent, IStepEvent, IRecurringEvent;

/// <param name="By">The person: <c>user:id</c>.</param>
/// <param name="Missing">Approvals still missing; 0: it is decided.</param>
public sealed record ApprovalGranted(
    string StepId, int Attempt, int EngineAttempt, string ApprovalId, string By, string? Comment, int Missing, int Occurrence = 1)
    : IEvent, IStepEvent, IRecurringEvent;

/// <summary>One denial decides.</summary>
public sealed record ApprovalDenied(string StepId, int Attempt, int EngineAttempt, string ApprovalId, string By, string? Comment)
    : IEvent, IStepEvent;

/// <summary>The deadline has decided.</summary>
/// <param name="Decision"><c>approved</c> or <c>denied</c>.</param>
public sealed record ApprovalExpired(string StepId, int Attempt, int EngineAttempt, string ApprovalId, string Decision) : IEvent, IStepEvent;

/// <summary>Nobody needs to decide any more: the step ends without.</summary>
public sealed record ApprovalWithdrawn(string StepId, int Attempt, int EngineAttempt, string ApprovalId) : IEvent, IStepEvent;
