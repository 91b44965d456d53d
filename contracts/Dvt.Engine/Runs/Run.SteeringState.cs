using System.Text.Json;

namespace Dvt.Engine.Runs;

// What steering leaves in the header and in the snapshot; nothing where it was not used.
public sealed partial class Run
{
    void WriteSteering(Utf8JsonWriter writer)
    {
        writer.Count("nInput"u8, occurrences.InputChanged);
        writer.Count("nAlert"u8, occurrences.Alerted);
        writer.Count("nHeld"u8, occurrences.Held);
        writer.Text("pausedBy"u8, pausedBy);
        if (earlierInputs is not null)
        {
            writer.WriteStartArray("inputs"u8);
            foreach (var input in earlierInputs)
                writer.WriteRawValue(Values.Raw(input), skipInputValidation: true);
            writer.WriteEndArray();
        }
        WriteAlerts(writer);
        WriteHeld(writer);
    }

    void WriteAlerts(Utf8JsonWriter writer)
    {
        if (alerts is null)
            return;
        writer.WriteStartArray("alerts"u8);
        foreach (var alert in alerts)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, alert.SignalId);
            writer.WriteString("level"u8, alert.Level);
            writer.Text("note"u8, alert.Note);
            writer.Moment("at"u8, alert.RaisedAt);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    void WriteHeld(Utf8JsonWriter writer)
    {
        if (held is null)
            return;
        writer.WriteStartArray("held"u8);
        foreach (var signal in held.Values)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, signal.SignalId);
            writer.WriteString("type"u8, signal.SignalType);
            writer.Text("step"u8, signal.StepId);
            writer.Text("reason"u8, signal.Reason);
            writer.Value("payload"u8, signal.Payload);
            writer.Text("person"u8, signal.Person);
            writer.WriteStartArray("roles"u8);
            foreach (var role in signal.Roles)
                writer.WriteStringValue(role);
            writer.WriteEndArray();
            writer.Moment("until"u8, signal.ExpiresAt);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    void ReadSteering(string name, JsonElement value)
    {
        switch (name)
        {
            case "nInput": occurrences.InputChanged = value.GetInt32(); break;
            case "nAlert": occurrences.Alerted = value.GetInt32(); break;
            case "nHeld": occurrences.Held = value.GetInt32(); break;
            case "pausedBy": pausedBy = value.GetString(); break;
            case "inputs": earlierInputs = [.. value.EnumerateArray()]; break;
            case "alerts":
                alerts = [.. value.EnumerateArray().Select(a => new Alert(
                    Text(a, "id")!, Text(a, "level")!, Text(a, "note"), Moments.OfMicros(a.GetProperty("at").GetInt64())))];
                break;
            case "held":
                held = Names<HeldSignal>();
                foreach (var signal in value.EnumerateArray().Select(ReadHeld))
                    held.Add(signal.SignalId, signal);
                break;
        }
    }

    static HeldSignal ReadHeld(JsonElement h) => new(
        Text(h, "id")!, Text(h, "type")!, Text(h, "step"), Text(h, "reason"), h.TryGetProperty("payload", out var payload) ? payload : null,
        Text(h, "person"), [.. h.GetProperty("roles").EnumerateArray().Select(r => r.GetString()!)], Moments.OfMicros(h.GetProperty("until").GetInt64()));
}
