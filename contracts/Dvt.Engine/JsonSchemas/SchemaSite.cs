using System.Text.Json;
using System.Text.RegularExpressions;
using Dvt.Engine.Json;

namespace Dvt.Engine.JsonSchemas;

/// <summary>A schema object being read: reads its keywords' values and says where they are wrong.</summary>
sealed record SchemaSite(SchemaLoader Loader, SchemaResource Resource, string Pointer, JsonElement Schema, int Depth)
{
    internal bool Has(Vocabularies vocabulary) => Resource.Vocabularies.HasFlag(vocabulary);

    internal bool TryGet(string keyword, out JsonElement value) => Schema.TryGetProperty(keyword, out value);

    internal JsonSchemaException Fault(string keyword, string message) =>
        Resource.Document.Fault(JsonPointer.Join(Pointer, keyword), message);

    internal string? Text(string keyword) =>
        !TryGet(keyword, out var value) ? null
        : value.ValueKind is JsonValueKind.String ? ReadText(value, keyword)
        : throw Fault(keyword, "Must be a string.");

    internal bool Flag(string keyword) =>
        TryGet(keyword, out var value) && value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Fault(keyword, "Must be a boolean."),
        };

    /// <summary>A count; one beyond any instance is cut to the largest long.</summary>
    internal long? Count(string keyword)
    {
        if (!TryGet(keyword, out var value))
            return null;
        if (value.ValueKind is JsonValueKind.Number)
        {
            if (value.TryGetInt64(out var count) && count >= 0)
                return count;
            var exact = ExactNumber.Of(value);
            if (exact is { IsInteger: true, Sign: >= 0 })
                return exact.Point > 18 ? long.MaxValue : (long)value.GetDecimal();
        }
        throw Fault(keyword, "Must be a whole number, 0 or more.");
    }

    internal JsonElement? Number(string keyword) =>
        !TryGet(keyword, out var value) ? null
        : value.ValueKind is JsonValueKind.Number ? value
        : throw Fault(keyword, "Must be a number.");

    internal string[] Texts(JsonElement array, string keyword)
    {
        if (array.ValueKind is not JsonValueKind.Array || array.EnumerateArray().Any(item => item.ValueKind is not JsonValueKind.String))
            throw Fault(keyword, "Must be an array of strings.");
        var texts = array.EnumerateArray().Select(item => ReadText(item, keyword)).ToArray();
        if (texts.Distinct(StringComparer.Ordinal).Count() < texts.Length)
            throw Fault(keyword, "Must not name anything twice.");
        return texts;
    }

    internal Regex Pattern(string pattern, string keyword)
    {
        try
        {
            return EcmaPattern.Compile(pattern);
        }
        catch (ArgumentException fault)
        {
            throw Fault(keyword, $"Not a regular expression: {fault.Message}");
        }
    }

    internal SchemaNode? Child(string keyword) =>
        TryGet(keyword, out var value) ? Loader.Read(value, this, JsonPointer.Join(Pointer, keyword)) : null;

    internal SchemaNode[]? Children(string keyword)
    {
        if (!TryGet(keyword, out var value))
            return null;
        if (value.ValueKind is not JsonValueKind.Array || value.GetArrayLength() == 0)
            throw Fault(keyword, "Must be an array of schemas that is not empty.");
        return [.. value.EnumerateArray().Select((schema, index) => Loader.Read(schema, this, $"{JsonPointer.Join(Pointer, keyword)}/{index}"))];
    }

    internal Dictionary<string, SchemaNode>? NamedChildren(string keyword)
    {
        if (!TryGet(keyword, out var value))
            return null;
        var pointer = JsonPointer.Join(Pointer, keyword);
        var children = new Dictionary<string, SchemaNode>(StringComparer.Ordinal);
        foreach (var member in Members(value, keyword))
            children[member.Name] = Loader.Read(member.Value, this, JsonPointer.Join(pointer, member.Name));
        return children;
    }

    internal JsonElement.ObjectEnumerator Members(JsonElement value, string keyword) =>
        value.ValueKind is JsonValueKind.Object ? value.EnumerateObject() : throw Fault(keyword, "Must be an object.");

    string ReadText(JsonElement value, string keyword)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Fault(keyword, "Holds a lone surrogate.");
        }
    }
}
