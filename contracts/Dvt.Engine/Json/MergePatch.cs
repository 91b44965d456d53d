using System.Buffers;
using System.Text.Json;

namespace Dvt.Engine.Json;

/// <summary>RFC 7396: members of the patch replace, null removes, everything else stays.</summary>
public static class MergePatch
{
    public static JsonElement Apply(JsonElement target, JsonElement patch)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, target, patch);
        return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = 1000 });
    }

    static void Write(Utf8JsonWriter writer, JsonElement? target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            patch.WriteTo(writer);
            return;
        }
        JsonElement? known = target is { ValueKind: JsonValueKind.Object } ? target : null;
        writer.WriteStartObject();
        foreach (var member in known?.EnumerateObject() ?? default)
            if (!patch.TryGetProperty(member.Name, out _))
                member.WriteTo(writer);
        foreach (var member in patch.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
                continue;
            writer.WritePropertyName(member.Name);
            Write(writer, known is { } of && of.TryGetProperty(member.Name, out var before) ? before : null, member.Value);
        }
        writer.WriteEndObject();
    }
}
