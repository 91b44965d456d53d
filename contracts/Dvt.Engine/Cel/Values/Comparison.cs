namespace Dvt.Engine.Cel;

/// <summary>Equality and order across types: numbers compare by value, other types are never equal.</summary>
static class Comparison
{
    // To begin walking two containers takes longer than to compare two numbers.
    const int Opening = 8;

    public static bool Equal(CelValue left, CelValue right, Evaluation evaluation)
    {
        evaluation.Charge(1);
        if (left.IsNumber && right.IsNumber)
            return Compare(left, right) == 0;
        if (left.Kind != right.Kind)
            return false;
        switch (left.Kind)
        {
            case CelKind.Null:
                return true;
            case CelKind.Bool:
                return left.AsBool() == right.AsBool();
            case CelKind.Type:
                return left.Name == right.Name;
            case CelKind.String:
                evaluation.ChargeText(left.Name.Length + (long)right.Name.Length);
                return left.Name == right.Name;
            case CelKind.Bytes:
                evaluation.ChargeText(left.Bytes.Length + (long)right.Bytes.Length);
                return left.Bytes.AsSpan().SequenceEqual(right.Bytes);
            case CelKind.List:
                evaluation.Charge(Opening);
                return Equal(left.List, right.List, evaluation);
            case CelKind.Map:
                evaluation.Charge(Opening);
                return Equal(left.Map, right.Map, evaluation);
            case CelKind.Optional:
                return left.IsNone || right.IsNone ? left.IsNone && right.IsNone : Equal(left.Inner, right.Inner, evaluation);
            default:
                return Compare(left, right) == 0;
        }
    }

    /// <summary>Null where the two have no order: different types, NaN, lists.</summary>
    public static int? Compare(CelValue left, CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Int, CelKind.Int) => left.AsInt().CompareTo(right.AsInt()),
        (CelKind.Int, CelKind.Uint) => left.AsInt() < 0 ? -1 : ((ulong)left.AsInt()).CompareTo(right.AsUint()),
        (CelKind.Int, CelKind.Double) => Ordered(left.AsInt(), right.AsDouble()),
        (CelKind.Uint, CelKind.Uint) => left.AsUint().CompareTo(right.AsUint()),
        (CelKind.Uint, CelKind.Int) => -Compare(right, left),
        (CelKind.Uint, CelKind.Double) => Ordered(left.AsUint(), right.AsDouble()),
        (CelKind.Double, CelKind.Double) => Ordered(left.AsDouble(), right.AsDouble()),
        (CelKind.Double, CelKind.Int) => Ordered(left.AsDouble(), right.AsInt()),
        (CelKind.Double, CelKind.Uint) => Ordered(left.AsDouble(), right.AsUint()),
        (CelKind.Bool, CelKind.Bool) => left.AsBool().CompareTo(right.AsBool()),
        (CelKind.String, CelKind.String) => Text.Compare(left.Name, right.Name),
        (CelKind.Bytes, CelKind.Bytes) => left.Bytes.AsSpan().SequenceCompareTo(right.Bytes),
        (CelKind.Duration, CelKind.Duration) => left.Nanoseconds.CompareTo(right.Nanoseconds),
        (CelKind.Timestamp, CelKind.Timestamp) => left.Seconds != right.Seconds
            ? left.Seconds.CompareTo(right.Seconds)
            : left.Nanos.CompareTo(right.Nanos),
        _ => null,
    };

    static int? Ordered(double left, double right) =>
        left < right ? -1 : left > right ? 1 : left == right ? 0 : null;

    static bool Equal(CelList left, CelList right, Evaluation evaluation)
    {
        if (left.Count != right.Count)
            return false;
        using var others = right.Items.GetEnumerator();
        foreach (var item in left.Items)
            if (!others.MoveNext() || !Equal(item, others.Current, evaluation))
                return false;
        return true;
    }

    static bool Equal(CelMap left, CelMap right, Evaluation evaluation)
    {
        if (left.Count != right.Count)
            return false;
        foreach (var (key, value) in left.Entries)
        {
            evaluation.Charge(key.Weight + right.Reach);
            if (!right.TryGet(key, out var other) || !Equal(value, other, evaluation))
                return false;
        }
        return true;
    }
}
