namespace Dvt.Tests.Style;

/// <summary>Just enough of C#'s lexing to tell code from comments and strings. Positions and line breaks are kept.</summary>
static class CSharpText
{
    /// <param name="strings">True blanks what strings hold as well; false only comments.</param>
    public static string Blank(string text, bool strings)
    {
        var output = text.ToCharArray();
        for (var at = 0; at < text.Length;)
        {
            var end = EndOfComment(text, at);
            if (end > at)
                Clear(output, at, end);
            else if ((end = EndOfString(text, at, out var inside)) > at)
            {
                if (strings)
                    Clear(output, inside, end);
            }
            else
                end = at + 1;
            at = end;
        }
        return new string(output);
    }

    static void Clear(char[] output, int from, int to)
    {
        for (var i = from; i < to; i++)
            if (output[i] != '\n')
                output[i] = ' ';
    }

    static int EndOfComment(string text, int at)
    {
        if (text[at] != '/' || at + 1 >= text.Length)
            return at;
        if (text[at + 1] == '/')
            return Or(text.IndexOf('\n', at), text.Length);
        return text[at + 1] == '*' ? Or(text.IndexOf("*/", at + 2, StringComparison.Ordinal) + 1, text.Length - 1) + 1 : at;
    }

    static int Or(int found, int otherwise) => found > 0 ? found : otherwise;

    static int EndOfString(string text, int at, out int inside)
    {
        inside = at;
        if (text[at] == '\'')
            return EndOfChar(text, at);
        var prefix = at;
        while (prefix < text.Length && text[prefix] is '$' or '@')
            prefix++;
        if (prefix >= text.Length || text[prefix] != '"')
            return at;
        var quotes = 0;
        while (prefix + quotes < text.Length && text[prefix + quotes] == '"')
            quotes++;
        inside = prefix + 1;
        if (quotes >= 3)
            return Or(text.IndexOf(new string('"', quotes), prefix + quotes, StringComparison.Ordinal), text.Length - quotes) + quotes;
        var opening = text.AsSpan(at, prefix - at);
        return quotes == 2 && !opening.Contains('@')
            ? prefix + 2
            : EndOfQuoted(text, prefix + 1, isVerbatim: opening.Contains('@'), hasHoles: opening.Contains('$'));
    }

    static int EndOfChar(string text, int at)
    {
        var end = at + 1 < text.Length && text[at + 1] == '\\' ? text.IndexOf('\'', Math.Min(at + 3, text.Length)) : at + 2;
        return end > at && end < text.Length && text[end] == '\'' ? end + 1 : at;
    }

    static int EndOfQuoted(string text, int at, bool isVerbatim, bool hasHoles)
    {
        for (var depth = 0; at < text.Length; at++)
            if (text[at] == '\\' && !isVerbatim)
                at++;
            else if (hasHoles && text[at] is '{' or '}' && at + 1 < text.Length && text[at + 1] == text[at] && depth == 0)
                at++;
            else if (hasHoles && text[at] == '{')
                depth++;
            else if (hasHoles && text[at] == '}')
                depth = Math.Max(0, depth - 1);
            else if (text[at] == '"' && depth > 0)
                at = EndOfString(text, at, out _) - 1;
            else if (text[at] == '"' && isVerbatim && at + 1 < text.Length && text[at + 1] == '"')
                at++;
            else if (text[at] == '"')
                return at + 1;
        return text.Length;
    }
}
