using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Dvt.Lodging.Calendars;

/// <summary>A property: <c>NAME;PARAMETER="value":value</c>. Names are upper-case; RFC 5545 §3.1 and §3.2.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Value">As written, escapes and all.</param>
sealed record ContentLine(int Line, string Name, IReadOnlyList<(string Name, string Value)> Parameters, string Value)
{
    /// <summary>Parameters of one property; further ones are dropped.</summary>
    const int MaxParameters = 32;

    public string? Parameter(string name)
    {
        foreach (var parameter in Parameters)
            if (parameter.Name == name)
                return parameter.Value;
        return null;
    }

    /// <param name="problem">Why it is none: a code.</param>
    public static bool TryParse(int line, string text, [NotNullWhen(true)] out ContentLine? parsed, [NotNullWhen(false)] out string? problem)
    {
        (parsed, problem) = (null, null);
        var at = NameEnd(text, 0);
        if (at == 0 || at == text.Length || text[at] is not (':' or ';'))
        {
            problem = "no_property";
            return false;
        }
        var name = text[..at].ToUpperInvariant();
        var parameters = new List<(string, string)>();
        while (at < text.Length && text[at] == ';')
            at = ReadParameter(text, at + 1, parameters);
        if (at >= text.Length)
        {
            problem = "no_value";
            return false;
        }
        parsed = new(line, name, parameters, text[(at + 1)..]);
        return true;
    }

    static int NameEnd(string text, int at)
    {
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '-' or '_'))
            at++;
        return at;
    }

    /// <returns>Where the next parameter's semicolon or the value's colon is.</returns>
    static int ReadParameter(string text, int at, List<(string, string)> parameters)
    {
        var end = at;
        while (end < text.Length && text[end] is not ('=' or ';' or ':'))
            end++;
        var name = text[at..end].Trim().ToUpperInvariant();
        var value = new StringBuilder();
        if (end < text.Length && text[end] == '=')
            end = ReadValue(text, end + 1, value);
        if (parameters.Count < MaxParameters)
            parameters.Add((name, value.ToString()));
        return end;
    }

    static int ReadValue(string text, int at, StringBuilder value)
    {
        var isQuoted = false;
        for (; at < text.Length; at++)
            if (text[at] == '"')
                isQuoted = !isQuoted;
            else if (!isQuoted && text[at] is ';' or ':')
                break;
            else
                value.Append(text[at]);
        return at;
    }
}
