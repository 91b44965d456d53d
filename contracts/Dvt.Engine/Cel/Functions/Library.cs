using System.Collections.Frozen;

namespace Dvt.Engine.Cel;

/// <summary>Every function there is. A method's name begins with a dot, and its first parameter is what comes before the dot.</summary>
static class Library
{
    static readonly FrozenDictionary<string, Overload[]> Functions =
        new[] { Conversions.All, Strings.All, Formats.All, Maths.All, Times.All, Optionals.All }
            .SelectMany(overloads => overloads)
            .GroupBy(overload => overload.Name, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);

    public static Overload[]? Find(string name) => Functions.GetValueOrDefault(name);
}
