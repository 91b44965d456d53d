using System.Text.Json;

namespace Dvt.ClientGenerator;

/// <summary>The OpenAPI document, read with what JSON offers.</summary>
sealed class Document(JsonElement root)
{
    const string Prefix = "#/components/schemas/";

    public IReadOnlyDictionary<string, JsonElement> Schemas { get; } = root.GetProperty("components").GetProperty("schemas").EnumerateObject().ToDictionary(p => p.Name, p => p.Value);

    public IEnumerable<(string Path, string Method, JsonElement Operation)> Operations() =>
        from path in root.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where path.Name.StartsWith("/v1/", StringComparison.Ordinal)
        select (path.Name, operation.Name, operation.Value);

    /// <summary>Name of the schema that is referred to; null when none is.</summary>
    public static string? Referred(JsonElement schema) => schema.Text("$ref") is { } reference ? reference[Prefix.Length..] : null;

    public static string NameOf(string reference) => reference[Prefix.Length..];

    /// <summary>Own properties and those of what it is made of. One of several records is one with the properties of all.</summary>
    public IEnumerable<JsonProperty> Properties(JsonElement schema)
    {
        var parts = schema.List("allOf").Select(Resolved).ToList();
        var one = schema.List("anyOf").Select(Resolved).ToList();
        if (one.TrueForAll(part => Properties(part).Any()))
            parts.AddRange(one);
        foreach (var inherited in parts.SelectMany(Properties))
            yield return inherited;
        if (schema.TryGetProperty("properties", out var own))
            foreach (var property in own.EnumerateObject())
                yield return property;
    }

    JsonElement Resolved(JsonElement schema) => Referred(schema) is { } name ? Schemas[name] : schema;

    public HashSet<string> Required(JsonElement schema) =>
    [
        .. schema.List("allOf").SelectMany(part => Required(Resolved(part))),
        .. schema.List("required").Select(r => r.GetString()!),
    ];

    /// <summary>Names of schemas that requests are made of.</summary>
    public HashSet<string> Sent()
    {
        var found = new HashSet<string>();
        foreach (var (_, _, operation) in Operations())
            if (operation.TryGetProperty("requestBody", out var body))
                Collect(body, found);
        return found;
    }

    void Collect(JsonElement json, HashSet<string> found)
    {
        if (json.ValueKind is JsonValueKind.Array)
            foreach (var item in json.EnumerateArray())
                Collect(item, found);
        if (json.ValueKind is not JsonValueKind.Object)
            return;
        if (json.Text("$ref") is { } reference && found.Add(reference[Prefix.Length..]))
            Collect(Schemas[reference[Prefix.Length..]], found);
        foreach (var property in json.EnumerateObject())
            Collect(property.Value, found);
    }
}

static class Reading
{
    public static string? Text(this JsonElement json, string name) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    public static IEnumerable<JsonElement> List(this JsonElement json, string name) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Array ? value.EnumerateArray() : [];

    /// <summary>Types of a schema without <c>null</c>; none when it is free.</summary>
    public static IReadOnlyList<string> Types(this JsonElement schema) => schema.Text("type") is { } one
        ? [one]
        : [.. schema.List("type").Select(t => t.GetString()!).Where(t => t != "null")];
}
