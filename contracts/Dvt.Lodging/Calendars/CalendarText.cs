using System.Text;

namespace Dvt.Lodging.Calendars;

/// <summary>Values of type TEXT; RFC 5545 §3.3.11.</summary>
static class CalendarText
{
    /// <summary>A backslash before anything else is dropped, one at the end kept. Control characters are dropped.</summary>
    /// <param name="max">Characters; the rest is cut off.</param>
    public static string Unescape(string value, int max)
    {
        var text = new StringBuilder(Math.Min(value.Length, max));
        for (var i = 0; i < value.Length && text.Length < max; i++)
        {
            var c = value[i];
            if (c == '\\' && i + 1 < value.Length)
                c = value[++i] is 'n' or 'N' ? '\n' : value[i];
            if (!char.IsControl(c) || c is '\n' or '\t')
                text.Append(c);
        }
        if (text.Length > 0 && char.IsHighSurrogate(text[^1]))
            text.Length--;
        return text.ToString();
    }

    /// <summary>Line breaks of every kind become <c>\n</c>; other control characters are dropped.</summary>
    public static string Escape(string text)
    {
        var value = new StringBuilder(text.Length + 8);
        foreach (var c in text.Replace("\r\n", "\n", StringComparison.Ordinal))
            if (c is '\\' or ';' or ',')
                value.Append('\\').Append(c);
            else if (c is '\n' or '\r')
                value.Append("\\n");
            else if (!char.IsControl(c) || c == '\t')
                value.Append(c);
        return value.ToString();
    }
}
