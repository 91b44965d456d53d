using System.Text.Json;

namespace Dvt.ClientGenerator;

/// <summary>Writes the types of schemas.</summary>
sealed class RecordText(Document document, Types types)
{
    /// <summary>Members that every record has.</summary>
    static readonly HashSet<string> Reserved = ["Others", "Equals", "ToString", "GetHashCode", "GetType", "EqualityContract"];

    static readonly string[] Usings = ["System.Text.Json", "System.Text.Json.Serialization"];

    /// <summary>One file: the schema's type, then those that only it uses. A page of a list has only the latter.</summary>
    /// <returns>Null when it has nothing.</returns>
    public string? File(string name, JsonElement schema, bool sent)
    {
        var code = Code.File(Usings);
        if (!types.IsPage(schema))
            types.Found.Enqueue((Naming.Pascal(name), schema, sent));
        else
            types.ItemsOf(name);
        if (types.Found.Count == 0)
            return null;
        for (var first = true; types.Found.TryDequeue(out var next); first = false)
        {
            if (!first)
                code.Line();
            if (Words.Of(next.Schema) is { } words)
                WriteWords(code, next.Name, next.Schema, words);
            else
                WriteRecord(code, next.Name, next.Schema, next.Sent);
        }
        return code.ToString();
    }

    static void WriteWords(Code code, string name, JsonElement schema, IReadOnlyList<string> words)
    {
        code.Summary(schema.Text("description") ?? "Known words; others are kept as they are")
            .Line($"[JsonConverter(typeof(OpenWordConverter<{name}>))]")
            .Open($"public readonly partial record struct {name}(string Value) : IOpenWord<{name}>");
        foreach (var word in words)
            code.Line($"/// <summary><c>{Naming.Doc(word)}</c></summary>")
                .Line($"public static {name} {Member(word)} {{ get; }} = new({Literal(word)});").Line();
        code.Line("/// <summary>Known or not.</summary>").Line($"public static {name} Of(string value) => new(value);").Line()
            .Line("/// <summary>Known or not.</summary>").Line($"public static implicit operator {name}(string value) => new(value);").Line()
            .Line("/// <summary>As it travels.</summary>").Line("public override string ToString() => Value ?? \"\";")
            .Close();
    }

    static string Member(string word) => Naming.Pascal(word) is "Value" or "Of" ? Naming.Pascal(word) + "Word" : Naming.Pascal(word);

    void WriteRecord(Code code, string name, JsonElement schema, bool sent)
    {
        var required = document.Required(schema);
        // What a schema says itself comes after what it is made of, and wins.
        var properties = document.Properties(schema).GroupBy(p => p.Name).Select(g => g.Last()).ToList();
        code.Summary(schema.Text("description")).Open($"public sealed partial record {name}");
        for (var i = 0; i < properties.Count; i++)
        {
            // Properties with something to tell stand apart.
            if (i > 0 && (Told(properties[i].Value) ?? Told(properties[i - 1].Value)) is not null)
                code.Line();
            WriteProperty(code, name, properties[i].Name, properties[i].Value, required.Contains(properties[i].Name), sent);
        }
        if (sent && !IsClosed(schema))
            code.Line().Line("/// <summary>What has no property of its own.</summary>").Line("[JsonExtensionData]")
                .Line("public IDictionary<string, JsonElement>? Others { get; init; }");
        code.Close();
    }

    void WriteProperty(Code code, string owner, string name, JsonElement schema, bool required, bool sent)
    {
        var type = types.Of(schema, name == "items" ? types.PlaceOfItems(owner) : owner + Naming.Pascal(name), sent);
        var isNull = !required || schema.List("type").Any(t => t.ValueEquals("null"));
        var member = Naming.Pascal(name) is var pascal && (pascal == owner || Reserved.Contains(pascal)) ? pascal + "Value" : pascal;
        code.Summary(Told(schema));
        if (JsonNamingPolicy.CamelCase.ConvertName(member) != name)
            code.Line($"[JsonPropertyName({Literal(name)})]");
        code.Line($"public {(required ? "required " : "")}{type.Name}{(isNull ? "?" : "")} {member} {{ get; init; }}");
    }

    string? Told(JsonElement schema) =>
        schema.Text("description") ?? (Document.Referred(schema) is { } name && !types.IsDeclared(document.Schemas[name]) ? document.Schemas[name].Text("description") : null);

    static bool IsClosed(JsonElement schema) => schema.TryGetProperty("additionalProperties", out var more) && more.ValueKind is JsonValueKind.False;

    public static string Literal(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
