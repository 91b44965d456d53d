using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dvt.Engine.JsonSchemas;

namespace Dvt.Api;

/// <summary>The JSON schemas of bodies and answers: what is checked is what the document shows.</summary>
static class Schemas
{
    /// <summary>Every schema by name, with references of the form <c>#/$defs/Name</c>.</summary>
    public static readonly JsonObject Definitions = Load();

    static readonly FrozenDictionary<string, Lazy<JsonSchema>> Compiled =
        Definitions.ToFrozenDictionary(d => d.Key, d => new Lazy<JsonSchema>(() => Compile(d.Key)));

    public static IReadOnlyList<Fault> Check(string name, JsonElement value)
    {
        var schema = Compiled[name].Value;
        if (schema.IsValid(value))
            return [];
        return [.. schema.Validate(value).Select(e => new Fault(e.Pointer, e.Code, e.Message))];
    }

    static JsonSchema Compile(string name)
    {
        var root = new JsonObject { ["$ref"] = $"#/$defs/{name}", ["$defs"] = Definitions.DeepClone() };
        return JsonSchema.Compile(JsonSerializer.SerializeToElement(root));
    }

    static JsonObject Load()
    {
        var all = new JsonObject();
        var assembly = typeof(Schemas).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith("schemas/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var file = assembly.GetManifestResourceStream(name)!;
            foreach (var (key, schema) in JsonNode.Parse(file)!.AsObject())
                all.Add(key, schema!.DeepClone());
        }
        return all;
    }
}
