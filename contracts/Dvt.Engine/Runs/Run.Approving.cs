using System.Buffers;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

// Steps that ask people. An answer is told when it is given and carried out when the run is not paused.
public sealed partial class Run
{
    const string Nobody = "system";
    const int MaxComment = 1_000;

    void BeginApproval(StepPlan step, int attempt)
    {
        Write(new StepStarted(step.StepId, attempt, EngineAttempt: 1, Input: null));
        if (!TryInput(step, steps[step.Index]?.InputOverride, out var with, out var error) || !TryTerms(step, with, out var terms, out error))
        {
            Fail(step, error!);
            return;
        }
        var approvalId = NamedId.Of("approval", RunId, step.StepId, $"{attempt}").ToString();
        Write(new ApprovalRequested(step.StepId, attempt, EngineAttempt: 1, approvalId, terms!, ApprovalStanding.After(now, terms!.Period)));
        EndApproval(step.Index);
    }

    bool TryTerms(StepPlan step, JsonElement? with, out ApprovalTerms? terms, out StepError? error)
    {
        (terms, error) = (null, null);
        var asked = with is { ValueKind: JsonValueKind.Object } given ? given : EmptyInput;
        var escalation = asked.TryGetProperty("escalation", out var levels)
            ? levels.ValueKind == JsonValueKind.Array ? [.. levels.EnumerateArray().Select(LevelOf)] : (EscalationLevel[])[LevelOf(levels)]
            : [];
        terms = new ApprovalTerms(
            Text(asked, "title") ?? step.StepId,
            Text(asked, "description"),
            asked.TryGetProperty("data", out var data) && data.ValueKind != JsonValueKind.Null ? data : null,
            RolesOf(asked),
            Text(asked, "deadline"),
            Text(asked, "onDeadline") ?? DeadlineActions.Deny,
            escalation,
            !asked.TryGetProperty("fourEyes", out var fourEyes) || fourEyes.ValueKind != JsonValueKind.False,
            asked.TryGetProperty("minApprovals", out var min) ? (int)min.GetDouble() : 1,
            StartedBy);
        // The schema lets through what only looks like a duration, such as one of more than 100 years.
        if (new[] { terms.Period }.Concat(escalation.Select(l => l.After)).FirstOrDefault(d => d is not null && ApprovalStanding.After(now, d) is null) is { } wrong)
            error = Permanent("INVALID_WITH", $"{wrong} is no duration that can be waited for");
        return error is null;
    }

    static EscalationLevel LevelOf(JsonElement level) => new(Text(level, "after"), RolesOf(level));

    static string[] RolesOf(JsonElement from) => Text(from, "role") is { } role
        ? [role]
        : from.TryGetProperty("roles", out var roles) ? [.. roles.EnumerateArray().Select(r => r.GetString()!).Distinct(StringComparer.Ordinal)] : [];

    /// <summary>Carries out what has been decided, by people or by time.</summary>
    void EndApproval(int index)
    {
        var (step, state) = (Plan.Steps[index], steps[index]!);
        while (PhaseOf(index) == Phase.WaitingApproval)
        {
            var approval = state.Approval!;
            switch (approval.Outcome)
            {
                case ApprovalOutcome.Approved or ApprovalOutcome.ExpiredApproved:
                    Write(new StepCompleted(step.StepId, state.Attempt, state.EngineAttempt, ResultOf(approval)));
                    break;
                case ApprovalOutcome.Denied:
                    Fail(step, Permanent("APPROVAL_DENIED", Storable($"denied by {approval.Denial!.By}{(approval.Denial.Comment is { } why ? $": {why}" : "")}")));
                    break;
                case ApprovalOutcome.ExpiredDenied:
                    Fail(step, new StepError("APPROVAL_TIMEOUT", "nobody decided in time", Retryable: false, "TIMEOUT"));
                    break;
                default:
                    if (DueOf(index) is not { } due || due > now)
                        return;
                    Overtake(step, state, approval);
                    break;
            }
        }
    }

    /// <summary>Time comes before people.</summary>
    void Overtake(StepPlan step, StepState state, ApprovalState approval)
    {
        var (standing, terms) = (approval.Standing, approval.Terms);
        if (state.StartedAt + step.Timeout is { } limit && limit <= now && !(standing.Due(terms) < limit))
        {
            Write(new ApprovalWithdrawn(step.StepId, state.Attempt, state.EngineAttempt, approval.ApprovalId));
            Fail(step, new StepError("STEP_TIMEOUT", "the step took longer than its timeout", Retryable: false, "TIMEOUT"));
        }
        else if (standing.IsEscalationDue(terms, now))
            Escalate(step, state, approval);
        else
            Write(new ApprovalExpired(
                step.StepId, state.Attempt, state.EngineAttempt, approval.ApprovalId, terms.OnDeadline == DeadlineActions.Approve ? "approved" : "denied"));
    }

    void Escalate(StepPlan step, StepState state, ApprovalState approval)
    {
        var next = approval.Standing.Escalated(approval.Terms, now);
        Write(new ApprovalEscalated(
            step.StepId, state.Attempt, state.EngineAttempt, approval.ApprovalId, next.Level, next.Roles, next.Deadline, state.Escalations + 1));
    }

    /// <summary>
    /// A person approves or denies. What is refused leaves no trace in the history: <c>STEP_NOT_FOUND</c>, <c>RUN_TERMINAL</c>,
    /// <c>STEP_NOT_STARTED</c>, <c>STEP_TERMINAL</c>, <c>AUTHZ_DENIED</c>. While the run is paused the answer is kept.
    /// </summary>
    public Decision Decide(DecideApproval c, DateTimeOffset now)
    {
        Begin(now);
        if (c.Decision is not (ApprovalDecisions.Approve or ApprovalDecisions.Deny))
            return Decided(new Refusal("validation_failed", "decision is approve or deny"));
        if (!Plan.TryStep(c.StepId, out var step) || step.Kind.Name != ApprovalKind.Name)
            return Decided(new Refusal("STEP_NOT_FOUND", $"the plan has no approval step {c.StepId}"));
        var state = steps[step.Index];
        // Also when the step has long ended: who asks again is told the same.
        if (state?.Approval is { } answered && IsAbout(c, answered) && answered.DecisionOf(c.Person) == c.Decision)
            return Decided();
        if ((Closed(c, step.Index) ?? NotAllowed(c, state!.Approval!)) is { } refusal)
            return Decided(refusal);
        var approval = state!.Approval!;
        while (Status != RunStatus.Paused && approval.Standing.IsEscalationDue(approval.Terms, this.now))
            Escalate(step, state, approval);
        var comment = c.Comment is { Length: > 0 } text ? Storable(text.Length <= MaxComment ? text : text[..MaxComment]) : null;
        Write(c.Decision == ApprovalDecisions.Approve
            ? new ApprovalGranted(
                c.StepId, state.Attempt, state.EngineAttempt, approval.ApprovalId, c.Person, comment, approval.Missing - 1, state.Grants + 1)
            : new ApprovalDenied(c.StepId, state.Attempt, state.EngineAttempt, approval.ApprovalId, c.Person, comment));
        Advance();
        return Decided();
    }

    static bool IsAbout(DecideApproval c, ApprovalState approval) => c.ApprovalId is null || c.ApprovalId == approval.ApprovalId;

    Refusal? Closed(DecideApproval c, int index)
    {
        if (IsTerminal)
            return new Refusal("RUN_TERMINAL", $"the run is {StatusNames.Of(Status)}");
        var (step, state) = (Plan.Steps[index], steps[index]);
        if (PhaseOf(index) is Phase.Idle or Phase.Retrying)
            return new Refusal("STEP_NOT_STARTED", "the step has not asked yet");
        if (PhaseOf(index) != Phase.WaitingApproval || state!.Approval is not { IsOpen: true } approval)
            return new Refusal("STEP_TERMINAL", "it has been decided");
        if (!IsAbout(c, approval))
            return new Refusal("STEP_TERMINAL", $"the request is closed; {approval.ApprovalId} is open");
        if (IsEnding)
            return new Refusal("STEP_TERMINAL", "the run is ending");
        // A deadline that has passed stands, also while a pause keeps it from being carried out.
        var ended = Earlier(StandingOf(approval).EndsAt(approval.Terms), state.StartedAt + step.Timeout);
        return ended <= now ? new Refusal("STEP_TERMINAL", "the deadline has passed") : null;
    }

    bool IsEnding => cancelRequested || compensating || (Status == RunStatus.Running && Count(Phase.Failing) > 0);

    ApprovalStanding StandingOf(ApprovalState approval) =>
        Status == RunStatus.Paused ? approval.Standing : approval.Standing.By(approval.Terms, now);

    Refusal? NotAllowed(DecideApproval c, ApprovalState approval)
    {
        var roles = StandingOf(approval).Roles;
        if (!c.Roles.Any(r => r == Roles.TenantAdmin || roles.Contains(r)))
            return new Refusal("AUTHZ_DENIED", $"only {string.Join(", ", roles)} may decide");
        return c.Decision == ApprovalDecisions.Approve && approval.Terms.FourEyes && approval.Terms.StartedBy.Contains(c.Person)
            ? new Refusal("AUTHZ_DENIED", "who started the run may not approve it")
            : null;
    }

    /// <summary>Skipping a step that asks, or injecting what it would have come to, is as good as approving.</summary>
    Refusal? GetsAround(SignalRun c, string? stepId) =>
        c is { SignalType: SignalTypes.SkipStep or SignalTypes.InjectOverride, Person: { } person } && StartedBy.Contains(person)
        && stepId is not null && Plan.TryStep(stepId, out var step) && step.Kind.Name == ApprovalKind.Name && AsksFourEyes(step)
            ? new Refusal("AUTHZ_DENIED", "who started the run may not get around its approvals")
            : null;

    bool AsksFourEyes(StepPlan step) => steps[step.Index]?.Approval?.Terms.FourEyes
        ?? !(step.With?.Literal is { ValueKind: JsonValueKind.Object } with && with.TryGetProperty("fourEyes", out var given) && given.ValueKind == JsonValueKind.False);

    static JsonElement ResultOf(ApprovalState approval)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Raw))
        {
            writer.WriteStartObject();
            writer.WriteString("decision"u8, "approved"u8);
            var last = approval.Outcome == ApprovalOutcome.Approved ? approval.Votes[^1] : new ApprovalVote(Nobody, Comment: null, approval.EndedAt!.Value);
            ApprovalJson.WriteVote(writer, last);
            writer.WriteStartArray("approvals"u8);
            foreach (var vote in approval.Votes)
            {
                writer.WriteStartObject();
                ApprovalJson.WriteVote(writer, vote);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return Values.Canonical(JsonElement.Parse(buffer.WrittenSpan));
    }
}
