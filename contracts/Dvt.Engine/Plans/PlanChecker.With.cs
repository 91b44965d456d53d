using System.Text.Json;
using Dvt.Engine.Json;
using Dvt.Engine.JsonSchemas;

namespace Dvt.Engine.Plans;

// A step's `with` against its kind's schema, as far as it can be known before expressions have values.
sealed partial class PlanChecker
{
    static readonly JsonElement NoMembers = JsonElement.Parse("{}");

    void CheckWith(StepDraft step)
    {
        if (step.Kind is not { } kind)
            return;
        var with = step.WithSource ?? NoMembers;
        var pointer = step.WithSource is null ? step.Pointer : $"{step.Pointer}/with";
        var errors = kind.Schema.Validate(with, assertFormat: true);
        if (errors.Count == 0)
            return;
        var open = new HashSet<string>(StringComparer.Ordinal);
        var above = new HashSet<string>(StringComparer.Ordinal);
        Expressions(with, "", open, above);
        foreach (var error in errors)
            if (Known(error, open, above))
                faults.Add(pointer + (step.WithSource is null ? "" : error.Pointer), "invalid_with", error.Message);
    }

    /// <summary>Would this be an error whatever the expressions give?</summary>
    static bool Known(SchemaError error, HashSet<string> open, HashSet<string> above)
    {
        if (error.Code is "additional_properties" or "unevaluated_properties" or "property_names")
            return true;
        if (open.Contains(error.Pointer))
            return false;
        return !above.Contains(error.Pointer)
            || error.Code is "type" or "required" or "dependent_required" or "min_items" or "max_items" or "min_properties" or "max_properties";
    }

    /// <summary>Pointers of texts that are evaluated, and of everything around them.</summary>
    static bool Expressions(JsonElement value, string pointer, HashSet<string> open, HashSet<string> above)
    {
        var any = false;
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                any = Shape.TextOf(value)?.Contains("${", StringComparison.Ordinal) == true;
                if (any)
                    open.Add(pointer);
                return any;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                    any |= Expressions(member.Value, JsonPointer.Join(pointer, member.Name), open, above);
                break;
            case JsonValueKind.Array:
                var at = 0;
                foreach (var item in value.EnumerateArray())
                    any |= Expressions(item, $"{pointer}/{at++}", open, above);
                break;
        }
        if (any)
            above.Add(pointer);
        return any;
    }
}
