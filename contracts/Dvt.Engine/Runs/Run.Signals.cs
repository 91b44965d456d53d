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
        if (IsPassedOn(c))
            return Decided();
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
        // A bulk job means the runs it names.
        if (Continuation is { } next && c.SignalType != SignalTypes.RetryRun && c.BulkJobId is null)
            return Decided() with { NewRun = NextLink(), PassTo = next.AsRunId };
        if (HistoryFull(c.SignalType) is { } full)
        {
            Rule(c, decisionId, stepId: null, SignalVerdicts.Rejected, full.Code, changed: false);
            return Decided(full);
        }
        var stepId = payload is { } given ? Text(given, "stepId") : null;
        if ((Denied(c) ?? GetsAround(c, stepId) ?? Impossible(c.SignalType, stepId, payload) ?? Overtaken(c)) is { } denied)
        {
            if (!IsTerminal)
                Write(new SignalRejected(c.SignalId, c.SignalType, stepId, c.Reason, denied.Code, decisionId, digest, occurrences.Rejected + 1));
            Rule(c, decisionId, stepId, SignalVerdicts.Rejected, denied.Code, changed: false);
            return Decided(denied);
        }
        if (IsTerminal && c.SignalType != SignalTypes.RetryRun)
        {
            Rule(c, decisionId, stepId, SignalVerdicts.Accepted, code: null, changed: false);
            return Decided();
        }
        if (c.HeldSeconds is { } seconds && !IsTerminal)
            return Hold(c, stepId, payload, decisionId, digest, seconds);
        Write(new SignalAccepted(c.SignalId, c.SignalType, stepId, c.Reason, payload, decisionId, digest, occurrences.Accepted + 1,
            c.ApprovedBy, Person: Plan.TellsStarters && c.SignalType == SignalTypes.RetryRun ? c.Person : null));
        var before = written.Count;
        CarryOut(c, stepId, payload);
        Rule(c, decisionId, stepId, SignalVerdicts.Accepted, code: null, changed: written.Count > before || IsTerminal);
        Advance();
        return c.SignalType == SignalTypes.RetryRun ? Decided() with { NewRun = NewRunOf(c.SignalId, signals![c.SignalId]) } : Decided();
    }

    Decision FirstAnswer(SignalRun c, SignalRecord first) => first.Code is { } code and not SignalVerdicts.RevisionRequired
        ? Decided(new Refusal(code, "as answered before"))
        : Decided() with { NewRun = c.SignalType == SignalTypes.RetryRun ? NewRunOf(c.SignalId, first) : null, Ignored = true };

    /// <summary>Taking back a pause that another signal has replaced meanwhile would take back that one's.</summary>
    Refusal? Overtaken(SignalRun c) =>
        c is { Undoes: { } undone, SignalType: SignalTypes.Resume } && Status == RunStatus.Paused && pausedBy != undone
            ? new Refusal("UNDO_OVERTAKEN", "the run was paused anew by someone else")
            : null;

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
        if (type == SignalTypes.RetryRun)
            return !IsTerminal
                ? new Refusal("RUN_NOT_TERMINAL", "only a run at its end can be run again")
                : payload is { } given && Text(given, "fromStep") is { } from && !Plan.TryStep(from, out _) ? NoStep(from) : null;
        if (IsTerminal)
            return Status == RunStatus.Cancelled && type is SignalTypes.Cancel or SignalTypes.EmergencyStop
                ? null
                : new Refusal("RUN_TERMINAL", $"the run is {StatusNames.Of(Status)}");
        if (type == SignalTypes.Resume && pauseCause == StepFailedCause)
            return new Refusal("RUN_PARKED", $"step {Plan.Steps[compensating ? FirstParkedUndo() : FirstIn(Phase.Parked)].StepId} failed: retry or skip it");
        if (type == SignalTypes.Resume)
            return StillExceeded(BudgetIn(payload));
        if (stepId is null)
            return type == SignalTypes.UpdateParams ? CannotUpdateParams(payload!.Value) : null;
        if (!Plan.TryStep(stepId, out var step))
            return NoStep(stepId);
        if ((type == SignalTypes.RetryStep && HasFailedUndo(step.Index)) || (type == SignalTypes.SkipStep && HasParkedUndo(step.Index)))
            return null;
        if (compensating && PhaseOf(step.Index) is Phase.Failing or Phase.Parked)
            return new Refusal("STEP_TERMINAL", "the run is being undone");
        return type switch
        {
            SignalTypes.RetryStep => CannotRetry(step.Index),
            SignalTypes.InjectOverride => CannotOverride(step.Index, payload!.Value),
            SignalTypes.UpdateTarget => CannotUpdateTarget(step.Index, payload!.Value),
            _ => CannotSkip(step.Index),
        };
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
        if (c.SignalType == SignalTypes.Resume && BudgetIn(payload) is { } budget)
            ChangeBudget(budget, c.SignalId, c.Reason);
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
            case SignalTypes.SkipStep when Plan.TryStep(stepId!, out var left) && HasParkedUndo(left.Index):
                SkipUndo(c, left.Index);
                break;
            case SignalTypes.SkipStep when Plan.TryStep(stepId!, out var step) && PhaseOf(step.Index) != Phase.Settled:
                SkipStep(c, step.Index);
                break;
            case SignalTypes.UpdateParams:
                UpdateParams(c.SignalId, payload!.Value);
                break;
            case SignalTypes.InjectOverride when Plan.TryStep(stepId!, out var injected):
                InjectOverride(c, injected.Index, payload!.Value);
                break;
            case SignalTypes.UpdateTarget when Plan.TryStep(stepId!, out var aimed):
                UpdateTarget(c.SignalId, aimed.Index, payload!.Value);
                break;
            case SignalTypes.EscalateAlert:
                Write(new RunAlertRaised(c.SignalId, Text(payload!.Value, "level")!, Text(payload.Value, "note"), occurrences.Alerted + 1));
                break;
        }
    }

    void RetryStep(SignalRun c, string stepId, JsonElement payload)
    {
        Plan.TryStep(stepId, out var step);
        JsonElement? input = payload.TryGetProperty("input", out var given) ? given : null;
        if (HasFailedUndo(step!.Index))
        {
            RetryUndo(c, step.Index, input);
            return;
        }
        Write(new StepRetryScheduled(stepId, steps[step.Index]!.Attempt + 1, EngineAttempt: 1, now, input));
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

    /// <summary>Every run that <c>RETRY_RUN</c> asked this one for, and the one that goes on, to publish again what a crash may have lost.</summary>
    public IEnumerable<StartRun> OwedRuns() =>
    [
        .. signals?.Where(s => s.Value is { Code: null, Type: SignalTypes.RetryRun }).Select(s => NewRunOf(s.Key, s.Value)) ?? [],
        .. NextLink() is { } next ? (StartRun[])[next] : [],
    ];

    StartRun NewRunOf(string signalId, SignalRecord signal)
    {
        var fromStep = signal.FromStep;
        var kept = fromStep is null ? null : KeptBefore(fromStep);
        var lineage = new RunLineage(
            Lineage?.OriginRunId ?? RunId, RunId, (Lineage?.RunAttempt ?? 1) + 1, kept, Lineage?.Continued,
            LeftAlone: kept is null ? null : OthersUndo(kept.Keys, signalId, signal));
        return new StartRun(NamedId.Of("retry-run", RunId, signalId).ToString(), Plan.PlanId, Plan.Version, Plan.Digest, Input, Context, lineage,
            Plan.TellsStarters ? [.. StartedBy.Concat(signal.Person is { } again ? [again] : []).Distinct()] : null);
    }

    SortedDictionary<string, JsonElement> KeptBefore(string fromStep)
    {
        var kept = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        Plan.TryStep(fromStep, out var from);
        var again = DependantsOf(from!.Index);
        foreach (var step in Plan.Steps)
            if (step.Index != from.Index && !again[step.Index] && steps[step.Index] is { Status: StepStatus.Completed } done)
                kept[step.StepId] = ResultOf(done) ?? NullValue;
        return kept;
    }

    /// <summary>Of two retries that keep a step the one asked for first undoes it: what was done once is undone once.</summary>
    string[]? OthersUndo(IEnumerable<string> kept, string signalId, SignalRecord signal)
    {
        var taken = new HashSet<string>(Lineage?.LeftAlone?.Where(s => Plan.TryStep(s, out var step) && steps[step.Index] is { Kept: true }) ?? [], StringComparer.Ordinal);
        foreach (var (otherId, other) in signals!)
            if (other is { Type: SignalTypes.RetryRun, Code: null, FromStep: { } from } && otherId != signalId && other.Occurrence < signal.Occurrence)
                taken.UnionWith(KeptBefore(from).Keys);
        string[] left = [.. kept.Where(s => taken.Contains(s) && Plan.TryStep(s, out var step) && step.Compensation is not null)];
        return left.Length == 0 ? null : left;
    }

    static readonly JsonElement NullValue = JsonElement.Parse("null");
}
