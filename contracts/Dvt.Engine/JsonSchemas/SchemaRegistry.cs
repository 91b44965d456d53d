using System.Collections.Concurrent;
using System.Text.Json;

namespace Dvt.Engine.JsonSchemas;

/// <summary>The schemas that others may name by URI. Values must not be disposed while a schema that uses them lives.</summary>
public sealed class SchemaRegistry
{
    internal static readonly SchemaRegistry Empty = new();

    readonly ConcurrentDictionary<string, JsonElement> schemas = new(StringComparer.Ordinal);

    /// <summary>`uri`: absolute, without a fragment; a second schema of one URI replaces the first.</summary>
    public void Add(string uri, JsonElement schema)
    {
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var absolute) || uri.Contains('#', StringComparison.Ordinal))
            throw new ArgumentException("A schema is registered under an absolute URI without a fragment.", nameof(uri));
        schemas[absolute.AbsoluteUri] = schema;
    }

    internal bool TryGet(string uri, out JsonElement schema) =>
        schemas.TryGetValue(uri, out schema) || Metaschemas.All.TryGetValue(uri, out schema);
}
