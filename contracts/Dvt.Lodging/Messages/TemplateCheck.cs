using System.Text.RegularExpressions;

namespace Dvt.Lodging.Messages;

/// <summary>What a tenant's template may say: names, <c>if</c>, <c>unless</c>, <c>else</c>. So its work is in proportion to its length.</summary>
public static partial class TemplateCheck
{
    public const int MostText = 20_000;
    const int MostDepth = 8;

    /// <returns>What is wrong, in words; null when nothing is.</returns>
    public static string? Fault(string template)
    {
        if (template.Length > MostText)
            return $"has more than {MostText} characters";
        var open = new Stack<string>();
        var rest = 0;
        foreach (Match tag in Tag().Matches(template))
        {
            if (Brace(template.AsSpan(rest, tag.Index - rest)))
                return "has {{ without }}";
            rest = tag.Index + tag.Length;
            if (FaultOf(tag.Groups["inside"].Value.Trim(), open) is { } fault)
                return fault;
        }
        return Brace(template.AsSpan(rest)) ? "has {{ without }}"
            : open.Count > 0 ? $"{{{{#{open.Peek()}}}}} is not closed"
            : null;
    }

    static bool Brace(ReadOnlySpan<char> text) => text.Contains("{{", StringComparison.Ordinal) || text.Contains("}}", StringComparison.Ordinal);

    static string? FaultOf(string inside, Stack<string> open)
    {
        if (inside == "else")
            return open.Count == 0 ? "{{else}} stands outside of {{#if}}" : null;
        if (Block().Match(inside) is { Success: true } block)
        {
            open.Push(block.Groups["kind"].Value);
            return open.Count > MostDepth ? $"has more than {MostDepth} blocks in one another" : NameFault(block.Groups["name"].Value);
        }
        if (inside.StartsWith('/'))
            return open.Count > 0 && open.Peek() == inside[1..].Trim() ? Close(open) : $"{{{{{inside}}}}} closes nothing";
        return Name().IsMatch(inside) ? NameFault(inside) : $"{{{{{inside}}}}} is not allowed: names, if, unless and else are";
    }

    static string? Close(Stack<string> open)
    {
        open.Pop();
        return null;
    }

    static string? NameFault(string name) => MessageWords.Names.Contains(name) ? null : $"{{{{{name}}}}} is unknown; there are {string.Join(", ", MessageWords.Names)}";

    [GeneratedRegex(@"\{\{(?<inside>[^{}]*)\}\}(?!\})")]
    private static partial Regex Tag();

    [GeneratedRegex(@"^#(?<kind>if|unless)\s+(?<name>\w+)\z")]
    private static partial Regex Block();

    [GeneratedRegex(@"^[A-Za-z]\w*\z")]
    private static partial Regex Name();
}
