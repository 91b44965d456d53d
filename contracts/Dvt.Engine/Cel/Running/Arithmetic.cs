namespace Dvt.Engine.Cel;

/// <summary>Operators on values. Overflow of 64 bits and division of whole numbers by zero are errors.</summary>
static class Arithmetic
{
    public static CelValue Add(CelValue left, CelValue right, Evaluation evaluation)
    {
        switch (left.Kind, right.Kind)
        {
            case (CelKind.Int, CelKind.Int):
                return Whole((Int128)left.AsInt() + right.AsInt());
            case (CelKind.Uint, CelKind.Uint):
                return Positive((Int128)left.AsUint() + right.AsUint());
            case (CelKind.Double, CelKind.Double):
                return CelValue.Of(left.AsDouble() + right.AsDouble());
            case (CelKind.String, CelKind.String):
                evaluation.ChargeText(left.Name.Length + (long)right.Name.Length);
                return CelValue.Of(left.Name + right.Name);
            case (CelKind.Bytes, CelKind.Bytes):
                evaluation.ChargeText(left.Bytes.Length + (long)right.Bytes.Length);
                return CelValue.Of([.. left.Bytes, .. right.Bytes]);
            case (CelKind.List, CelKind.List):
                evaluation.Charge(left.List.Count + (long)right.List.Count);
                return evaluation.Build([.. left.List.Items, .. right.List.Items]);
            case (CelKind.Duration, CelKind.Duration):
                return Time.Duration((Int128)left.Nanoseconds + right.Nanoseconds);
            case (CelKind.Timestamp, CelKind.Duration):
                return Time.Shift(left, right.Nanoseconds);
            case (CelKind.Duration, CelKind.Timestamp):
                return Time.Shift(right, left.Nanoseconds);
            default:
                return NoOperator("+", left, right);
        }
    }

    public static CelValue Subtract(CelValue left, CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Int, CelKind.Int) => Whole((Int128)left.AsInt() - right.AsInt()),
        (CelKind.Uint, CelKind.Uint) => Positive((Int128)left.AsUint() - right.AsUint()),
        (CelKind.Double, CelKind.Double) => CelValue.Of(left.AsDouble() - right.AsDouble()),
        (CelKind.Duration, CelKind.Duration) => Time.Duration((Int128)left.Nanoseconds - right.Nanoseconds),
        (CelKind.Timestamp, CelKind.Duration) => Time.Shift(left, -(Int128)right.Nanoseconds),
        (CelKind.Timestamp, CelKind.Timestamp) => Time.Duration(Time.Instant(left) - Time.Instant(right)),
        _ => NoOperator("-", left, right),
    };

    public static CelValue Multiply(CelValue left, CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Int, CelKind.Int) => Whole((Int128)left.AsInt() * right.AsInt()),
        (CelKind.Uint, CelKind.Uint) => Math.BigMul(left.AsUint(), right.AsUint(), out var low) == 0 ? CelValue.Of(low) : Overflow,
        (CelKind.Double, CelKind.Double) => CelValue.Of(left.AsDouble() * right.AsDouble()),
        _ => NoOperator("*", left, right),
    };

    public static CelValue Divide(CelValue left, CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Int, CelKind.Int) when right.AsInt() == 0 => ByZero,
        (CelKind.Uint, CelKind.Uint) when right.AsUint() == 0 => ByZero,
        (CelKind.Int, CelKind.Int) => Whole((Int128)left.AsInt() / right.AsInt()),
        (CelKind.Uint, CelKind.Uint) => CelValue.Of(left.AsUint() / right.AsUint()),
        (CelKind.Double, CelKind.Double) => CelValue.Of(left.AsDouble() / right.AsDouble()),
        _ => NoOperator("/", left, right),
    };

    public static CelValue Remainder(CelValue left, CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Int, CelKind.Int) when right.AsInt() == 0 => ByZero,
        (CelKind.Uint, CelKind.Uint) when right.AsUint() == 0 => ByZero,
        (CelKind.Int, CelKind.Int) => Whole((Int128)left.AsInt() % right.AsInt()),
        (CelKind.Uint, CelKind.Uint) => CelValue.Of(left.AsUint() % right.AsUint()),
        _ => NoOperator("%", left, right),
    };

    public static CelValue Negate(CelValue value) => value.Kind switch
    {
        CelKind.Int => Whole(-(Int128)value.AsInt()),
        CelKind.Double => CelValue.Of(-value.AsDouble()),
        _ => CelValue.Error($"- does not take {value.TypeName}"),
    };

    public static CelValue Not(CelValue value) =>
        value.Kind == CelKind.Bool ? CelValue.Of(value.IsFalse) : CelValue.Error($"! takes bool, not {value.TypeName}");

    public static CelValue Less(CelValue left, CelValue right, Evaluation evaluation) =>
        Order("<", left, right, evaluation, order => order < 0);

    public static CelValue LessOrEqual(CelValue left, CelValue right, Evaluation evaluation) =>
        Order("<=", left, right, evaluation, order => order <= 0);

    public static CelValue Greater(CelValue left, CelValue right, Evaluation evaluation) =>
        Order(">", left, right, evaluation, order => order > 0);

    public static CelValue GreaterOrEqual(CelValue left, CelValue right, Evaluation evaluation) =>
        Order(">=", left, right, evaluation, order => order >= 0);

    public static CelValue In(CelValue item, CelValue container, Evaluation evaluation)
    {
        switch (container.Kind)
        {
            case CelKind.Map:
                evaluation.Charge(container.Map.Reach + item.Weight);
                return CelValue.Of(container.Map.TryGet(item, out _));
            case CelKind.List:
                foreach (var candidate in container.List.Items)
                    if (Comparison.Equal(item, candidate, evaluation))
                        return CelValue.True;
                return CelValue.False;
            default:
                return NoOperator("in", item, container);
        }
    }

    static CelValue Order(string symbol, CelValue left, CelValue right, Evaluation evaluation, Func<int, bool> holds)
    {
        if (left.Kind is CelKind.String or CelKind.Bytes && left.Kind == right.Kind)
            evaluation.Charge(Math.Min(left.Weight, right.Weight));
        if (Comparison.Compare(left, right) is { } order)
            return CelValue.Of(holds(order));
        // Numbers without an order are NaN.
        return left.IsNumber && right.IsNumber ? CelValue.False : NoOperator(symbol, left, right);
    }

    static CelValue Whole(Int128 value) =>
        value >= long.MinValue && value <= long.MaxValue ? CelValue.Of((long)value) : Overflow;

    static CelValue Positive(Int128 value) =>
        value >= 0 && value <= ulong.MaxValue ? CelValue.Of((ulong)value) : Overflow;

    static CelValue NoOperator(string symbol, CelValue left, CelValue right) =>
        CelValue.Error($"{symbol} does not take {left.TypeName} and {right.TypeName}");

    static CelValue Overflow { get; } = CelValue.Error("the result does not fit 64 bits");
    static CelValue ByZero { get; } = CelValue.Error("division by zero");
}
