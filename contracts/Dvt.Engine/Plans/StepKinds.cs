using System.Diagnostics.CodeAnalysis;

namespace Dvt.Engine.Plans;

/// <summary>The kinds a plan may use. Immutable: <see cref="With"/> makes a larger one.</summary>
public sealed class StepKinds
{
    readonly Dictionary<string, StepKind> byName;

    StepKinds(Dictionary<string, StepKind> byName) => this.byName = byName;

    /// <summary><c>noop</c>, <c>transform</c>, <c>gateway</c>, <c>wait</c>, <c>approval</c>, <c>emit</c>, <c>http</c>, <c>map</c>, <c>plan</c> and <c>echo</c>.</summary>
    public static StepKinds BuiltIn { get; } = new StepKinds([]).With(BuiltInKinds.All);

    /// <summary>Throws <see cref="ArgumentException"/> when a name is taken.</summary>
    public StepKinds With(params IEnumerable<StepKind> kinds)
    {
        var larger = new Dictionary<string, StepKind>(byName);
        foreach (var kind in kinds)
            larger.Add(kind.Name, kind);
        return new StepKinds(larger);
    }

    /// <summary>In order of their names.</summary>
    public IEnumerable<StepKind> All => byName.Values.OrderBy(k => k.Name, StringComparer.Ordinal);

    public bool TryGet(string name, [NotNullWhen(true)] out StepKind? kind) => byName.TryGetValue(name, out kind);
}
