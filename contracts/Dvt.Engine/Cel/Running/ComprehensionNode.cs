namespace Dvt.Engine.Cel;

/// <summary>The macros over lists and maps. `second` is negative where there is one variable.</summary>
sealed class ComprehensionNode(Comprehend kind, Node range, int first, int second, Node? filter, Node body) : Node
{
    public override CelValue Evaluate(Evaluation evaluation)
    {
        evaluation.Charge(1);
        var value = range.Evaluate(evaluation);
        return value.Kind switch
        {
            CelKind.Error => value,
            CelKind.List or CelKind.Map => kind switch
            {
                Comprehend.All or Comprehend.Exists => Decide(value, evaluation),
                Comprehend.ExistsOne => CountOne(value, evaluation),
                Comprehend.List => Collect(value, evaluation),
                _ => CollectMap(value, evaluation),
            },
            _ => CelValue.Error($"a macro takes a list or a map, not {value.TypeName}"),
        };
    }

    // An element that fails is forgiven if another decides.
    CelValue Decide(CelValue value, Evaluation evaluation)
    {
        CelValue? fault = null;
        foreach (var _ in Elements(value, evaluation))
        {
            var holds = body.Evaluate(evaluation);
            if (kind == Comprehend.All ? holds.IsFalse : holds.IsTrue)
                return holds;
            if (holds.Kind != CelKind.Bool)
                fault ??= NotBool(holds);
        }
        return fault ?? CelValue.Of(kind == Comprehend.All);
    }

    CelValue CountOne(CelValue value, Evaluation evaluation)
    {
        var count = 0;
        foreach (var _ in Elements(value, evaluation))
        {
            var holds = body.Evaluate(evaluation);
            if (holds.Kind != CelKind.Bool)
                return NotBool(holds);
            count += holds.IsTrue ? 1 : 0;
        }
        return CelValue.Of(count == 1);
    }

    CelValue Collect(CelValue value, Evaluation evaluation)
    {
        var items = new List<CelValue>();
        foreach (var _ in Elements(value, evaluation))
        {
            if (LeavesOut(evaluation, out var fault))
                continue;
            var item = fault ?? body.Evaluate(evaluation);
            if (item.IsError)
                return item;
            items.Add(item);
        }
        return evaluation.Build([.. items]);
    }

    CelValue CollectMap(CelValue value, Evaluation evaluation)
    {
        var map = new EntryMap();
        foreach (var key in Elements(value, evaluation))
        {
            if (LeavesOut(evaluation, out var fault))
                continue;
            var item = fault ?? body.Evaluate(evaluation);
            if (item.IsError)
                return item;
            var refusal = kind == Comprehend.Map ? map.Add(key, item) : AddEntries(map, item, evaluation);
            if (refusal is not null)
                return CelValue.Error(refusal);
        }
        return evaluation.Built(CelValue.Of(map));
    }

    static string? AddEntries(EntryMap map, CelValue entries, Evaluation evaluation)
    {
        if (entries.Kind != CelKind.Map)
            return $"transformMapEntry() needs a map, not {entries.TypeName}";
        string? refusal = null;
        foreach (var (key, value) in entries.Map.Entries)
        {
            evaluation.Charge(1);
            refusal ??= map.Add(key, value);
        }
        return refusal;
    }

    bool LeavesOut(Evaluation evaluation, out CelValue? fault)
    {
        var keeps = filter?.Evaluate(evaluation) ?? CelValue.True;
        fault = keeps.Kind == CelKind.Bool ? null : NotBool(keeps);
        return keeps.IsFalse;
    }

    /// <summary>Sets the variables to each element in turn, and yields its key or index.</summary>
    IEnumerable<CelValue> Elements(CelValue value, Evaluation evaluation)
    {
        if (value.Kind == CelKind.Map)
        {
            foreach (var (key, item) in value.Map.Entries)
            {
                Set(evaluation, only: key, key, item);
                yield return key;
            }
            yield break;
        }
        var index = 0L;
        foreach (var item in value.List.Items)
        {
            var place = CelValue.Of(index++);
            Set(evaluation, only: item, place, item);
            yield return place;
        }
    }

    void Set(Evaluation evaluation, CelValue only, CelValue key, CelValue item)
    {
        evaluation.Charge(1);
        evaluation.Slots[first] = second >= 0 ? key : only;
        if (second >= 0)
            evaluation.Slots[second] = item;
        evaluation.Read(key);
        evaluation.Read(item);
    }

    static CelValue NotBool(CelValue value) =>
        value.IsError ? value : CelValue.Error($"the condition of a macro is {value.TypeName}, not bool");
}
