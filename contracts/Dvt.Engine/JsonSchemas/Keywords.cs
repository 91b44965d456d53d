using System.Text.Json;
using System.Text.RegularExpressions;
using Dvt.Engine.Json;

namespace Dvt.Engine.JsonSchemas;

/// <summary>Which keyword of the text becomes what, vocabulary by vocabulary; keywords not named here mean nothing.</summary>
static class Keywords
{
    internal static void Read(SchemaNode node, SchemaSite site)
    {
        ReadCore(node, site);
        if (site.Has(Vocabularies.Validation))
            node.Keywords.AddRange(Validation(site).OfType<IKeyword>());
        if (site.Has(Vocabularies.FormatAnnotation) || site.Has(Vocabularies.FormatAssertion))
            node.Keywords.AddRange(Format(site));
        if (site.Has(Vocabularies.Applicator))
            node.Keywords.AddRange(Applicators(site).OfType<IKeyword>());
        if (site.Has(Vocabularies.Unevaluated))
            node.Unevaluated.AddRange(Unevaluated(site).OfType<IKeyword>());
        _ = site.Child("contentSchema");
    }

    static void ReadCore(SchemaNode node, SchemaSite site)
    {
        _ = site.Text("$comment");
        if (Anchor(site, "$anchor") is { } anchor)
            site.Resource.Anchors[anchor] = node;
        if (Anchor(site, "$dynamicAnchor") is { } dynamicAnchor)
            site.Resource.Anchors[dynamicAnchor] = site.Resource.DynamicAnchors[dynamicAnchor] = node;
        _ = site.NamedChildren("$defs");
        foreach (var (keyword, isDynamic) in new[] { ("$ref", false), ("$dynamicRef", true) })
        {
            if (site.Text(keyword) is not { } target)
                continue;
            var reference = new Reference(target, isDynamic, site.Resource, site.Fault(keyword, $"{target} is not known here."));
            site.Loader.ResolveLater(reference);
            node.Keywords.Add(reference);
        }
    }

    static string? Anchor(SchemaSite site, string keyword)
    {
        var name = site.Text(keyword);
        if (name is null)
            return null;
        var letters = name.Length > 0 && (char.IsAsciiLetter(name[0]) || name[0] == '_');
        return letters && name.All(unit => char.IsAsciiLetterOrDigit(unit) || unit is '-' or '_' or '.')
            ? name
            : throw site.Fault(keyword, "An anchor is made of letters, digits, '-', '_' and '.', and starts with a letter or '_'.");
    }

    static IEnumerable<IKeyword?> Validation(SchemaSite site)
    {
        yield return TypeKeyword.Read(site);
        if (site.TryGet("const", out var only))
            yield return new ConstKeyword(only);
        if (site.TryGet("enum", out var values))
            yield return values.ValueKind is JsonValueKind.Array ? new EnumKeyword([.. values.EnumerateArray()]) : throw site.Fault("enum", "Must be an array.");
        yield return Bound("minimum", site, order => order >= 0, "at least");
        yield return Bound("maximum", site, order => order <= 0, "at most");
        yield return Bound("exclusiveMinimum", site, order => order > 0, "more than");
        yield return Bound("exclusiveMaximum", site, order => order < 0, "less than");
        if (site.Number("multipleOf") is { } divisor)
            yield return ExactNumber.Of(divisor).Sign > 0 ? new MultipleOfKeyword(divisor) : throw site.Fault("multipleOf", "Must be more than 0.");
        yield return Size("minLength", "maxLength", site, JsonValueKind.String, "characters");
        yield return Size("minItems", "maxItems", site, JsonValueKind.Array, "items");
        yield return Size("minProperties", "maxProperties", site, JsonValueKind.Object, "members");
        if (site.Text("pattern") is { } pattern)
            yield return new PatternKeyword(site.Pattern(pattern, "pattern"), pattern);
        if (site.Flag("uniqueItems"))
            yield return new UniqueItemsKeyword();
        if (site.TryGet("required", out var required))
            yield return new RequiredKeyword(site.Texts(required, "required"));
        if (site.TryGet("dependentRequired", out var dependent))
            yield return new DependentRequiredKeyword([.. site.Members(dependent, "dependentRequired").Select(member => (member.Name, site.Texts(member.Value, "dependentRequired")))]);
    }

    static BoundKeyword? Bound(string keyword, SchemaSite site, Func<int, bool> holds, string words) =>
        site.Number(keyword) is { } limit ? new BoundKeyword(CodeOf(keyword), limit, holds, $"Must be {words} {limit.GetRawText()}.") : null;

    static SizeKeyword? Size(string least, string most, SchemaSite site, JsonValueKind kind, string unit)
    {
        var (min, max) = (site.Count(least), site.Count(most));
        return min is null && max is null ? null : new SizeKeyword(kind, min ?? 0, max ?? long.MaxValue, CodeOf(least), CodeOf(most), unit);
    }

    static IEnumerable<IKeyword> Format(SchemaSite site)
    {
        if (site.Text("format") is { } name && Formats.Known.TryGetValue(name, out var matches))
            yield return new FormatKeyword(name, matches, always: site.Has(Vocabularies.FormatAssertion));
    }

    static IEnumerable<IKeyword?> Applicators(SchemaSite site)
    {
        yield return MembersKeyword.Read(site);
        if (site.Child("propertyNames") is { } names)
            yield return new PropertyNamesKeyword(names);
        if (site.Children("prefixItems") is var prefix && site.Child("items") is var items && (prefix, items) is not (null, null))
            yield return new ItemsKeyword(prefix ?? [], items);
        yield return ContainsKeyword.Read(site);
        if (site.Children("allOf") is { } all)
            yield return new AllOfKeyword(all);
        if (site.Children("anyOf") is { } any)
            yield return new AnyOfKeyword(any);
        if (site.Children("oneOf") is { } one)
            yield return new OneOfKeyword(one);
        if (site.Child("not") is { } not)
            yield return new NotKeyword(not);
        var (then, otherwise) = (site.Child("then"), site.Child("else"));
        if (site.Child("if") is { } condition)
            yield return new IfKeyword(condition, then, otherwise);
        if (site.NamedChildren("dependentSchemas") is { } dependent)
            yield return new DependentSchemasKeyword(dependent);
    }

    static IEnumerable<IKeyword?> Unevaluated(SchemaSite site)
    {
        if (site.Child("unevaluatedItems") is { } items)
            yield return new UnevaluatedItemsKeyword(items);
        if (site.Child("unevaluatedProperties") is { } members)
            yield return new UnevaluatedPropertiesKeyword(members);
    }

    internal static string CodeOf(string keyword) =>
        string.Concat(keyword.Select(unit => char.IsAsciiLetterUpper(unit) ? $"_{char.ToLowerInvariant(unit)}" : unit.ToString()));
}
