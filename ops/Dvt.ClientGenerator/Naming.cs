using System.Text;
using System.Text.RegularExpressions;

namespace Dvt.ClientGenerator;

/// <summary>Names of the document as names of C#.</summary>
static partial class Naming
{
    static readonly HashSet<string> Keywords = ["default", "event", "params", "ref", "out", "in", "is", "as", "new", "object", "string", "operator", "lock", "base", "this", "case", "switch"];

    /// <summary><c>EMERGENCY_STOP</c>, <c>tenant-admin</c> and <c>planRef</c> as <c>EmergencyStop</c>, <c>TenantAdmin</c>, <c>PlanRef</c>.</summary>
    public static string Pascal(string name)
    {
        var text = new StringBuilder();
        foreach (var part in Word().Matches(name).Select(m => m.Value))
            text.Append(char.ToUpperInvariant(part[0])).Append(part.Length > 1 && part.All(c => !char.IsLower(c)) ? part[1..].ToLowerInvariant() : part[1..]);
        return text.Length == 0 || char.IsDigit(text[0]) ? "_" + text : text.ToString();
    }

    /// <summary>A parameter.</summary>
    public static string Camel(string name)
    {
        var pascal = Pascal(name);
        var camel = char.ToLowerInvariant(pascal[0]) + pascal[1..];
        return Keywords.Contains(camel) ? "@" + camel : camel;
    }

    /// <summary>One of many.</summary>
    public static string Singular(string name) =>
        name.EndsWith("ies", StringComparison.Ordinal) ? name[..^3] + "y"
        : name.EndsWith('s') && !name.EndsWith("ss", StringComparison.Ordinal) ? name[..^1]
        : name + "Item";

    /// <summary>Lines of a documentation comment.</summary>
    public static string Doc(string text) => Quoted().Replace(
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).ReplaceLineEndings(" ").Trim(),
        "<c>$1</c>");

    /// <summary>Ends like a sentence.</summary>
    public static string Sentence(string text) => text.Length == 0 || text[^1] is '.' or '!' or '?' or '…' ? text : text + ".";

    [GeneratedRegex("[A-Za-z0-9]+")]
    private static partial Regex Word();

    [GeneratedRegex("`([^`]*)`")]
    private static partial Regex Quoted();
}
