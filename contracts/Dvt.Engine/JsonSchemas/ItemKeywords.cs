using System.Text.Json;
using Dvt.Engine.Json;

namespace Dvt.Engine.JsonSchemas;

/// <summary>`prefixItems` and `items`, which depend on each other.</summary>
sealed class ItemsKeyword(SchemaNode[] prefix, SchemaNode? rest) : IKeyword
{
    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        if (instance.ValueKind is not JsonValueKind.Array)
            return true;
        var holds = true;
        var index = 0;
        foreach (var item in instance.EnumerateArray())
        {
            if (index < prefix.Length)
                holds &= evaluation.Item(prefix[index], item, index, "prefix_items");
            else if (rest is not null)
                holds &= evaluation.Item(rest, item, index, "items");
            else
                break;
            if (!holds && !evaluation.Collecting)
                return false;
            index++;
        }
        seen?.FirstItems(index);
        return holds;
    }
}

/// <summary>`contains`, `minContains` and `maxContains`.</summary>
sealed class ContainsKeyword(SchemaNode schema, long min, long max) : IKeyword
{
    internal static ContainsKeyword? Read(SchemaSite site)
    {
        long min = 1, max = long.MaxValue;
        if (site.Has(Vocabularies.Validation))
        {
            min = site.Count("minContains") ?? min;
            max = site.Count("maxContains") ?? max;
        }
        return site.Child("contains") is { } schema ? new(schema, min, max) : null;
    }

    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        if (instance.ValueKind is not JsonValueKind.Array)
            return true;
        var found = 0L;
        var index = 0;
        foreach (var item in instance.EnumerateArray())
        {
            if (evaluation.Test(schema, item, seen: null))
            {
                found++;
                seen?.Item(index);
            }
            index++;
        }
        if (found > max)
            return evaluation.Fail("max_contains", $"At most {max} items may be of the wanted kind; {found} are.");
        return found >= min || evaluation.Fail(min == 1 ? "contains" : "min_contains", $"At least {min} items must be of the wanted kind; {found} are.");
    }
}

sealed class UnevaluatedItemsKeyword(SchemaNode schema) : IKeyword
{
    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        if (instance.ValueKind is not JsonValueKind.Array)
            return true;
        var holds = true;
        var index = 0;
        foreach (var item in instance.EnumerateArray())
        {
            if (!seen!.HasItem(index))
                holds &= evaluation.Item(schema, item, index, "unevaluated_items");
            index++;
        }
        seen!.FirstItems(index);
        return holds;
    }
}

sealed class UniqueItemsKeyword : IKeyword
{
    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        if (instance.ValueKind is not JsonValueKind.Array || instance.GetArrayLength() < 2)
            return true;
        var known = new HashSet<JsonElement>(JsonEquality.Instance);
        foreach (var item in instance.EnumerateArray())
        {
            if (!known.Add(item))
                return evaluation.Fail("unique_items", "Two items are equal.");
        }
        return true;
    }
}
