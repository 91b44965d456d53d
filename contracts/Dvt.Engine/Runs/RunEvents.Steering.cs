using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

// Events of signals that change what a run works with, both ways.
public static partial class RunEvents
{
    static bool WriteSteeringData(IEvent e, Utf8JsonWriter writer)
    {
        switch (e)
        {
            case RunInputChanged changed:
                writer.WriteString("signalId"u8, changed.SignalId);
                writer.Value("input"u8, changed.Input);
                return true;
            case StepTargetChanged aimed:
                writer.WriteString("signalId"u8, aimed.SignalId);
                writer.Value("target"u8, aimed.Target);
                return true;
            case RunAlertRaised raised:
                writer.WriteString("signalId"u8, raised.SignalId);
                writer.WriteString("level"u8, raised.Level);
                writer.Text("note"u8, raised.Note);
                return true;
            case SignalRevisionRequired required:
                WriteRequired(required, writer);
                return true;
            default:
                return false;
        }
    }

    static void WriteRequired(SignalRevisionRequired required, Utf8JsonWriter writer)
    {
        WriteSignalled(writer, required.SignalId, required.Reason);
        writer.WriteString("signalType"u8, required.SignalType);
        writer.Text("stepId"u8, required.StepId);
        writer.Value("payload"u8, required.Payload);
        writer.WriteString("decisionId"u8, required.DecisionId);
        writer.WriteString("digest"u8, required.Digest);
        writer.Text("person"u8, required.Person);
        writer.WriteStartArray("roles"u8);
        foreach (var role in required.Roles)
            writer.WriteStringValue(role);
        writer.WriteEndArray();
        writer.WriteString("expiresAt"u8, Moments.Text(required.ExpiresAt));
    }

    static IEvent? ReadSteeringEvent(string type, JsonElement data) => type switch
    {
        nameof(RunInputChanged) => new RunInputChanged(Text(data, "signalId")!, Value(data, "input") ?? Nothing, Occurrence(data)),
        nameof(StepTargetChanged) => new StepTargetChanged(
            Text(data, "stepId")!, Number(data, "attempt") ?? 1, Number(data, "engineAttempt") ?? 1, Text(data, "signalId")!,
            Value(data, "target") ?? Nothing, Occurrence(data)),
        nameof(RunAlertRaised) => new RunAlertRaised(Text(data, "signalId")!, Text(data, "level")!, Text(data, "note"), Occurrence(data)),
        nameof(SignalRevisionRequired) => new SignalRevisionRequired(
            Text(data, "signalId")!, Text(data, "signalType")!, Text(data, "stepId"), Text(data, "reason"), Value(data, "payload"),
            data.GetProperty("decisionId").GetGuid(), Text(data, "digest")!, Text(data, "person"),
            [.. data.GetProperty("roles").EnumerateArray().Select(r => r.GetString()!)], Moment(data, "expiresAt")!.Value, Occurrence(data)),
        _ => null,
    };
}
