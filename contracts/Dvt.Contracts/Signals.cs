using System.Text.Json;

namespace Dvt.Contracts;

/// <summary>Approves or rejects a signal that waits for a second person.</summary>
/// <param name="Roles">Of whoever decides.</param>
/// <param name="Person">The person behind the credential: not the sender's own may approve.</param>
public sealed record ReviewSignal(
    string RunId, string SignalId, bool Approves, string? Reason, IReadOnlyList<string> Roles, string? Person) : ICommand
{
    public static Domain Domain => Domain.Runs;
}

/// <summary><c>UPDATE_PARAMS</c>: what has not read the input yet reads this one.</summary>
/// <param name="Input">All of it, as it is from now on.</param>
public sealed record RunInputChanged(string SignalId, JsonElement Input, int Occurrence = 1) : IEvent, IRecurringEvent;

/// <summary><c>UPDATE_TARGET</c>: attempts that begin from now on go there.</summary>
/// <param name="Target">A text, or an object where the step's kind knows one.</param>
public sealed record StepTargetChanged(string StepId, int Attempt, int EngineAttempt, string SignalId, JsonElement Target, int Occurrence = 1)
    : IEvent, IStepEvent, IRecurringEvent;

/// <summary><c>ESCALATE_ALERT</c>: somebody should look at the run.</summary>
/// <param name="Level">One of <see cref="AlertLevels"/>.</param>
public sealed record RunAlertRaised(string SignalId, string Level, string? Note, int Occurrence = 1) : IEvent, IRecurringEvent;

/// <summary>The tenant's policy asks for a second person: the signal is kept and does nothing until it is approved.</summary>
/// <param name="Person">The sender; may not approve it.</param>
/// <param name="Roles">Of the sender.</param>
/// <param name="ExpiresAt">From then on it counts as rejected.</param>
public sealed record SignalRevisionRequired(
    string SignalId, string SignalType, string? StepId, string? Reason, JsonElement? Payload, Guid DecisionId, string Digest,
    string? Person, IReadOnlyList<string> Roles, DateTimeOffset ExpiresAt, int Occurrence = 1) : IEvent, IRecurringEvent;

/// <summary>How loud an alert is, quietest first.</summary>
public static class AlertLevels
{
    public static readonly IReadOnlyList<string> All = ["INFO", "WARNING", "CRITICAL", "P1"];
}

/// <summary>How a signal was judged.</summary>
public static class SignalVerdicts
{
    public const string Accepted = "ACCEPTED";
    public const string Rejected = "REJECTED";
    public const string RevisionRequired = "REVISION_REQUIRED";
}

/// <summary>
/// The record of one decision about a signal, in a stream of its own, <c>decision-{policyDecisionId}</c>, before what the signal did.
/// </summary>
/// <param name="Person">Behind the actor's credential; null for the system.</param>
/// <param name="EffectiveRole">The least that would have done of the actor's roles; null when none did.</param>
/// <param name="Code">Why not; null when it was accepted.</param>
/// <param name="Policy">What it was judged by.</param>
/// <param name="Changed">False when what the signal asks for was so already.</param>
/// <param name="Review">True when it is the second person's decision, or the end of the wait for one.</param>
/// <param name="BulkJobId">The bulk job that sent it.</param>
public sealed record SignalDecided(
    Guid PolicyDecisionId, string SignalId, string RunId, string SignalType, string? StepId, string? Person, IReadOnlyList<string> Roles,
    string? EffectiveRole, string Decision, string? Code, string? Reason, string Policy, bool Changed, bool Review = false,
    string? BulkJobId = null) : IEvent;
