using System.Globalization;
using System.Text.Json;
using Dvt.Engine.Json;

namespace Dvt.Engine.JsonSchemas;

/// <summary>Reads a schema and all that it refers to into nodes; used once.</summary>
sealed class SchemaLoader(SchemaRegistry registry)
{
    const int MaxDepth = 100;

    // A schema without an `$id` still needs a base; nothing can be registered under this host by accident.
    static readonly Uri NoBase = new("https://schema.invalid/");

    readonly Dictionary<string, SchemaResource> resources = new(StringComparer.Ordinal);
    readonly List<SchemaDocument> documents = [];
    readonly Queue<Reference> unresolved = new();

    internal SchemaNode Load(JsonElement schema)
    {
        SchemaNode root;
        try
        {
            root = ReadDocument(schema, NoBase, name: "");
            while (unresolved.TryDequeue(out var reference))
                reference.Resolve(this);
        }
        catch (InvalidOperationException)
        {
            throw new JsonSchemaException("", "A name holds a lone surrogate.");
        }
        SchemaLoops.Refuse(documents.SelectMany(document => document.Nodes.Values));
        return root;
    }

    /// <summary>Later, because what it refers to may not have been read yet.</summary>
    internal void ResolveLater(Reference reference) => unresolved.Enqueue(reference);

    internal SchemaNode Read(JsonElement schema, SchemaSite parent, string pointer) =>
        Read(schema, parent.Resource.Document, pointer, parent.Resource, parent.Resource.Uri, parent.Depth + 1);

    SchemaNode ReadDocument(JsonElement schema, Uri uri, string name)
    {
        var document = new SchemaDocument(schema, name);
        documents.Add(document);
        return Read(schema, document, pointer: "", parent: null, uri, depth: 0);
    }

    SchemaNode Read(JsonElement schema, SchemaDocument document, string pointer, SchemaResource? parent, Uri baseUri, int depth)
    {
        if (document.Nodes.TryGetValue(pointer, out var known))
            return known;
        if (depth > MaxDepth)
            throw document.Fault(pointer, "Schemas are nested too deep.");
        if (schema.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))
            throw document.Fault(pointer, "A schema must be an object or a boolean.");
        var resource = schema.ValueKind is JsonValueKind.Object && schema.TryGetProperty("$id", out var id)
            ? Identified(id, schema, document, pointer, parent, baseUri)
            : parent ?? new SchemaResource(document, baseUri, pointer, DialectOf(schema, document, pointer, parent));
        if (parent is null)
            resources.TryAdd(baseUri.AbsoluteUri, resource);
        bool? always = schema.ValueKind is JsonValueKind.Object ? null : schema.ValueKind is JsonValueKind.True;
        var node = document.Nodes[pointer] = new SchemaNode(resource, pointer, always);
        if (always is null)
            Keywords.Read(node, new SchemaSite(this, resource, pointer, schema, depth));
        return node;
    }

    SchemaResource Identified(JsonElement id, JsonElement schema, SchemaDocument document, string pointer, SchemaResource? parent, Uri baseUri)
    {
        var place = JsonPointer.Join(pointer, "$id");
        if (id.ValueKind is not JsonValueKind.String)
            throw document.Fault(place, "Must be a string.");
        var text = id.GetString()!;
        if (text.EndsWith('#'))
            text = text[..^1];
        if (text.Contains('#', StringComparison.Ordinal) || !Uri.TryCreate(baseUri, text, out var uri))
            throw document.Fault(place, "Must be a URI reference without a fragment.");
        var resource = new SchemaResource(document, uri, pointer, DialectOf(schema, document, pointer, parent));
        // A registered schema may be known by more names than its own.
        if (!resources.TryAdd(uri.AbsoluteUri, resource) && parent is not null)
            throw document.Fault(place, $"Another schema is called {uri.AbsoluteUri}.");
        return resource;
    }

    Vocabularies DialectOf(JsonElement schema, SchemaDocument document, string pointer, SchemaResource? parent)
    {
        if (schema.ValueKind is not JsonValueKind.Object || !schema.TryGetProperty("$schema", out var named))
            return parent?.Vocabularies ?? Vocabularies.Standard;
        var place = document.Name + JsonPointer.Join(pointer, "$schema");
        if (named.ValueKind is not JsonValueKind.String || !Uri.TryCreate(named.GetString()!.TrimEnd('#'), UriKind.Absolute, out var uri))
            throw new JsonSchemaException(place, "Must be an absolute URI.");
        if (uri.AbsoluteUri == Metaschemas.Draft)
            return Vocabularies.Standard;
        if (!registry.TryGet(uri.AbsoluteUri, out var metaschema))
            throw new JsonSchemaException(place, $"The dialect {uri.AbsoluteUri} is not known; draft 2020-12 is {Metaschemas.Draft}.");
        return Dialect.Of(metaschema, place);
    }

    /// <summary>The schema that `reference` names from within `from`, and the anchor if it was named by one.</summary>
    internal (SchemaNode Node, string? Anchor) Find(string reference, SchemaResource from, JsonSchemaException unresolvable)
    {
        var mark = reference.IndexOf('#', StringComparison.Ordinal);
        var (address, fragment) = mark < 0 ? (reference, "") : (reference[..mark], Uri.UnescapeDataString(reference[(mark + 1)..]));
        var resource = address.Length == 0 ? from : Resource(address, from.Uri) ?? throw unresolvable;
        if (fragment.Length == 0 || fragment[0] == '/')
            return (At(resource, fragment) ?? throw unresolvable, Anchor: null);
        return resource.Anchors.TryGetValue(fragment, out var node) ? (node, fragment) : throw unresolvable;
    }

    SchemaResource? Resource(string address, Uri baseUri)
    {
        if (!Uri.TryCreate(baseUri, address, out var uri))
            return null;
        if (resources.TryGetValue(uri.AbsoluteUri, out var resource))
            return resource;
        if (!registry.TryGet(uri.AbsoluteUri, out var schema))
            return null;
        return ReadDocument(schema, uri, name: uri.AbsoluteUri + "#").Resource;
    }

    SchemaNode? At(SchemaResource resource, string pointer)
    {
        var document = resource.Document;
        if (document.Nodes.TryGetValue(resource.RootPointer + pointer, out var node))
            return node;
        var element = document.Root;
        var walked = "";
        foreach (var token in (resource.RootPointer + pointer).Split('/').Skip(1))
        {
            walked += "/" + token;
            if (Step(element, JsonPointer.Unescape(token)) is not { } next)
                return null;
            element = next;
            if (document.Nodes.TryGetValue(walked, out node))
                resource = node.Resource;
        }
        return Read(element, document, walked, resource, resource.Uri, depth: 0);
    }

    static JsonElement? Step(JsonElement element, string token)
    {
        if (element.ValueKind is JsonValueKind.Object && element.TryGetProperty(token, out var member))
            return member;
        var isIndex = int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var index);
        return element.ValueKind is JsonValueKind.Array && isIndex && index < element.GetArrayLength() ? element[index] : null;
    }
}
