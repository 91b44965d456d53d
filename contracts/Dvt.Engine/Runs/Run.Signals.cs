using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Json;

namespace Dvt.Engine.Runs;

// Operators' signals: shape, repetition, right, then effect. The decision is written before the effect.
public sealed partial class Run
{
    const string SignalCause = "SIGNAL";
    const string StepFailedCause = "STEP_FAILED";

    /// <summary>
    /// Decides a signal and carries it out. A refusal of a run that goes on is an event as well; one of a malformed or
    /// reused signal, or of a run at its end, is only told to the sender. A repetition gets the first answer.
    /// </summary>
    public Decision Signal(SignalRun c, Guid decisionId, DateTimeOffset now)
    {
        Begin(now);
        FinishEnding();
        if (SignalShape.Check(c.SignalType, c.Reason, c.Payload) is { } malformed)
            return Decided(malformed);
        if (!SignalShape.IsId(c.SignalId))
            return Decided(new Refusal(SignalShape.InvalidPayload, "signalId has 1 to 128 characters"));
        JsonElement? payload;
        string digest;
        try
        {
            payload = Values.Canonical(c.Payload);
            digest = SignalShape.Digest(c.SignalType, c.Reason, payload);
        }
        catch (JsonRefused refused)
        {
            return Decided(new Refusal(SignalShape.InvalidPayload, refused.Message));
        }
        if (payload is { } held && Values.HoldsNull(held))
            return Decided(new Refusal(SignalShape.InvalidPayload, "a text holds U+0000"));
        if (signals is not null && signals.TryGetValue(c.SignalId, out var first))
            return first.Digest == digest ? FirstAnswer(c, first) : Decided(SignalShape.Duplicate(c.SignalId));
        var stepId = payload is { } given ? Text(given, "stepId") : null;
        if ((Denied(c) ?? Impossible(c.SignalType, stepId, payload)) is { } denied)
        {
            if (!IsTerminal)
                Write(new SignalRejected(c.SignalId, c.SignalType, stepId, c.Reason, denied.Code, decisionId, digest, occurrences.Rejected + 1));
            return Decided(denied);
        }
        if (IsTerminal && c.SignalType != SignalTypes.RetryRun)
            return Decided();
        Write(new SignalAccepted(c.SignalId, c.SignalType, stepId, c.Reason, payload, decisionId, digest, occurrences.Accepted + 1));
        CarryOut(c, stepId, payload);
        Advance();
        return c.SignalType == SignalTypes.RetryRun ? Decided() with { NewRun = NewRunOf(c.SignalId, signals![c.SignalId].FromStep) } : Decided();
    }

    Decision FirstAnswer(SignalRun c, SignalRecord first) => first.Code is { } code
        ? Decided(new Refusal(code, "as answered before"))
        : Decided() with { NewRun = c.SignalType == SignalTypes.RetryRun ? NewRunOf(c.SignalId, first.FromStep) : null, Ignored = true };

    static Refusal? Denied(SignalRun c)
    {
        if (!SignalShape.Allows(c.SignalType, c.Roles))
            return new Refusal("AUTHZ_DENIED", $"your roles do not allow {c.SignalType}");
        return SignalShape.NeedsReason(c.SignalType) && string.IsNullOrWhiteSpace(c.Reason)
            ? new Refusal("AUTHZ_REASON_REQUIRED", $"{c.SignalType} needs a reason")
            : null;
    }

    Refusal? Impossible(string type, string? stepId, JsonElement? payload)
    {
        if (type is SignalTypes.UpdateParams or SignalTypes.InjectOverride or SignalTypes.UpdateTarget or SignalTypes.EscalateAlert)
            return new Refusal("SIGNAL_NOT_IMPLEMENTED", $"{type} is not carried out yet");
        if (type == SignalTypes.RetryRun)
            return !IsTerminal
                ? new Refusal("RUN_NOT_TERMINAL", "only a run at its end can be run again")
                : payload is { } given && Text(given, "fromStep") is { } from && !Plan.TryStep(from, out _) ? NoStep(from) : null;
        if (IsTerminal)
            return Status == RunStatus.Cancelled && type is SignalTypes.Cancel or SignalTypes.EmergencyStop
                ? null
                : new Refusal("RUN_TERMINAL", $"the run is {StatusNames.Of(Status)}");
        if (type == SignalTypes.Resume && pauseCause == StepFailedCause)
            return new Refusal("RUN_PARKED", $"step {Plan.Steps[FirstIn(Phase.Parked)].StepId} failed: retry or skip it");
        if (stepId is null)
            return null;
        if (!Plan.TryStep(stepId, out var step))
            return NoStep(stepId);
        if (compensating && PhaseOf(step.Index) is Phase.Failing or Phase.Parked)
            return new Refusal("STEP_TERMINAL", "the run is being undone");
        return type == SignalTypes.RetryStep ? CannotRetry(step.Index) : CannotSkip(step.Index);
    }

    static Refusal NoStep(string stepId) => new("STEP_NOT_FOUND", $"the plan has no step {stepId}");

    Refusal? CannotRetry(int index) => PhaseOf(index) switch
    {
        Phase.Parked or Phase.Failing => null,
        Phase.Settled => new Refusal("STEP_TERMINAL", "the step has come to its end and others went on from there"),
        _ => new Refusal("STEP_NOT_TERMINAL", "the step has not failed for good"),
    };

    Refusal? CannotSkip(int index) => PhaseOf(index) switch
    {
        Phase.Idle or Phase.Retrying or Phase.Parked or Phase.Failing => null,
        Phase.Settled when steps[index]!.Status == StepStatus.Skipped => null,
        Phase.Settled => new Refusal("STEP_TERMINAL", "the step has come to its end"),
        _ => new Refusal("STEP_NOT_TERMINAL", "the step is running"),
    };

    void CarryOut(SignalRun c, string? stepId, JsonElement? payload)
    {
        switch (c.SignalType)
        {
            case SignalTypes.Pause when !(Status == RunStatus.Paused && pauseCause == SignalCause):
                Write(new RunPaused(SignalCause, c.SignalId, c.Reason, occurrences.Paused + 1));
                break;
            case SignalTypes.Resume when Status == RunStatus.Paused:
                Resume(c);
                break;
            // A run that is being undone ends as soon as it can; what made it fail stays its end.
            case SignalTypes.Cancel when !compensating:
                Write(new RunCancelRequested(c.SignalId, c.Reason, Emergency: false, occurrences.CancelRequested + 1));
                break;
            case SignalTypes.EmergencyStop:
                Write(new RunCancelRequested(c.SignalId, c.Reason, Emergency: true, occurrences.CancelRequested + 1));
                break;
            case SignalTypes.RetryStep:
                RetryStep(c, stepId!, payload!.Value);
                break;
            case SignalTypes.SkipStep when Plan.TryStep(stepId!, out var step) && PhaseOf(step.Index) != Phase.Settled:
                SkipStep(c, step.Index);
                break;
        }
    }

    void RetryStep(SignalRun c, string stepId, JsonElement payload)
    {
        Plan.TryStep(stepId, out var step);
        JsonElement? input = payload.TryGetProperty("input", out var given) ? given : null;
        Write(new StepRetryScheduled(stepId, steps[step!.Index]!.Attempt + 1, EngineAttempt: 1, now, input));
        if (pauseCause == StepFailedCause)
            Resume(c);
    }

    void SkipStep(SignalRun c, int index)
    {
        var parked = PhaseOf(index) == Phase.Parked;
        var attempt = Math.Max(1, steps[index]?.Attempt ?? 1);
        Write(new StepSkipped(Plan.Steps[index].StepId, attempt, EngineAttempt: 1, SkipReasons.OperatorSkip));
        if (parked && pauseCause == StepFailedCause)
            Resume(c);
    }

    void Resume(SignalRun c) => Write(new RunResumed(c.SignalId, c.Reason, occurrences.Resumed + 1));

    /// <summary>Every run that <c>RETRY_RUN</c> asked this one for, to publish again what a crash may have lost.</summary>
    public IEnumerable<StartRun> OwedRuns() =>
        signals?.Where(s => s.Value is { Code: null, Type: SignalTypes.RetryRun }).Select(s => NewRunOf(s.Key, s.Value.FromStep)) ?? [];

    StartRun NewRunOf(string signalId, string? fromStep)
    {
        var lineage = new RunLineage(
            Lineage?.OriginRunId ?? RunId, RunId, (Lineage?.RunAttempt ?? 1) + 1, fromStep is null ? null : KeptBefore(fromStep));
        return new StartRun(NamedId.Of("retry-run", RunId, signalId).ToString(), Plan.PlanId, Plan.Version, Plan.Digest, Input, Context, lineage);
    }

    SortedDictionary<string, JsonElement> KeptBefore(string fromStep)
    {
        var kept = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        Plan.TryStep(fromStep, out var from);
        var again = DependantsOf(from!.Index);
        foreach (var step in Plan.Steps)
            if (step.Index != from.Index && !again[step.Index] && steps[step.Index] is { Status: StepStatus.Completed } done)
                kept[step.StepId] = done.Result ?? NullValue;
        return kept;
    }

    static readonly JsonElement NullValue = JsonElement.Parse("null");
}
