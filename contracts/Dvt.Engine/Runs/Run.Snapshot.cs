using System.Buffers;
using System.Text.Json;
using Dvt.Engine.Json;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

public sealed partial class Run
{
    static readonly StepState Untouched = new();

    public RunSnapshot Snapshot() => new(
        RunId, Plan.PlanId, Plan.Version, Plan.Digest, StatusNames.Of(Status), Substatus, Seq, Input, Context, Lineage,
        QueuedAt, StartedAt, EndedAt, [.. Plan.Steps.Select(SnapshotOf)], Output, Error, FailedStepId, CompensationError,
        alerts is null ? null : Alerts, held is null ? null : HeldSignals, Continuation?.AsRunId, CostSoFar, BudgetNow, Concurrency);

    StepSnapshot SnapshotOf(StepPlan step)
    {
        var state = steps[step.Index] ?? Untouched;
        return new StepSnapshot(
            step.StepId, step.Kind.Name, StatusNames.Of(state.Status), state.Attempt, state.EngineAttempt, state.StartedAt, state.EndedAt,
            state.DueAt, state.WaitSignal, state.Kept && state.Status == StepStatus.Pending ? null : ShownResult(state), state.Error, state.SkipReason, state.Kept,
            state.Undo is { } undo ? CompensationOf(step.Compensation!, undo) : null, state.Overridden && state.Status == StepStatus.Completed, state.Target)
        {
            Approval = state.Approval is { } approval ? ApprovalOf(approval) : null,
            Items = state.Map is { } map ? CountsOf(map, state) : null,
            SubRunId = step.Kind.Mode == StepMode.SubRun && state is { Attempt: > 0, StartedAt: not null, Kept: false }
                ? SubRunId(RunId, step.StepId, state.Attempt)
                : null,
        };
    }

    static ApprovalSnapshot ApprovalOf(ApprovalState approval) => new(
        approval.ApprovalId, StatusNames.Of(approval.Outcome), approval.Terms.Title, approval.Terms.Description, approval.Terms.Data,
        approval.Standing.Roles, approval.Terms.FourEyes, approval.Terms.MinApprovals, approval.Missing, approval.RequestedAt,
        approval.Standing.Deadline, approval.Terms.OnDeadline, approval.Standing.Level,
        approval.IsOpen ? approval.Standing.EscalatesAt(approval.Terms) : null, approval.EndedAt,
        [
            .. approval.Votes.Select(v => new ApprovalDecision("approved", v.By, v.Comment, v.At)),
            .. approval.Denial is { } denial ? [new ApprovalDecision("denied", denial.By, denial.Comment, denial.At)] : (ApprovalDecision[])[],
        ]);

    static CompensationSnapshot CompensationOf(StepPlan step, StepState undo) => new(
        step.Kind.Name, StatusNames.Of(undo.Status), undo.Attempt, undo.EngineAttempt, undo.StartedAt, undo.EndedAt, undo.DueAt, undo.Result, undo.Error);

    /// <summary><c>s1:</c> and the hex SHA-256 over the RFC 8785 form of the snapshot; the prefix names this rule.</summary>
    public string SnapshotHash()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Raw))
            WriteHashed(writer);
        return "s1:" + CanonicalJson.Digest(JsonElement.Parse(buffer.WrittenSpan, Deep));
    }

    void WriteHashed(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("runId"u8, RunId);
        writer.WriteString("planId"u8, Plan.PlanId);
        writer.WriteString("planVersion"u8, Plan.Version);
        writer.WriteString("planDigest"u8, Plan.Digest);
        writer.WriteString("status"u8, StatusNames.Of(Status));
        writer.Text("substatus"u8, Substatus);
        writer.WriteBoolean("paused"u8, Status == RunStatus.Paused);
        writer.WriteNumber("seq"u8, Seq);
        WriteMoment(writer, "queuedAt"u8, QueuedAt);
        WriteMoment(writer, "startedAt"u8, StartedAt);
        WriteMoment(writer, "completedAt"u8, EndedAt);
        writer.Value("input"u8, Input.ValueKind == JsonValueKind.Undefined ? null : Input);
        writer.Value("output"u8, Output);
        writer.Error("error"u8, Error);
        writer.Text("failedStepId"u8, FailedStepId);
        writer.Text("continuedAs"u8, Continuation?.AsRunId);
        writer.Error("compensationError"u8, CompensationError);
        if (tokens > 0)
            writer.WriteNumber("tokens"u8, tokens);
        WriteMoney(writer, "money"u8, money);
        writer.Text("concurrencyKey"u8, Concurrency?.Key);
        writer.WriteStartObject("steps"u8);
        foreach (var step in Plan.Steps)
            WriteHashed(writer, SnapshotOf(step), DigestOf(steps[step.Index]));
        writer.WriteEndObject();
        WriteAlerts(writer);
        WriteHeld(writer);
        writer.WriteEndObject();
    }

    static void WriteHashed(Utf8JsonWriter writer, StepSnapshot step, string? digest)
    {
        writer.WriteStartObject(step.StepId);
        writer.WriteString("status"u8, step.Status);
        writer.WriteNumber("attempts"u8, step.Attempt);
        writer.WriteNumber("engineAttempts"u8, step.EngineAttempt);
        WriteMoment(writer, "startedAt"u8, step.StartedAt);
        WriteMoment(writer, "completedAt"u8, step.EndedAt);
        WriteMoment(writer, "dueAt"u8, step.DueAt);
        writer.Text("waitingFor"u8, step.WaitingFor);
        writer.Value("result"u8, step.Result);
        writer.Error("error"u8, step.Error);
        writer.Text("skipReason"u8, step.SkipReason);
        writer.Flag("kept"u8, step.Kept);
        if (step.Items is { } items)
            WriteHashed(writer, items, digest);
        writer.Flag("overridden"u8, step.Overridden);
        writer.Value("target"u8, step.Target);
        if (step.Compensation is { } compensation)
            WriteHashed(writer, compensation);
        if (step.Approval is { } approval)
            WriteHashed(writer, approval);
        writer.WriteEndObject();
    }

    static void WriteHashed(Utf8JsonWriter writer, ApprovalSnapshot approval)
    {
        writer.WriteStartObject("approval"u8);
        writer.WriteString("approvalId"u8, approval.ApprovalId);
        writer.WriteString("status"u8, approval.Status);
        ApprovalJson.WriteTexts(writer, "roles"u8, approval.Roles);
        writer.WriteNumber("missing"u8, approval.Missing);
        writer.WriteNumber("level"u8, approval.Level);
        WriteMoment(writer, "deadline"u8, approval.Deadline);
        WriteMoment(writer, "endedAt"u8, approval.EndedAt);
        writer.WriteStartArray("decisions"u8);
        foreach (var (decision, by, comment, at) in approval.Decisions)
        {
            writer.WriteStartObject();
            writer.WriteString("decision"u8, decision);
            ApprovalJson.WriteVote(writer, new ApprovalVote(by, comment, at));
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    static void WriteHashed(Utf8JsonWriter writer, CompensationSnapshot compensation)
    {
        writer.WriteStartObject("compensation"u8);
        writer.WriteString("status"u8, compensation.Status);
        writer.WriteNumber("attempts"u8, compensation.Attempt);
        writer.WriteNumber("engineAttempts"u8, compensation.EngineAttempt);
        WriteMoment(writer, "startedAt"u8, compensation.StartedAt);
        WriteMoment(writer, "completedAt"u8, compensation.EndedAt);
        WriteMoment(writer, "dueAt"u8, compensation.DueAt);
        writer.Value("result"u8, compensation.Result);
        writer.Error("error"u8, compensation.Error);
        writer.WriteEndObject();
    }

    static void WriteMoment(Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset? moment)
    {
        if (moment is { } given)
            writer.WriteString(name, Moments.Text(given));
    }
}
