using System.Collections.Frozen;
using static Dvt.Engine.Cel.CelType;

namespace Dvt.Engine.Cel;

/// <summary>Binary operators: what they take and what they do.</summary>
static class Operators
{
    static readonly CelType A = Open('A');
    static readonly CelType B = Open('B');
    static readonly CelType[] Numbers = [Int, Uint, CelType.Double];

    // Numbers of different types have an order; other types have one only among themselves.
    static readonly Signature[] Ordered =
    [
        .. Numbers.SelectMany(_ => Numbers, (left, right) => new Signature(Bool, [left, right])),
        .. new[] { Bool, CelType.String, CelType.Bytes, Timestamp, Duration }.Select(type => new Signature(Bool, [type, type])),
    ];

    static readonly Signature[] Equated = [new(Bool, [A, A]), new(Bool, [CelType.Null, A]), new(Bool, [A, CelType.Null])];

    static readonly FrozenDictionary<string, Operator> All = new Dictionary<string, Operator>
    {
        ["+"] = new(Arithmetic.Add,
        [
            .. Same(Int, Uint, CelType.Double, CelType.String, CelType.Bytes, Duration, ListOf(A)),
            new(Timestamp, [Timestamp, Duration]), new(Timestamp, [Duration, Timestamp]),
        ]),
        ["-"] = new((left, right, _) => Arithmetic.Subtract(left, right),
            [.. Same(Int, Uint, CelType.Double, Duration), new(Timestamp, [Timestamp, Duration]), new(Duration, [Timestamp, Timestamp])]),
        ["*"] = new((left, right, _) => Arithmetic.Multiply(left, right), Same(Int, Uint, CelType.Double)),
        ["/"] = new((left, right, _) => Arithmetic.Divide(left, right), Same(Int, Uint, CelType.Double)),
        ["%"] = new((left, right, _) => Arithmetic.Remainder(left, right), Same(Int, Uint)),
        ["<"] = new(Arithmetic.Less, Ordered),
        ["<="] = new(Arithmetic.LessOrEqual, Ordered),
        [">"] = new(Arithmetic.Greater, Ordered),
        [">="] = new(Arithmetic.GreaterOrEqual, Ordered),
        ["=="] = new((left, right, evaluation) => CelValue.Of(Comparison.Equal(left, right, evaluation)), Equated),
        ["!="] = new((left, right, evaluation) => CelValue.Of(!Comparison.Equal(left, right, evaluation)), Equated),
        ["in"] = new(Arithmetic.In, [new(Bool, [A, ListOf(A)]), new(Bool, [A, MapOf(A, B)])]),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static Operator Of(string symbol) => All[symbol];

    static Signature[] Same(params CelType[] types) => [.. types.Select(type => new Signature(type, [type, type]))];
}

sealed record Operator(Func<CelValue, CelValue, Evaluation, CelValue> Apply, Signature[] Signatures);
