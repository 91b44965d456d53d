using System.Text;
using System.Text.RegularExpressions;

namespace Dvt.Pipeline.Watching;

/// <summary>
/// Texts of several processes as one: a name has one type, and each series says whose it is by the labels <c>role</c> and <c>instance</c>.
/// </summary>
public sealed partial class JoinedMetrics
{
    readonly SortedDictionary<string, Family> families = new(StringComparer.Ordinal);

    sealed record Family(string Kind, StringBuilder Lines);

    /// <param name="text">As <see cref="PrometheusText.Write"/> makes it: each name with its type above its series.</param>
    /// <param name="instance">Another one for each process, so no series comes twice.</param>
    public JoinedMetrics Add(string role, string instance, string text)
    {
        var whose = $"role=\"{Escaped(role)}\",instance=\"{Escaped(instance)}\"";
        Family? family = null;
        foreach (var line in text.AsSpan().EnumerateLines())
            if (Typed().Match(line.ToString()) is { Success: true } typed)
                family = FamilyOf(typed.Groups["name"].Value, typed.Groups["kind"].Value);
            else if (family is not null && line.Length > 0 && line[0] != '#')
                family.Lines.Append(Labelled(line, whose)).Append('\n');
        return this;
    }

    /// <summary>Null for a type that differs from what others tell by the same name: a process of another version.</summary>
    Family? FamilyOf(string name, string kind)
    {
        if (!families.TryGetValue(name, out var family))
            families[name] = family = new(kind, new());
        return family.Kind == kind ? family : null;
    }

    static string Labelled(ReadOnlySpan<char> line, string whose)
    {
        var end = line.IndexOfAny('{', ' ');
        if (end < 0 || line[end] == ' ')
            return $"{line[..Math.Max(end, 0)]}{{{whose}}}{line[Math.Max(end, 0)..]}";
        // A label of its own by our name steps aside, as it does for Prometheus.
        var own = Ours().Replace(line[(end + 1)..].ToString(), "$1exported_$2=\"");
        return $"{line[..end]}{{{whose}{(own[0] == '}' ? "" : ",")}{own}";
    }

    static string Escaped(string value) => value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (name, family) in families)
            text.Append("# TYPE ").Append(name).Append(' ').Append(family.Kind).Append('\n').Append(family.Lines);
        return text.ToString();
    }

    [GeneratedRegex(@"^# TYPE (?<name>\S+) (?<kind>\S+)\z")]
    private static partial Regex Typed();

    [GeneratedRegex("(^|,)(role|instance)=\"")]
    private static partial Regex Ours();
}
