using static Dvt.Engine.Cel.CelType;

namespace Dvt.Engine.Cel;

/// <summary>Values that may be absent; `or` and `orValue` are nodes of their own, for they do not always evaluate what they take.</summary>
static class Optionals
{
    static readonly CelType A = Open('A');

    public static IEnumerable<Overload> All =>
    [
        new("optional.none", OptionalOf(Dyn), [], (_, _) => CelValue.None),
        new("optional.of", OptionalOf(A), [A], (a, e) => e.Built(CelValue.Optional(a[0]))),
        new("optional.ofNonZeroValue", OptionalOf(A), [A], (a, e) => a[0].IsZero ? CelValue.None : e.Built(CelValue.Optional(a[0]))),
        new(".hasValue", Bool, [OptionalOf(A)], (a, _) => CelValue.Of(!a[0].IsNone)),
        new(".value", A, [OptionalOf(A)], (a, _) => a[0].IsNone ? CelValue.Error("the optional is empty") : a[0].Inner),
    ];
}
