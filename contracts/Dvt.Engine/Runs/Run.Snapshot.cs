using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Dvt.Engine.Json;

namespace Dvt.Engine.Runs;

public sealed partial class Run
{
    static readonly StepState Untouched = new();

    public RunSnapshot Snapshot() => new(
        RunId, Plan.PlanId, Plan.Version, Plan.Digest, StatusNames.Of(Status), Substatus, Seq, Input, Context, Lineage,
        QueuedAt, StartedAt, EndedAt, [.. Plan.Steps.Select(SnapshotOf)], Output, Error, FailedStepId, CompensationError);

    StepSnapshot SnapshotOf(Plans.StepPlan step)
    {
        var state = steps[step.Index] ?? Untouched;
        return new StepSnapshot(
            step.StepId, step.Kind.Name, StatusNames.Of(state.Status), state.Attempt, state.EngineAttempt, state.StartedAt, state.EndedAt,
            state.DueAt, state.WaitSignal, state.Kept && state.Status == StepStatus.Pending ? null : state.Result, state.Error, state.SkipReason, state.Kept,
            state.Undo is { } undo ? CompensationOf(step.Compensation!, undo) : null);
    }

    static CompensationSnapshot CompensationOf(Plans.StepPlan step, StepState undo) => new(
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
        writer.Error("compensationError"u8, CompensationError);
        writer.WriteStartObject("steps"u8);
        foreach (var step in Plan.Steps)
            WriteHashed(writer, SnapshotOf(step));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    static void WriteHashed(Utf8JsonWriter writer, StepSnapshot step)
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
        if (step.Compensation is { } compensation)
            WriteHashed(writer, compensation);
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
