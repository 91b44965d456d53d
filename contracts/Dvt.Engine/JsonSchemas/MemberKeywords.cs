using System.Text.Json;
using System.Text.RegularExpressions;

namespace Dvt.Engine.JsonSchemas;

/// <summary>`properties`, `patternProperties` and `additionalProperties`, which depend on each other.</summary>
sealed class MembersKeyword(Dictionary<string, SchemaNode>? named, (Regex Name, SchemaNode Schema)[] patterned, SchemaNode? additional) : IKeyword
{
    internal static MembersKeyword? Read(SchemaSite site)
    {
        var named = site.NamedChildren("properties");
        var patterned = site.NamedChildren("patternProperties");
        var additional = site.Child("additionalProperties");
        if (named is null && patterned is null && additional is null)
            return null;
        return new(named, [.. (patterned ?? []).Select(pair => (site.Pattern(pair.Key, "patternProperties"), pair.Value))], additional);
    }

    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        if (instance.ValueKind is not JsonValueKind.Object)
            return true;
        var holds = true;
        foreach (var member in instance.EnumerateObject())
        {
            holds &= Judge(member, evaluation, seen);
            if (!holds && !evaluation.Collecting)
                return false;
        }
        return holds;
    }

    bool Judge(JsonProperty member, Evaluation evaluation, Seen? seen)
    {
        var name = member.Name;
        var holds = true;
        var matched = false;
        if (named is not null && named.TryGetValue(name, out var schema))
        {
            matched = true;
            holds = evaluation.Member(schema, member, "properties");
        }
        foreach (var (pattern, patternSchema) in patterned)
        {
            if (!evaluation.Matches(pattern, name))
                continue;
            matched = true;
            holds &= evaluation.Member(patternSchema, member, "pattern_properties");
        }
        if (!matched && additional is not null)
        {
            matched = true;
            holds = evaluation.Member(additional, member, "additional_properties");
        }
        if (matched)
            seen?.Member(name);
        return holds;
    }
}

sealed class UnevaluatedPropertiesKeyword(SchemaNode schema) : IKeyword
{
    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        if (instance.ValueKind is not JsonValueKind.Object)
            return true;
        var holds = true;
        foreach (var member in instance.EnumerateObject())
        {
            if (!seen!.HasMember(member.Name))
                holds &= evaluation.Member(schema, member, "unevaluated_properties");
        }
        seen!.AllMembers();
        return holds;
    }
}

sealed class PropertyNamesKeyword(SchemaNode schema) : IKeyword
{
    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        if (instance.ValueKind is not JsonValueKind.Object || schema.Always is true)
            return true;
        var holds = true;
        foreach (var member in instance.EnumerateObject())
        {
            if (!evaluation.Test(schema, JsonSerializer.SerializeToElement(member.Name), seen: null))
                holds = evaluation.FailAt(member, "property_names", "The name of this member is not allowed.");
        }
        return holds;
    }
}

sealed class RequiredKeyword(string[] names) : IKeyword
{
    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        if (instance.ValueKind is not JsonValueKind.Object)
            return true;
        var holds = true;
        foreach (var name in names)
        {
            if (!instance.TryGetProperty(name, out _))
                holds = evaluation.Fail("required", $"\"{name}\" is required.");
        }
        return holds;
    }
}

sealed class DependentRequiredKeyword((string Present, string[] Needed)[] dependents) : IKeyword
{
    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        if (instance.ValueKind is not JsonValueKind.Object)
            return true;
        var holds = true;
        foreach (var (present, needed) in dependents)
        {
            if (!instance.TryGetProperty(present, out _))
                continue;
            foreach (var name in needed)
            {
                if (!instance.TryGetProperty(name, out _))
                    holds = evaluation.Fail("dependent_required", $"\"{name}\" is required where there is \"{present}\".");
            }
        }
        return holds;
    }
}
