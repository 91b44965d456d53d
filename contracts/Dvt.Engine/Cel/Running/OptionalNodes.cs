namespace Dvt.Engine.Cel;

/// <summary>`a.or(b)` and `a.orValue(b)`: `b` is evaluated only when `a` is empty.</summary>
sealed class OptionalOrNode(Node target, Node other, bool isValue) : Node
{
    public override CelValue Evaluate(Evaluation evaluation)
    {
        evaluation.Charge(1);
        var value = target.Evaluate(evaluation);
        if (value.IsError)
            return value;
        if (value.Kind != CelKind.Optional)
            return CelValue.Error($"or() is for optionals, not {value.TypeName}");
        if (!value.IsNone)
            return isValue ? value.Inner : value;
        var fallback = other.Evaluate(evaluation);
        return isValue || fallback.Kind is CelKind.Optional or CelKind.Error
            ? fallback
            : CelValue.Error($"or() takes an optional, not {fallback.TypeName}");
    }
}

/// <summary>`a.optMap(v, body)`, and `a.optFlatMap(v, body)` when `flat`.</summary>
sealed class OptionalMapNode(Node target, int slot, Node body, bool flat) : Node
{
    public override CelValue Evaluate(Evaluation evaluation)
    {
        evaluation.Charge(1);
        var value = target.Evaluate(evaluation);
        if (value.IsError || value.IsNone)
            return value;
        if (value.Kind != CelKind.Optional)
            return CelValue.Error($"optMap() is for optionals, not {value.TypeName}");
        evaluation.Slots[slot] = value.Inner;
        var result = body.Evaluate(evaluation);
        if (result.IsError)
            return result;
        if (!flat)
            return evaluation.Built(CelValue.Optional(result));
        return result.Kind == CelKind.Optional ? result : CelValue.Error($"optFlatMap() needs an optional, not {result.TypeName}");
    }
}
