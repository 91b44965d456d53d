using System.Collections.Frozen;
using System.Text.Json;

namespace Dvt.Engine.JsonSchemas;

/// <summary>
/// The metaschemas of draft 2020-12, by URI: the constraints of those that the JSON Schema organisation publishes
/// (AFL-3.0 or BSD-3-Clause), restated without titles and comments.
/// </summary>
static class Metaschemas
{
    internal const string Draft = "https://json-schema.org/draft/2020-12/schema";

    internal static readonly FrozenDictionary<string, JsonElement> All = Read().ToFrozenDictionary(StringComparer.Ordinal);

    static IEnumerable<KeyValuePair<string, JsonElement>> Read()
    {
        var assembly = typeof(Metaschemas).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith("Metaschemas/", StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var document = JsonDocument.Parse(stream);
            var schema = document.RootElement.Clone();
            yield return new(schema.GetProperty("$id").GetString()!, schema);
        }
    }
}
