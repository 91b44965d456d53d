using System.Text.Json;

namespace Dvt.Engine.JsonSchemas;

/// <summary>One keyword of one schema, ready to judge. `seen`: what in-place keywords have judged so far, where asked for.</summary>
interface IKeyword
{
    bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen);

    /// <summary>The schemas this keyword applies to the same instance, for finding loops.</summary>
    IEnumerable<SchemaNode> InPlace => [];
}

/// <summary>One schema or subschema.</summary>
sealed class SchemaNode(SchemaResource resource, string pointer, bool? always)
{
    internal SchemaResource Resource { get; } = resource;

    internal string Pointer { get; } = pointer;

    /// <summary>The verdict of a boolean schema.</summary>
    internal bool? Always { get; } = always;

    internal List<IKeyword> Keywords { get; } = [];

    /// <summary>Judged last, for they need to know what the others saw.</summary>
    internal List<IKeyword> Unevaluated { get; } = [];

    internal bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        var local = seen is not null || Unevaluated.Count > 0 ? new Seen() : null;
        var holds = true;
        foreach (var keyword in Keywords)
        {
            holds &= keyword.Holds(instance, evaluation, local);
            if (!holds && !evaluation.Collecting)
                return false;
        }
        if (!holds)
            return false;
        foreach (var keyword in Unevaluated)
            holds &= keyword.Holds(instance, evaluation, local);
        if (holds)
            seen?.Add(local!);
        return holds;
    }
}

/// <summary>A schema with its own base URI and anchors: a document's root, or a subschema with an `$id`.</summary>
sealed class SchemaResource(SchemaDocument document, Uri uri, string rootPointer, Vocabularies vocabularies)
{
    internal SchemaDocument Document { get; } = document;

    internal Uri Uri { get; } = uri;

    internal string RootPointer { get; } = rootPointer;

    internal Vocabularies Vocabularies { get; } = vocabularies;

    internal Dictionary<string, SchemaNode> Anchors { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, SchemaNode> DynamicAnchors { get; } = new(StringComparer.Ordinal);
}

/// <summary>One JSON text of schemas; its nodes by pointer. `Name` goes before pointers in messages.</summary>
sealed class SchemaDocument(JsonElement root, string name)
{
    internal JsonElement Root { get; } = root;

    internal string Name { get; } = name;

    internal Dictionary<string, SchemaNode> Nodes { get; } = new(StringComparer.Ordinal);

    internal JsonSchemaException Fault(string pointer, string message) => new(Name + pointer, message);
}
