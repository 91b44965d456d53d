using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Runs;

// What a run that goes on for another knows of it, both ways.
public static partial class RunEvents
{
    static void WriteContinued(Utf8JsonWriter writer, ContinuedFrom continued)
    {
        writer.WriteStartObject("continued"u8);
        writer.WriteString("runId"u8, continued.RunId);
        writer.WriteNumber("link"u8, continued.Link);
        if (continued.Signals is { Count: > 0 } signals)
        {
            writer.WriteStartArray("signals"u8);
            foreach (var signal in signals)
            {
                writer.WriteStartObject();
                writer.WriteString("signalId"u8, signal.SignalId);
                writer.WriteString("name"u8, signal.Name);
                writer.Value("payload"u8, Values.Canonical(signal.Payload));
                writer.WriteString("digest"u8, signal.Digest);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        writer.Cost("spent"u8, continued.Spent);
        writer.WriteEndObject();
    }

    static ContinuedFrom? ReadContinued(JsonElement lineage) => lineage.TryGetProperty("continued", out var json)
        ? new(Text(json, "runId")!, Number(json, "link") ?? 2, json.TryGetProperty("signals", out var signals) ? [.. signals.EnumerateArray().Select(ReadHanded)] : null,
            ReadCost(json, "spent"))
        : null;

    static HandedSignal ReadHanded(JsonElement json) =>
        new(Text(json, "signalId")!, Text(json, "name")!, Value(json, "payload"), Text(json, "digest")!);
}
