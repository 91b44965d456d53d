using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

// Signals that wait for a second person.
public sealed partial class Run
{
    const string RolesPolicy = "roles/1";
    const string SecondPersonPolicy = "second-person/1";

    SortedDictionary<string, HeldSignal>? held;

    /// <summary>Signals that wait for a second person, in the order of their ids.</summary>
    public IReadOnlyList<HeldSignal> HeldSignals => held is null ? [] : [.. held.Values];

    DateTimeOffset? HeldDue => held is { Count: > 0 } ? held.Values.Min(h => h.ExpiresAt) : null;

    void Hold(SignalRevisionRequired required)
    {
        occurrences.Held = required.Occurrence;
        (signals ??= Names<SignalRecord>())[required.SignalId] =
            new(required.SignalType, required.Digest, SignalVerdicts.RevisionRequired, FromStep: null);
        (held ??= Names<HeldSignal>())[required.SignalId] = new(
            required.SignalId, required.SignalType, required.StepId, required.Reason, required.Payload, required.Person, required.Roles,
            Moments.Exact(required.ExpiresAt));
    }

    void Release(string signalId)
    {
        if (held?.Remove(signalId) == true && held.Count == 0)
            held = null;
    }

    Decision Hold(SignalRun c, string? stepId, JsonElement? payload, Guid decisionId, string digest, int seconds)
    {
        Write(new SignalRevisionRequired(
            c.SignalId, c.SignalType, stepId, c.Reason, payload, decisionId, digest, c.Person, c.Roles, Moments.Exact(now.AddSeconds(seconds)),
            occurrences.Held + 1));
        Rule(c, decisionId, stepId, SignalVerdicts.RevisionRequired, code: null, changed: false);
        return Decided();
    }

    /// <summary>
    /// Decides about a signal that waits for a second person. Approved, it is judged again as the run is by now, and carried out.
    /// A repetition of the same decision changes nothing.
    /// </summary>
    public Decision Review(ReviewSignal c, Guid decisionId, DateTimeOffset now)
    {
        Begin(now);
        FinishEnding();
        Expire();
        if (held is null || !held.TryGetValue(c.SignalId, out var signal))
            return Reviewed(c);
        if ((c.Reason?.Length ?? 0) > 1_000 || (c.Reason is { } text && !Values.IsStorable(text)))
            return Decided(SignalShape.Invalid("reason is longer than 1000 characters or no storable text"));
        if (!SignalShape.Allows(signal.SignalType, c.Roles))
            return DeniedReview(signal, c, decisionId, $"your roles do not allow {signal.SignalType}");
        if (c.Approves && (c.Person is null || c.Person == signal.Person))
            return DeniedReview(signal, c, decisionId, "who sent a signal may not approve it");
        if (!c.Approves)
        {
            Reject(signal, "REVISION_REJECTED", decisionId, c);
            return Decided();
        }
        var sent = new SignalRun(RunId, signal.SignalId, signal.SignalType, signal.Reason, signal.Payload, signal.Roles, signal.Person);
        if (Impossible(signal.SignalType, signal.StepId, signal.Payload) is { } impossible)
        {
            Reject(signal, impossible.Code, decisionId, c);
            return Decided(impossible);
        }
        Write(new SignalAccepted(
            signal.SignalId, signal.SignalType, signal.StepId, signal.Reason, signal.Payload, decisionId, signals![signal.SignalId].Digest,
            occurrences.Accepted + 1, c.Person));
        var before = written.Count;
        CarryOut(sent, signal.StepId, signal.Payload);
        Rule(signal, decisionId, SignalVerdicts.Accepted, code: null, c, changed: written.Count > before);
        Advance();
        return Decided();
    }

    Decision Reviewed(ReviewSignal c)
    {
        if (signals is null || !signals.TryGetValue(c.SignalId, out var known))
            return Decided(new Refusal("SIGNAL_NOT_FOUND", $"the run has no signal {c.SignalId} that waits for a second person"));
        var isSame = c.Approves ? known.Code is null : known.Code == "REVISION_REJECTED";
        return isSame ? Decided() : Decided(new Refusal("SIGNAL_DECIDED", $"signal {c.SignalId} is decided already: {known.Code ?? SignalVerdicts.Accepted}"));
    }

    Decision DeniedReview(HeldSignal signal, ReviewSignal c, Guid decisionId, string detail)
    {
        Rule(signal, decisionId, SignalVerdicts.Rejected, "AUTHZ_DENIED", c, changed: false);
        return Decided(new Refusal("AUTHZ_DENIED", detail));
    }

    void Reject(HeldSignal signal, string code, Guid decisionId, ReviewSignal? by)
    {
        Write(new SignalRejected(
            signal.SignalId, signal.SignalType, signal.StepId, by?.Reason ?? signal.Reason, code, decisionId, signals![signal.SignalId].Digest,
            occurrences.Rejected + 1));
        Rule(signal, decisionId, SignalVerdicts.Rejected, code, by, changed: false);
    }

    /// <summary>Nobody approved in time.</summary>
    void Expire()
    {
        if (HeldDue is not { } due || due > now)
            return;
        foreach (var signal in HeldSignals.Where(h => h.ExpiresAt <= now))
            Reject(signal, "REVISION_EXPIRED", NamedId.Of("decision", RunId, signal.SignalId, "expired"), by: null);
    }

    /// <summary>The last events of the run; what still waits for a second person has come too late.</summary>
    void WriteEnd(params IReadOnlyList<IEvent> end)
    {
        foreach (var signal in HeldSignals)
            Reject(signal, "RUN_TERMINAL", NamedId.Of("decision", RunId, signal.SignalId, "ended"), by: null);
        foreach (var e in end)
            Write(e);
    }

    void Rule(SignalRun c, Guid decisionId, string? stepId, string verdict, string? code, bool changed) => (rulings ??= []).Add(new(
        decisionId, c.SignalId, c.SignalType, stepId, c.Reason, verdict, code, SignalShape.EffectiveRole(c.SignalType, c.Roles),
        c.HeldSeconds is null && c.ApprovedBy is null ? RolesPolicy : SecondPersonPolicy, c.Person, c.Roles, changed, BulkJobId: c.BulkJobId));

    void Rule(HeldSignal signal, Guid decisionId, string verdict, string? code, ReviewSignal? by, bool changed) => (rulings ??= []).Add(new(
        decisionId, signal.SignalId, signal.SignalType, signal.StepId, by is null ? signal.Reason : by.Reason, verdict, code,
        by is null ? null : SignalShape.EffectiveRole(signal.SignalType, by.Roles), SecondPersonPolicy, by?.Person, by?.Roles ?? [], changed, Review: true,
        BySystem: by is null));
}

/// <summary>A signal that waits for a second person.</summary>
/// <param name="Person">Who sent it.</param>
public sealed record HeldSignal(
    string SignalId, string SignalType, string? StepId, string? Reason, JsonElement? Payload, string? Person, IReadOnlyList<string> Roles,
    DateTimeOffset ExpiresAt);
