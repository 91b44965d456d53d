using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dvt.Engine.Simulation;

/// <summary>The least that a JSON schema takes: its default or first example where it names one, else required members only.</summary>
static class SchemaSample
{
    /// <summary>So deep are members and references followed; what lies deeper is null.</summary>
    const int MaxDepth = 16;

    public static JsonElement Of(JsonElement schema) => JsonSerializer.SerializeToElement(Of(schema, schema, depth: 0));

    static JsonNode? Of(JsonElement schema, JsonElement root, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > MaxDepth)
            return null;
        if (schema.TryGetProperty("default", out var said) || schema.TryGetProperty("const", out said))
            return Node(said);
        foreach (var name in (ReadOnlySpan<string>)["examples", "enum"])
            if (schema.TryGetProperty(name, out var some) && some.ValueKind == JsonValueKind.Array && some.GetArrayLength() > 0)
                return Node(some[0]);
        if (schema.TryGetProperty("$ref", out var reference) && Find(root, reference.GetString() ?? "") is { } found)
            return Of(found, root, depth + 1);
        if (TypeOf(schema) is { } type)
            return OfType(type, schema, root, depth);
        foreach (var name in (ReadOnlySpan<string>)["oneOf", "anyOf", "allOf"])
            if (schema.TryGetProperty(name, out var branches) && branches.ValueKind == JsonValueKind.Array && branches.GetArrayLength() > 0)
                return Of(branches[0], root, depth + 1);
        return schema.TryGetProperty("required", out _) ? OfType("object", schema, root, depth) : null;
    }

    static string? TypeOf(JsonElement schema)
    {
        if (!schema.TryGetProperty("type", out var type))
            return null;
        return type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()).FirstOrDefault(t => t != "null") : type.GetString();
    }

    static JsonNode? OfType(string type, JsonElement schema, JsonElement root, int depth) => type switch
    {
        "object" => Object(schema, root, depth),
        "array" => new JsonArray([.. Enumerable.Range(0, (int)Math.Min(Least(schema, "minItems"), 100))
            .Select(_ => schema.TryGetProperty("items", out var items) ? Of(items, root, depth + 1) : null)]),
        "string" => Text(schema),
        "integer" => JsonValue.Create((long)Math.Ceiling(Least(schema, "minimum"))),
        "number" => JsonValue.Create(Least(schema, "minimum")),
        "boolean" => JsonValue.Create(false),
        _ => null,
    };

    static JsonObject Object(JsonElement schema, JsonElement root, int depth)
    {
        var sample = new JsonObject();
        if (schema.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.Array)
            foreach (var name in required.EnumerateArray().Select(n => n.GetString()!))
                sample[name] = schema.TryGetProperty("properties", out var members) && members.TryGetProperty(name, out var member) ? Of(member, root, depth + 1) : null;
        return sample;
    }

    static JsonValue Text(JsonElement schema) => JsonValue.Create((schema.TryGetProperty("format", out var format) ? format.GetString() : null) switch
    {
        "date-time" => "2000-01-01T00:00:00Z",
        "date" => "2000-01-01",
        "duration" => "PT0S",
        "uuid" => "00000000-0000-4000-8000-000000000000",
        "email" => "somebody@example.com",
        "uri" => "https://example.com/",
        _ => new string('x', (int)Math.Min(Least(schema, "minLength"), 1_000)),
    });

    static double Least(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var least) && least.ValueKind == JsonValueKind.Number ? least.GetDouble() : 0;

    /// <summary>A pointer inside the document; others name schemas that are not at hand.</summary>
    static JsonElement? Find(JsonElement root, string reference)
    {
        if (!reference.StartsWith("#/", StringComparison.Ordinal))
            return null;
        var at = root;
        foreach (var part in reference[2..].Split('/'))
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal), out at))
                return null;
        return at;
    }

    static JsonNode? Node(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => JsonObject.Create(value),
        JsonValueKind.Array => JsonArray.Create(value),
        JsonValueKind.Null => null,
        _ => JsonValue.Create(value),
    };
}
