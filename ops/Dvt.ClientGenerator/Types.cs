using System.Text.Json;

namespace Dvt.ClientGenerator;

/// <param name="IsValue">A value type: <c>?</c> makes it another type, not a remark.</param>
sealed record CSharpType(string Name, bool IsValue = false)
{
    public static readonly CSharpType Text = new("string");
    public static readonly CSharpType FreeJson = new("JsonElement", IsValue: true);
}

/// <summary>Schemas as types. What has no name of its own gets one from where it stands: <c>RunStep</c>, <c>RunStepStatus</c>.</summary>
sealed class Types
{
    readonly Document document;
    readonly HashSet<string> taken;
    readonly Dictionary<string, string> words = [];
    readonly Dictionary<string, CSharpType> items = [];

    public Types(Document document)
    {
        this.document = document;
        taken = [.. document.Schemas.Keys];
        foreach (var (name, schema) in document.Schemas)
            if (Words.Of(schema) is { } values)
                words.TryAdd(string.Join(' ', values), name);
    }

    /// <summary>Types to be written into the file of the schema that is being looked at.</summary>
    public Queue<(string Name, JsonElement Schema, bool Sent)> Found { get; } = [];

    /// <summary>A record of its own, or words of its own.</summary>
    public bool IsDeclared(JsonElement schema) => Words.Of(schema) is not null || document.Properties(schema).Any();

    /// <summary>Words of the same list, under the name of a schema; null when none has them.</summary>
    public CSharpType? Known(JsonElement schema) =>
        Words.Of(schema) is { } values && words.TryGetValue(string.Join(' ', values), out var name) ? new(Naming.Pascal(name), IsValue: true) : null;

    /// <summary><c>{items, nextCursor}</c> and nothing else: there is one type for all of them.</summary>
    public bool IsPage(JsonElement schema) => document.Properties(schema).Select(p => p.Name).Order().SequenceEqual(["items", "nextCursor"]);

    /// <summary>Type of the items of a page.</summary>
    public CSharpType ItemsOf(string list)
    {
        if (items.TryGetValue(list, out var known))
            return known;
        var array = document.Properties(document.Schemas[list]).First(p => p.Name == "items").Value;
        return items[list] = Of(array.GetProperty("items"), Naming.Singular(PlaceOfItems(Naming.Pascal(list))), sent: false);
    }

    /// <summary>Items of <c>ProjectionList</c> and <c>Occurrences</c> are called <c>Projection</c> and <c>Occurrence</c>, where that is free.</summary>
    public string PlaceOfItems(string owner)
    {
        var stem = owner.EndsWith("List", StringComparison.Ordinal) ? owner[..^4] : owner;
        var one = stem.EndsWith('s') ? Naming.Singular(stem) : stem;
        return (taken.Contains(one) ? one + "Item" : one) + "s";
    }

    /// <param name="place">What the type is called when it has no name.</param>
    /// <param name="sent">It stands in a request.</param>
    public CSharpType Of(JsonElement schema, string place, bool sent)
    {
        if (Document.Referred(schema) is { } name)
            return IsDeclared(document.Schemas[name])
                ? new(Naming.Pascal(name), IsValue: Words.Of(document.Schemas[name]) is not null)
                : Of(document.Schemas[name], Naming.Pascal(name), sent);
        if (Words.Of(schema) is { } values)
            return new(words.TryGetValue(string.Join(' ', values), out var known) ? Naming.Pascal(known) : Declared(place, schema, sent), IsValue: true);
        if (document.Properties(schema).Any())
            return new(Declared(place, schema, sent));
        return Simple(schema, place, sent);
    }

    CSharpType Simple(JsonElement schema, string place, bool sent) => (schema.Types(), schema.Text("format")) switch
    {
        (["string"], "uuid") => new("Guid", IsValue: true),
        (["string"], "date-time") => new("DateTimeOffset", IsValue: true),
        (["string"], "date") => new("DateOnly", IsValue: true),
        (["string"], _) => CSharpType.Text,
        (["integer"], _) => new(IsSmall(schema) ? "int" : "long", IsValue: true),
        (["number"], _) => new("double", IsValue: true),
        (["boolean"], _) => new("bool", IsValue: true),
        (["array"], _) when schema.TryGetProperty("items", out var items) => new($"IReadOnlyList<{Of(items, Naming.Singular(place), sent).Name}>"),
        (["object"], _) when schema.TryGetProperty("additionalProperties", out var values) && values.ValueKind is JsonValueKind.Object =>
            new($"IReadOnlyDictionary<string, {Of(values, place + "Value", sent).Name}>"),
        _ when schema.TryGetProperty("const", out var constant) && constant.ValueKind is JsonValueKind.String => CSharpType.Text,
        _ when schema.List("enum").Any() && schema.List("enum").All(v => v.ValueKind is JsonValueKind.String) => CSharpType.Text,
        _ => CSharpType.FreeJson,
    };

    static bool IsSmall(JsonElement schema) => schema.TryGetProperty("maximum", out var most) && most.TryGetInt64(out var number) && number <= int.MaxValue;

    string Declared(string place, JsonElement schema, bool sent)
    {
        var name = place;
        for (var next = 2; !taken.Add(name); next++)
            name = $"{place}{next}";
        Found.Enqueue((name, schema, sent));
        return name;
    }
}

/// <summary>Lists of words, which may grow.</summary>
static class Words
{
    /// <summary>Null when it is no list of words that names can be made of.</summary>
    public static IReadOnlyList<string>? Of(JsonElement schema)
    {
        var values = schema.List("enum").ToList();
        if (values.Count < 2 || values.Any(v => v.ValueKind is not JsonValueKind.String))
            return null;
        var words = values.Select(v => v.GetString()!).ToList();
        return words.All(w => w.Length > 0 && char.IsLetter(w[0])) && words.Select(Naming.Pascal).Distinct().Count() == words.Count ? words : null;
    }
}
