using System.Text.Json;

namespace Dvt.Engine.JsonSchemas;

/// <summary>Which keywords mean something in a schema; the core ones always do.</summary>
[Flags]
enum Vocabularies
{
    None = 0,
    Applicator = 1,
    Unevaluated = 2,
    Validation = 4,
    FormatAnnotation = 8,
    FormatAssertion = 16,
    Standard = Applicator | Unevaluated | Validation | FormatAnnotation,
}

static class Dialect
{
    const string Prefix = "https://json-schema.org/draft/2020-12/vocab/";

    internal static Vocabularies Of(JsonElement metaschema, string pointer)
    {
        if (metaschema.ValueKind is not JsonValueKind.Object || !metaschema.TryGetProperty("$vocabulary", out var listed) || listed.ValueKind is not JsonValueKind.Object)
            return Vocabularies.Standard;
        var known = Vocabularies.None;
        foreach (var vocabulary in listed.EnumerateObject())
        {
            if (Known(vocabulary.Name) is { } found)
                known |= found;
            else if (vocabulary.Value.ValueKind is JsonValueKind.True)
                throw new JsonSchemaException(pointer, $"The vocabulary {vocabulary.Name} is required and not known.");
        }
        return known;
    }

    static Vocabularies? Known(string uri) => !uri.StartsWith(Prefix, StringComparison.Ordinal) ? null : uri[Prefix.Length..] switch
    {
        "applicator" => Vocabularies.Applicator,
        "unevaluated" => Vocabularies.Unevaluated,
        "validation" => Vocabularies.Validation,
        "format-annotation" => Vocabularies.FormatAnnotation,
        "format-assertion" => Vocabularies.FormatAssertion,
        "core" or "meta-data" or "content" => Vocabularies.None,
        _ => null,
    };
}
