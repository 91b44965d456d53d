using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Dvt.Contracts;

/// <summary>A version as in Semantic Versioning 2.0.0, ordered by its §11; build metadata does not count.</summary>
public sealed partial record SemanticVersion(BigInteger Major, BigInteger Minor, BigInteger Patch, IReadOnlyList<string> PreRelease)
{
    [GeneratedRegex(@"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?\z", RegexOptions.ECMAScript)]
    private static partial Regex Form { get; }

    public static bool TryParse(string text, [NotNullWhen(true)] out SemanticVersion? version)
    {
        version = null;
        if (text.Length > 128 || Form.Match(text) is not { Success: true } match)
            return false;
        var labels = match.Groups[4].Success ? match.Groups[4].Value.Split('.') : [];
        if (labels.Any(l => l.Length > 1 && l[0] == '0' && l.All(char.IsAsciiDigit)))
            return false;
        version = new(Number(1), Number(2), Number(3), labels);
        return true;

        BigInteger Number(int group) => BigInteger.Parse(match.Groups[group].Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The newest of some versions; null for none. What is no version is older than what is.</summary>
    public static string? Newest(IEnumerable<string> versions) =>
        versions.MaxBy(v => TryParse(v, out var parsed) ? parsed : null, Comparer<SemanticVersion?>.Create(Compare));

    /// <summary>By precedence; nothing comes before everything.</summary>
    public static int Compare(SemanticVersion? a, SemanticVersion? b)
    {
        if (a is null || b is null)
            return (a is not null).CompareTo(b is not null);
        var order = a.Major.CompareTo(b.Major);
        order = order != 0 ? order : a.Minor.CompareTo(b.Minor);
        order = order != 0 ? order : a.Patch.CompareTo(b.Patch);
        return order != 0 ? order : ComparePreRelease(a.PreRelease, b.PreRelease);
    }

    /// <summary>A version without labels is newer than the same with some.</summary>
    static int ComparePreRelease(IReadOnlyList<string> a, IReadOnlyList<string> b)
    {
        if (a.Count == 0 || b.Count == 0)
            return b.Count.CompareTo(a.Count);
        for (var i = 0; i < Math.Min(a.Count, b.Count); i++)
            if (CompareLabel(a[i], b[i]) is not 0 and var order)
                return order;
        return a.Count.CompareTo(b.Count);
    }

    static int CompareLabel(string a, string b)
    {
        var aIsNumber = a.All(char.IsAsciiDigit);
        var bIsNumber = b.All(char.IsAsciiDigit);
        if (aIsNumber && bIsNumber)
            return a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(a, b);
        return aIsNumber != bIsNumber ? (aIsNumber ? -1 : 1) : string.CompareOrdinal(a, b);
    }
}
