using System.Globalization;
using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

public static partial class RunEvents
{
    /// <summary>
    /// An event from its stored form, values in it made canonical again: a jsonb column reorders members.
    /// A type nobody knows becomes <see cref="UnknownRunEvent"/>; missing members of older forms take their defaults here.
    /// </summary>
    public static IEvent Read(string type, JsonElement data) => type switch
    {
        nameof(RunQueued) => new RunQueued(
            Text(data, "planId")!, Text(data, "planVersion")!, Text(data, "planDigest")!, Value(data, "input") ?? Nothing,
            data.TryGetProperty("context", out var context) ? ReadContext(context) : new RunContext(),
            data.TryGetProperty("lineage", out var lineage) ? ReadLineage(lineage) : null,
            ReadConcurrency(data),
            data.TryGetProperty("startedBy", out _) ? ApprovalJson.ReadTexts(data, "startedBy") : null),
        nameof(RunStarted) => new RunStarted(),
        nameof(RunAdmitted) => new RunAdmitted(),
        nameof(RunBudgetExceeded) or nameof(RunBudgetChanged) => ReadBudgetEvent(type, data),
        nameof(RunPaused) => new RunPaused(Text(data, "cause")!, Text(data, "signalId"), Text(data, "reason"), Occurrence(data)),
        nameof(RunResumed) => new RunResumed(Text(data, "signalId"), Text(data, "reason"), Occurrence(data)),
        nameof(RunPauseDrainTimedOut) => new RunPauseDrainTimedOut(
            [.. data.GetProperty("stepIds").EnumerateArray().Select(s => s.GetString()!)], Occurrence(data)),
        nameof(RunCancelRequested) => new RunCancelRequested(
            Text(data, "signalId")!, Text(data, "reason"), Flag(data, "emergency"), Occurrence(data)),
        nameof(RunCancelled) => new RunCancelled(Text(data, "reason"), OptionalError(data, "compensationError")),
        nameof(RunCompleted) => new RunCompleted(Value(data, "output"), ReadCost(data)),
        nameof(RunFailed) => new RunFailed(
            ReadError(data.GetProperty("error")), Text(data, "failedStepId"), OptionalError(data, "compensationError")),
        nameof(RunContinued) => new RunContinued(Text(data, "asRunId")!, Values.Canonical(data.GetProperty("input"))),
        nameof(RunCompensationStarted) => new RunCompensationStarted(OptionalError(data, "error"), Text(data, "failedStepId")),
        nameof(SignalAccepted) => new SignalAccepted(
            Text(data, "signalId")!, Text(data, "signalType")!, Text(data, "stepId"), Text(data, "reason"), Value(data, "payload"),
            data.GetProperty("decisionId").GetGuid(), Text(data, "digest")!, Occurrence(data), Text(data, "approvedBy"), Text(data, "person")),
        nameof(SignalRejected) => new SignalRejected(
            Text(data, "signalId")!, Text(data, "signalType")!, Text(data, "stepId"), Text(data, "reason"), Text(data, "code")!,
            data.GetProperty("decisionId").GetGuid(), Text(data, "digest")!, Occurrence(data)),
        nameof(ExternalSignalReceived) => new ExternalSignalReceived(
            Text(data, "signalId")!, Text(data, "name")!, Value(data, "payload"), Text(data, "digest")!, Occurrence(data)),
        _ => ReadSteeringEvent(type, data) ?? ReadStepEvent(type, data),
    };

    static IEvent ReadStepEvent(string type, JsonElement data)
    {
        if (Text(data, "stepId") is not { } stepId)
            return new UnknownRunEvent(type);
        var attempt = Number(data, "attempt") ?? 1;
        var engineAttempt = Number(data, "engineAttempt") ?? 1;
        return type switch
        {
            nameof(StepStarted) => new StepStarted(stepId, attempt, engineAttempt, Value(data, "input")),
            nameof(StepCompleted) => new StepCompleted(
                stepId, attempt, engineAttempt, Value(data, "result"), Flag(data, "override"), Text(data, "signalId"), Flag(data, "kept"),
                ReadCost(data)),
            nameof(StepFailed) => new StepFailed(stepId, attempt, engineAttempt, ReadError(data.GetProperty("error")), Flag(data, "final"), ReadCost(data)),
            nameof(StepRetryScheduled) => new StepRetryScheduled(stepId, attempt, engineAttempt, Moment(data, "dueAt")!.Value, Value(data, "input")),
            nameof(StepRecovered) => new StepRecovered(stepId, attempt, engineAttempt, Occurrence(data)),
            nameof(StepSkipped) => new StepSkipped(stepId, attempt, engineAttempt, Text(data, "reasonCode")!),
            nameof(StepCancelled) => new StepCancelled(stepId, attempt, engineAttempt),
            nameof(TimerSet) => new TimerSet(
                stepId, attempt, engineAttempt, Text(data, "purpose")!, Moment(data, "dueAt"), Text(data, "signal"), Occurrence(data)),
            nameof(TimerFired) => new TimerFired(stepId, attempt, engineAttempt, Text(data, "purpose")!, Occurrence(data)),
            _ => ReadApprovalEvent(type, data, stepId, attempt, engineAttempt),
        };
    }

    internal static RunContext ReadContext(JsonElement json) => new(
        Text(json, "actorId"),
        json.TryGetProperty("labels", out var labels)
            ? new SortedDictionary<string, string>(
                labels.EnumerateObject().ToDictionary(l => l.Name, l => l.Value.GetString()!), StringComparer.Ordinal)
            : null,
        Number(json, "priority") ?? 5,
        Text(json, "correlationId"));

    internal static RunLineage ReadLineage(JsonElement json) => new(
        Text(json, "originRunId")!,
        Text(json, "parentRunId")!,
        Number(json, "runAttempt") ?? 1,
        json.TryGetProperty("kept", out var kept)
            ? kept.EnumerateObject().ToDictionary(k => k.Name, k => Values.Canonical(k.Value))
            : null,
        ReadContinued(json),
        json.TryGetProperty("above", out var above) ? ReadAbove(above) : null,
        json.TryGetProperty("leftAlone", out _) ? ApprovalJson.ReadTexts(json, "leftAlone") : null);

    static StepError? OptionalError(JsonElement json, string name) => json.TryGetProperty(name, out var error) ? ReadError(error) : null;

    internal static StepError ReadError(JsonElement json) => new(
        Text(json, "code")!, Text(json, "message") ?? "", Flag(json, "retryable"), Text(json, "category") ?? "SYSTEM");

    static readonly JsonElement Nothing = JsonElement.Parse("{}");

    static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    static bool Flag(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    static int? Number(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetInt32() : null;

    static int Occurrence(JsonElement json) => Number(json, "occurrence") ?? 1;

    static DateTimeOffset? Moment(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value)
            ? Moments.Exact(DateTimeOffset.Parse(value.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal))
            : null;

    static JsonElement? Value(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? Values.Canonical((JsonElement?)value) : null;
}
