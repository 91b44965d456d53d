using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

// Events of approval and emit steps, both ways.
public static partial class RunEvents
{
    static void WriteApprovalData(IEvent e, Utf8JsonWriter writer)
    {
        switch (e)
        {
            case ApprovalRequested requested:
                writer.WriteString("approvalId"u8, requested.ApprovalId);
                writer.WriteStartObject("terms"u8);
                ApprovalJson.WriteTerms(writer, requested.Terms);
                writer.WriteEndObject();
                WriteDeadline(writer, requested.Deadline);
                break;
            case ApprovalEscalated escalated:
                writer.WriteString("approvalId"u8, escalated.ApprovalId);
                writer.WriteNumber("level"u8, escalated.Level);
                ApprovalJson.WriteTexts(writer, "roles"u8, escalated.Roles);
                WriteDeadline(writer, escalated.Deadline);
                break;
            case ApprovalGranted granted:
                writer.WriteString("approvalId"u8, granted.ApprovalId);
                writer.WriteString("by"u8, granted.By);
                writer.Text("comment"u8, granted.Comment);
                writer.WriteNumber("missing"u8, granted.Missing);
                break;
            case ApprovalDenied denied:
                writer.WriteString("approvalId"u8, denied.ApprovalId);
                writer.WriteString("by"u8, denied.By);
                writer.Text("comment"u8, denied.Comment);
                break;
            case ApprovalExpired expired:
                writer.WriteString("approvalId"u8, expired.ApprovalId);
                writer.WriteString("decision"u8, expired.Decision);
                break;
            case ApprovalWithdrawn withdrawn:
                writer.WriteString("approvalId"u8, withdrawn.ApprovalId);
                break;
            case EventEmitted emitted:
                writer.WriteString("eventId"u8, emitted.EventId);
                writer.WriteString("type"u8, emitted.Type);
                writer.Text("subject"u8, emitted.Subject);
                writer.Text("dataSchema"u8, emitted.DataSchema);
                writer.Value("data"u8, emitted.Data);
                break;
            default:
                WriteCompensationData(e, writer);
                break;
        }
    }

    static void WriteDeadline(Utf8JsonWriter writer, DateTimeOffset? deadline)
    {
        if (deadline is { } moment)
            writer.WriteString("deadline"u8, Moments.Text(moment));
    }

    static IEvent ReadApprovalEvent(string type, JsonElement data, string stepId, int attempt, int engineAttempt) => type switch
    {
        nameof(ApprovalRequested) => new ApprovalRequested(
            stepId, attempt, engineAttempt, Text(data, "approvalId")!, ApprovalJson.ReadTerms(data.GetProperty("terms")), Moment(data, "deadline")),
        nameof(ApprovalEscalated) => new ApprovalEscalated(
            stepId, attempt, engineAttempt, Text(data, "approvalId")!, Number(data, "level") ?? 1, ApprovalJson.ReadTexts(data, "roles"),
            Moment(data, "deadline"), Occurrence(data)),
        nameof(ApprovalGranted) => new ApprovalGranted(
            stepId, attempt, engineAttempt, Text(data, "approvalId")!, Text(data, "by")!, Text(data, "comment"), Number(data, "missing") ?? 0,
            Occurrence(data)),
        nameof(ApprovalDenied) => new ApprovalDenied(
            stepId, attempt, engineAttempt, Text(data, "approvalId")!, Text(data, "by")!, Text(data, "comment")),
        nameof(ApprovalExpired) => new ApprovalExpired(stepId, attempt, engineAttempt, Text(data, "approvalId")!, Text(data, "decision")!),
        nameof(ApprovalWithdrawn) => new ApprovalWithdrawn(stepId, attempt, engineAttempt, Text(data, "approvalId")!),
        nameof(EventEmitted) => new EventEmitted(
            stepId, attempt, engineAttempt, Text(data, "eventId")!, Text(data, "type")!, Text(data, "subject"), Value(data, "data"),
            Text(data, "dataSchema"), Occurrence(data)),
        _ => ReadCompensationEvent(type, data, stepId, attempt, engineAttempt),
    };
}
