using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dvt.Engine.Runs;

/// <summary>A map's stored form: its numbers with its step, its items in blocks beside the run.</summary>
static class MapStateJson
{
    static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1000 };
    static readonly JsonWriterOptions Raw = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    static readonly JsonElement Null = JsonElement.Parse("null");

    public static void Write(Utf8JsonWriter writer, MapState map)
    {
        writer.WriteStartObject("map"u8);
        writer.WriteNumber("n"u8, map.Total);
        writer.WriteNumber("c"u8, map.Concurrency);
        writer.WriteNumber("ok"u8, map.Tolerated);
        writer.Flag("keep"u8, map.KeepsResults);
        writer.Count("nS"u8, map.StartedEvents);
        writer.Count("nC"u8, map.CompletedEvents);
        writer.Count("nF"u8, map.FailedEvents);
        writer.Count("nR"u8, map.RecoveredEvents);
        writer.WriteEndObject();
    }

    /// <summary>Without its items, which <see cref="ReadBlock"/> brings.</summary>
    public static MapState Read(JsonElement json) => new(
        new JsonElement[json.GetProperty("n").GetInt32()], json.GetProperty("c").GetInt32(), json.GetProperty("ok").GetInt32(),
        json.TryGetProperty("keep", out _))
    {
        StartedEvents = Number(json, "nS"),
        CompletedEvents = Number(json, "nC"),
        FailedEvents = Number(json, "nF"),
        RecoveredEvents = Number(json, "nR"),
    };

    static int Number(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetInt32() : 0;

    public static byte[] Block(MapState map, int first, int count)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Raw))
        {
            writer.WriteStartArray();
            for (var index = first; index < first + count; index++)
            {
                writer.WriteRawValue(Values.Raw(map.Items[index]), skipInputValidation: true);
                if (map.StateOf(index) is { } state)
                    StepStateJson.Write(writer, state);
                else
                    writer.WriteNumberValue(0);
            }
            writer.WriteEndArray();
        }
        return buffer.WrittenSpan.ToArray();
    }

    public static void ReadBlock(MapState map, int block, ReadOnlyMemory<byte> stored)
    {
        var index = block * MapState.ItemsPerBlock;
        // Left over from an earlier, longer list.
        if (index >= map.Total)
            return;
        JsonElement? item = null;
        foreach (var value in JsonElement.Parse(stored.Span, Deep).EnumerateArray())
            if (item is { } known)
            {
                map.Restore(index++, known, value.ValueKind == JsonValueKind.Object ? StepStateJson.Read(value) : null);
                item = null;
            }
            else
                item = value;
    }

    /// <summary>A list; an item that failed is an object with its error.</summary>
    public static JsonElement Results(StepState?[] states)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Raw))
        {
            writer.WriteStartArray();
            foreach (var state in states)
                if (state is { Status: StepStatus.Failed, Error: { } error })
                {
                    writer.WriteStartObject();
                    writer.Error("error"u8, error);
                    writer.WriteEndObject();
                }
                else
                    writer.WriteRawValue(Values.Raw(state?.Result ?? Null), skipInputValidation: true);
            writer.WriteEndArray();
        }
        return Values.Canonical(JsonElement.Parse(buffer.WrittenSpan, Deep));
    }
}
