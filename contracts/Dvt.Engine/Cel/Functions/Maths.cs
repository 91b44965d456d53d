using static Dvt.Engine.Cel.CelType;

namespace Dvt.Engine.Cel;

/// <summary>The functions of the namespace `math`.</summary>
static class Maths
{
    const int Bits = 64;

    public static IEnumerable<Overload> All =>
    [
        new("math.greatest", Dyn, [ListOf(Dyn)], (a, e) => Best(a[0].List.Items, e, order => order > 0)),
        new("math.greatest", Dyn, [Dyn], (a, e) => Best(a, e, order => order > 0), rest: true),
        new("math.least", Dyn, [ListOf(Dyn)], (a, e) => Best(a[0].List.Items, e, order => order < 0)),
        new("math.least", Dyn, [Dyn], (a, e) => Best(a, e, order => order < 0), rest: true),

        Real("ceil", Math.Ceiling),
        Real("floor", Math.Floor),
        Real("trunc", Math.Truncate),
        Real("round", number => Math.Round(number, MidpointRounding.AwayFromZero)),
        Real("sqrt", Math.Sqrt),
        new("math.sqrt", CelType.Double, [Int], (a, _) => CelValue.Of(Math.Sqrt(a[0].AsInt()))),
        new("math.sqrt", CelType.Double, [Uint], (a, _) => CelValue.Of(Math.Sqrt(a[0].AsUint()))),
        Test("isNaN", double.IsNaN),
        Test("isInf", double.IsInfinity),
        Test("isFinite", double.IsFinite),

        new("math.abs", Int, [Int], (a, _) => a[0].AsInt() < 0 ? Arithmetic.Negate(a[0]) : a[0]),
        new("math.abs", Uint, [Uint], (a, _) => a[0]),
        Real("abs", Math.Abs),
        new("math.sign", Int, [Int], (a, _) => CelValue.Of((long)Math.Sign(a[0].AsInt()))),
        new("math.sign", Uint, [Uint], (a, _) => CelValue.Of(a[0].AsUint() > 0 ? 1UL : 0UL)),
        Real("sign", number => double.IsNaN(number) || number == 0 ? number : Math.Sign(number)),

        .. Bitwise("bitAnd", (left, right) => left & right),
        .. Bitwise("bitOr", (left, right) => left | right),
        .. Bitwise("bitXor", (left, right) => left ^ right),
        new("math.bitNot", Int, [Int], (a, _) => CelValue.Of(~a[0].AsInt())),
        new("math.bitNot", Uint, [Uint], (a, _) => CelValue.Of(~a[0].AsUint())),
        .. Shifts("bitShiftLeft", (number, by) => number << by),
        .. Shifts("bitShiftRight", (number, by) => number >> by),
    ];

    static CelValue Best(IEnumerable<CelValue> values, Evaluation evaluation, Func<int, bool> better)
    {
        CelValue? best = null;
        foreach (var value in values)
        {
            evaluation.Charge(1);
            if (!value.IsNumber)
                return CelValue.Error($"expected numbers, got {value.TypeName}");
            if (best is not { } sofar || Comparison.Compare(value, sofar) is { } order && better(order))
                best = value;
        }
        return best ?? CelValue.Error("expected at least one number");
    }

    static Overload Real(string name, Func<double, double> apply) =>
        new($"math.{name}", CelType.Double, [CelType.Double], (a, _) => CelValue.Of(apply(a[0].AsDouble())));

    static Overload Test(string name, Func<double, bool> test) =>
        new($"math.{name}", Bool, [CelType.Double], (a, _) => CelValue.Of(test(a[0].AsDouble())));

    static IEnumerable<Overload> Bitwise(string name, Func<ulong, ulong, ulong> apply) =>
    [
        new($"math.{name}", Int, [Int, Int], (a, _) => CelValue.Of(unchecked((long)apply((ulong)a[0].AsInt(), (ulong)a[1].AsInt())))),
        new($"math.{name}", Uint, [Uint, Uint], (a, _) => CelValue.Of(apply(a[0].AsUint(), a[1].AsUint()))),
    ];

    // Bits are shifted as they are, without keeping a sign.
    static IEnumerable<Overload> Shifts(string name, Func<ulong, int, ulong> apply) =>
    [
        new($"math.{name}", Int, [Int, Int], (a, _) => a[1].AsInt() switch
        {
            < 0 => NegativeShift,
            >= Bits => CelValue.Of(0L),
            var by => CelValue.Of(unchecked((long)apply((ulong)a[0].AsInt(), (int)by))),
        }),
        new($"math.{name}", Uint, [Uint, Int], (a, _) => a[1].AsInt() switch
        {
            < 0 => NegativeShift,
            >= Bits => CelValue.Of(0UL),
            var by => CelValue.Of(apply(a[0].AsUint(), (int)by)),
        }),
    ];

    static CelValue NegativeShift { get; } = CelValue.Error("a shift cannot be negative");
}
