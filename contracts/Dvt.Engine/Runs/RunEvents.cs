using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

/// <summary>Events of a run as the log keeps them: a type name and JSON data. Both ways, and the one place for older forms.</summary>
public static partial class RunEvents
{
    static readonly JsonWriterOptions Raw = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string TypeName(IEvent e) => e is UnknownRunEvent unknown ? unknown.Type : e.GetType().Name;

    public static byte[] Bytes(IEvent e)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        Write(e, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    public static void Write(IEvent e, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, Raw);
        Write(e, writer);
    }

    /// <summary>Throws <see cref="ArgumentException"/> for an event of another domain.</summary>
    public static void Write(IEvent e, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (e is IStepEvent step)
        {
            writer.WriteString("stepId"u8, step.StepId);
            writer.WriteNumber("attempt"u8, step.Attempt);
            writer.WriteNumber("engineAttempt"u8, step.EngineAttempt);
            WriteStepData(e, writer);
        }
        else
        {
            WriteRunData(e, writer);
        }
        if (e is IRecurringEvent recurring)
            writer.WriteNumber("occurrence"u8, recurring.Occurrence);
        writer.WriteEndObject();
    }

    static void WriteStepData(IEvent e, Utf8JsonWriter writer)
    {
        switch (e)
        {
            case StepStarted started:
                writer.Value("input"u8, started.Input);
                break;
            case StepCompleted completed:
                writer.Value("result"u8, completed.Result);
                writer.Flag("override"u8, completed.Override);
                writer.Text("signalId"u8, completed.SignalId);
                writer.Flag("kept"u8, completed.Kept);
                writer.Cost(completed.Cost);
                break;
            case StepFailed failed:
                writer.Error("error"u8, failed.Error);
                writer.WriteBoolean("final"u8, failed.Final);
                writer.Cost(failed.Cost);
                break;
            case StepRetryScheduled scheduled:
                writer.WriteString("dueAt"u8, Moments.Text(scheduled.DueAt));
                writer.Value("input"u8, scheduled.Input);
                break;
            case StepSkipped skipped:
                writer.WriteString("reasonCode"u8, skipped.ReasonCode);
                break;
            case TimerSet timer:
                writer.WriteString("purpose"u8, timer.Purpose);
                if (timer.DueAt is { } due)
                    writer.WriteString("dueAt"u8, Moments.Text(due));
                writer.Text("signal"u8, timer.Signal);
                break;
            case TimerFired fired:
                writer.WriteString("purpose"u8, fired.Purpose);
                break;
            case StepRecovered or StepCancelled:
                break;
            case StepTargetChanged:
                WriteSteeringData(e, writer);
                break;
            default:
                WriteApprovalData(e, writer);
                break;
        }
    }

    static void WriteRunData(IEvent e, Utf8JsonWriter writer)
    {
        switch (e)
        {
            case RunQueued queued:
                writer.WriteString("planId"u8, queued.PlanId);
                writer.WriteString("planVersion"u8, queued.PlanVersion);
                writer.WriteString("planDigest"u8, queued.PlanDigest);
                writer.Value("input"u8, queued.Input);
                writer.WritePropertyName("context"u8);
                WriteContext(writer, queued.Context);
                if (queued.Lineage is not null)
                {
                    writer.WritePropertyName("lineage"u8);
                    WriteLineage(writer, queued.Lineage);
                }
                WriteConcurrency(writer, queued.Concurrency);
                ApprovalJson.WriteTexts(writer, "startedBy"u8, queued.StartedBy ?? []);
                break;
            case RunPaused paused:
                writer.WriteString("cause"u8, paused.Cause);
                WriteSignalled(writer, paused.SignalId, paused.Reason);
                break;
            case RunResumed resumed:
                WriteSignalled(writer, resumed.SignalId, resumed.Reason);
                break;
            case RunPauseDrainTimedOut drain:
                writer.WriteString("code"u8, "PAUSE_DRAIN_TIMEOUT"u8);
                writer.WriteStartArray("stepIds"u8);
                foreach (var stepId in drain.StepIds)
                    writer.WriteStringValue(stepId);
                writer.WriteEndArray();
                break;
            case RunCancelRequested requested:
                WriteSignalled(writer, requested.SignalId, requested.Reason);
                writer.WriteBoolean("emergency"u8, requested.Emergency);
                break;
            case RunCancelled cancelled:
                writer.Text("reason"u8, cancelled.Reason);
                writer.Error("compensationError"u8, cancelled.CompensationError);
                break;
            case RunCompleted completed:
                writer.Value("output"u8, completed.Output);
                writer.Cost(completed.Cost);
                break;
            case RunFailed failed:
                writer.Error("error"u8, failed.Error);
                writer.Text("failedStepId"u8, failed.FailedStepId);
                writer.Error("compensationError"u8, failed.CompensationError);
                break;
            case RunCompensationStarted compensation:
                writer.Error("error"u8, compensation.Error);
                writer.Text("failedStepId"u8, compensation.FailedStepId);
                break;
            case RunStarted or RunAdmitted:
                break;
            case RunBudgetExceeded or RunBudgetChanged:
                WriteBudgetData(e, writer);
                break;
            case RunContinued continued:
                writer.WriteString("asRunId"u8, continued.AsRunId);
                writer.Value("input"u8, continued.Input);
                break;
            default:
                WriteSignalData(e, writer);
                break;
        }
    }

    static void WriteSignalData(IEvent e, Utf8JsonWriter writer)
    {
        switch (e)
        {
            case SignalAccepted accepted:
                WriteSignalled(writer, accepted.SignalId, accepted.Reason);
                writer.WriteString("signalType"u8, accepted.SignalType);
                writer.Text("stepId"u8, accepted.StepId);
                writer.Value("payload"u8, accepted.Payload);
                writer.WriteString("decisionId"u8, accepted.DecisionId);
                writer.WriteString("digest"u8, accepted.Digest);
                writer.Text("approvedBy"u8, accepted.ApprovedBy);
                writer.Text("person"u8, accepted.Person);
                break;
            case SignalRejected rejected:
                WriteSignalled(writer, rejected.SignalId, rejected.Reason);
                writer.WriteString("signalType"u8, rejected.SignalType);
                writer.Text("stepId"u8, rejected.StepId);
                writer.WriteString("code"u8, rejected.Code);
                writer.WriteString("decisionId"u8, rejected.DecisionId);
                writer.WriteString("digest"u8, rejected.Digest);
                break;
            case ExternalSignalReceived received:
                writer.WriteString("signalId"u8, received.SignalId);
                writer.WriteString("name"u8, received.Name);
                writer.Value("payload"u8, received.Payload);
                writer.WriteString("digest"u8, received.Digest);
                break;
            default:
                if (!WriteSteeringData(e, writer))
                    throw new ArgumentException($"{e.GetType().Name} is no event of a run", nameof(e));
                break;
        }
    }

    static void WriteSignalled(Utf8JsonWriter writer, string? signalId, string? reason)
    {
        writer.Text("signalId"u8, signalId);
        writer.Text("reason"u8, reason);
    }

    internal static void WriteContext(Utf8JsonWriter writer, RunContext context)
    {
        writer.WriteStartObject();
        writer.Text("actorId"u8, context.ActorId);
        if (context.Labels is { Count: > 0 } labels)
        {
            writer.WriteStartObject("labels"u8);
            foreach (var (name, value) in labels.OrderBy(l => l.Key, StringComparer.Ordinal))
                writer.WriteString(name, value);
            writer.WriteEndObject();
        }
        writer.WriteNumber("priority"u8, context.Priority ?? Plans.Plan.DefaultPriority);
        writer.Text("correlationId"u8, context.CorrelationId);
        writer.WriteEndObject();
    }

    internal static void WriteLineage(Utf8JsonWriter writer, RunLineage lineage)
    {
        writer.WriteStartObject();
        writer.WriteString("originRunId"u8, lineage.OriginRunId);
        writer.WriteString("parentRunId"u8, lineage.ParentRunId);
        writer.WriteNumber("runAttempt"u8, lineage.RunAttempt);
        if (lineage.Continued is { } continued)
            WriteContinued(writer, continued);
        if (lineage.Above is { } above)
            WriteAbove(writer, above);
        ApprovalJson.WriteTexts(writer, "leftAlone"u8, lineage.LeftAlone ?? []);
        if (lineage.Kept is { Count: > 0 } kept)
        {
            writer.WriteStartObject("kept"u8);
            foreach (var (stepId, result) in kept.OrderBy(k => k.Key, StringComparer.Ordinal))
            {
                writer.WritePropertyName(stepId);
                writer.WriteRawValue(Values.Raw(Values.Canonical(result)), skipInputValidation: true);
            }
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }
}

/// <summary>An event of a later release: counted, otherwise passed over.</summary>
public sealed record UnknownRunEvent(string Type) : IEvent;
