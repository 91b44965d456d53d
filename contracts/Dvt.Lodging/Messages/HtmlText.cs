using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Dvt.Lodging.Messages;

/// <summary>HTML of a message that has only text: a paragraph for each block of lines, addresses as links.</summary>
static class HtmlText
{
    static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public static string Safe(string text) => Encoder.Encode(text);

    public static string Of(string text)
    {
        var html = new StringBuilder();
        foreach (var block in text.Replace("\r\n", "\n", StringComparison.Ordinal).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
            html.Append("<p>").AppendJoin("<br>\n", block.Trim('\n').Split('\n').Select(Line)).Append("</p>\n");
        return html.ToString();
    }

    public static string Document(string language, string body) =>
        $"<!doctype html>\n<html lang=\"{language}\">\n<head><meta charset=\"utf-8\"></head>\n<body>\n{body}</body>\n</html>\n";

    static string Line(string line) => string.Join(' ', line.Split(' ').Select(static word =>
    {
        var safe = Safe(word);
        return word.StartsWith("https://", StringComparison.Ordinal) || word.StartsWith("http://", StringComparison.Ordinal) ? $"<a href=\"{safe}\">{safe}</a>" : safe;
    }));
}

/// <summary>What templates put into HTML is text there.</summary>
sealed class HtmlTextEncoder : HandlebarsDotNet.ITextEncoder
{
    public void Encode(StringBuilder? text, TextWriter target) => Encode(text?.ToString(), target);

    public void Encode(string? text, TextWriter target) => target.Write(HtmlText.Safe(text ?? ""));

    public void Encode<T>(T? text, TextWriter target) where T : IEnumerator<char>
    {
        var all = new StringBuilder();
        while (text?.MoveNext() == true)
            all.Append(text.Current);
        Encode(all, target);
    }
}
