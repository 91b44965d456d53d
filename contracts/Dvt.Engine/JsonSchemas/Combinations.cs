using System.Text.Json;

namespace Dvt.Engine.JsonSchemas;

sealed class AllOfKeyword(SchemaNode[] branches) : IKeyword
{
    public IEnumerable<SchemaNode> InPlace => branches;

    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        var holds = true;
        foreach (var branch in branches)
        {
            holds &= evaluation.Here(branch, instance, "all_of", seen);
            if (!holds && !evaluation.Collecting)
                return false;
        }
        return holds;
    }
}

sealed class AnyOfKeyword(SchemaNode[] branches) : IKeyword
{
    public IEnumerable<SchemaNode> InPlace => branches;

    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        var holds = false;
        foreach (var branch in branches)
        {
            holds |= evaluation.Test(branch, instance, seen);
            // What later branches see matters only where someone asks for it.
            if (holds && seen is null)
                return true;
        }
        return holds || evaluation.Fail("any_of", "Matches none of the allowed schemas.");
    }
}

sealed class OneOfKeyword(SchemaNode[] branches) : IKeyword
{
    public IEnumerable<SchemaNode> InPlace => branches;

    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        var matched = 0;
        foreach (var branch in branches)
        {
            if (evaluation.Test(branch, instance, seen) && ++matched > 1)
                return evaluation.Fail("one_of", "Matches more than one of the allowed schemas.");
        }
        return matched == 1 || evaluation.Fail("one_of", "Matches none of the allowed schemas.");
    }
}

sealed class NotKeyword(SchemaNode refused) : IKeyword
{
    public IEnumerable<SchemaNode> InPlace => [refused];

    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen) =>
        !evaluation.Test(refused, instance, seen: null) || evaluation.Fail("not", "Matches a schema that it must not match.");
}

sealed class IfKeyword(SchemaNode condition, SchemaNode? then, SchemaNode? otherwise) : IKeyword
{
    public IEnumerable<SchemaNode> InPlace => new[] { condition, then, otherwise }.OfType<SchemaNode>();

    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        var met = evaluation.Test(condition, instance, seen);
        var next = met ? then : otherwise;
        return next is null || evaluation.Here(next, instance, met ? "then" : "else", seen);
    }
}

sealed class DependentSchemasKeyword(Dictionary<string, SchemaNode> dependents) : IKeyword
{
    public IEnumerable<SchemaNode> InPlace => dependents.Values;

    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        if (instance.ValueKind is not JsonValueKind.Object)
            return true;
        var holds = true;
        foreach (var (name, schema) in dependents)
        {
            if (instance.TryGetProperty(name, out _))
                holds &= evaluation.Here(schema, instance, "dependent_schemas", seen);
        }
        return holds;
    }
}
