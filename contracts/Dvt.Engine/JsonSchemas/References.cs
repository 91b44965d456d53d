using System.Text.Json;

namespace Dvt.Engine.JsonSchemas;

/// <summary>`$ref` and `$dynamicRef` (Core §8.2.3).</summary>
sealed class Reference(string target, bool isDynamic, SchemaResource from, JsonSchemaException unresolvable) : IKeyword
{
    SchemaNode? node;
    string? dynamicAnchor;

    internal void Resolve(SchemaLoader loader)
    {
        (node, var anchor) = loader.Find(target, from, unresolvable);
        // Only a name that the first target gives with `$dynamicAnchor` is looked up again at run time.
        if (isDynamic && anchor is not null && node.Resource.DynamicAnchors.TryGetValue(anchor, out var named) && ReferenceEquals(named, node))
            dynamicAnchor = anchor;
    }

    // Where a dynamic one leads is known only at run time, where the depth limit ends a loop.
    public IEnumerable<SchemaNode> InPlace => dynamicAnchor is null && node is not null ? [node] : [];

    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        var effective = dynamicAnchor is null ? node! : evaluation.Dynamic(dynamicAnchor, node!);
        return evaluation.Here(effective, instance, "false_schema", seen);
    }
}
