namespace Dvt.Engine.Cel;

/// <summary>Keys of maps: `1`, `1u` and `1.0` find the same entry.</summary>
static class MapKey
{
    public static IEqualityComparer<CelValue> Comparer { get; } = new NormalKeys();

    public static bool IsAllowed(CelValue key) => key.Kind is CelKind.Int or CelKind.Uint or CelKind.Bool or CelKind.String;

    public static bool TryNormalise(CelValue key, out CelValue normal)
    {
        normal = key;
        switch (key.Kind)
        {
            case CelKind.Int or CelKind.Bool or CelKind.String:
                return true;
            case CelKind.Uint:
                if (key.AsUint() <= long.MaxValue)
                    normal = CelValue.Of((long)key.AsUint());
                return true;
            case CelKind.Double when double.IsInteger(key.AsDouble()):
                var number = key.AsDouble();
                if (number is >= -9223372036854775808.0 and < 9223372036854775808.0)
                    normal = CelValue.Of((long)number);
                else if (number is > 0 and < 18446744073709551616.0)
                    normal = CelValue.Of((ulong)number);
                else
                    return false;
                return true;
            default:
                return false;
        }
    }

    sealed class NormalKeys : IEqualityComparer<CelValue>
    {
        public bool Equals(CelValue left, CelValue right) => left.Kind == right.Kind && left.Kind switch
        {
            CelKind.Int => left.AsInt() == right.AsInt(),
            CelKind.Uint => left.AsUint() == right.AsUint(),
            CelKind.Bool => left.AsBool() == right.AsBool(),
            _ => left.Name == right.Name,
        };

        // Seeded per process, so that no one can choose keys that collide.
        public int GetHashCode(CelValue key) => key.Kind switch
        {
            CelKind.Int => HashCode.Combine(key.AsInt()),
            CelKind.Uint => HashCode.Combine(key.AsUint()),
            CelKind.Bool => key.AsBool() ? 1 : 0,
            _ => key.Name.GetHashCode(StringComparison.Ordinal),
        };
    }
}
