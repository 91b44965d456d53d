namespace Dvt.Engine.Cel;

/// <summary>`x.field`, `x.?field` and `x[i]`, `x[?i]`: a constant or computed key.</summary>
sealed class AccessNode(Node operand, Node key, bool optional) : Node
{
    public override CelValue Evaluate(Evaluation evaluation)
    {
        evaluation.Charge(1);
        var value = operand.Evaluate(evaluation);
        if (value.IsError)
            return value;
        var place = key.Evaluate(evaluation);
        if (place.IsError)
            return place;
        if (value.IsNone)
            return value;
        var isOptional = optional || value.Kind == CelKind.Optional;
        var found = Access.Find(value.Kind == CelKind.Optional ? value.Inner : value, place, evaluation, out var fault);
        return fault is { } error ? error
            : found is { } item ? isOptional ? CelValue.Optional(item) : item
            : isOptional ? CelValue.None
            : CelValue.Error($"no such key: {place.Brief}");
    }
}

/// <summary>`has(x.field)`.</summary>
sealed class HasNode(Node operand, string field) : Node
{
    readonly CelValue key = CelValue.Of(field);

    public override CelValue Evaluate(Evaluation evaluation)
    {
        evaluation.Charge(1);
        var value = operand.Evaluate(evaluation);
        while (value.Kind == CelKind.Optional && !value.IsNone)
            value = value.Inner;
        if (value.IsError || value.IsNone)
            return value.IsError ? value : CelValue.False;
        if (value.Kind != CelKind.Map)
            return CelValue.Error($"{value.TypeName} has no fields");
        evaluation.Charge(value.Map.Reach);
        return CelValue.Of(value.Map.TryGet(key, out _));
    }
}

static class Access
{
    /// <summary>Null where nothing is there; `fault` where nothing can be.</summary>
    public static CelValue? Find(CelValue value, CelValue key, Evaluation evaluation, out CelValue? fault)
    {
        fault = null;
        switch (value.Kind)
        {
            case CelKind.Map:
                evaluation.Charge(value.Map.Reach + key.Weight);
                if (!MapKey.IsAllowed(key) && key.Kind != CelKind.Double)
                    fault = CelValue.Error($"a key of a map cannot be {key.TypeName}");
                else if (value.Map.TryGet(key, out var entry))
                    return Found(entry, evaluation, out fault);
                return null;
            case CelKind.List when key.IsNumber && MapKey.TryNormalise(key, out var place) && place.Kind == CelKind.Int:
                if (place.AsInt() < 0 || place.AsInt() >= value.List.Count)
                    return null;
                evaluation.Charge(value.List.Reach((int)place.AsInt()));
                return Found(value.List[(int)place.AsInt()], evaluation, out fault);
            case CelKind.List:
                fault = CelValue.Error($"{key.Brief} is no place in a list");
                return null;
            default:
                fault = CelValue.Error($"{value.TypeName} has no fields or elements");
                return null;
        }
    }

    static CelValue? Found(CelValue value, Evaluation evaluation, out CelValue? fault)
    {
        fault = value.IsError ? value : null;
        return evaluation.Read(value);
    }
}
