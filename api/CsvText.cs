using System.Globalization;

namespace Dvt.Api;

/// <summary>Lines of CSV (RFC 4180) that a spreadsheet shows and never carries out.</summary>
static class CsvText
{
    /// <summary>Characters with which a cell would begin a formula.</summary>
    static readonly System.Buffers.SearchValues<char> Risky = System.Buffers.SearchValues.Create("=+-@\t\r");

    static readonly System.Buffers.SearchValues<char> Quoted = System.Buffers.SearchValues.Create("\",\r\n");

    public static string Line(params ReadOnlySpan<object?> cells)
    {
        var line = new System.Text.StringBuilder();
        for (var i = 0; i < cells.Length; i++)
            line.Append(i > 0 ? "," : "").Append(Cell(cells[i]));
        return line.Append("\r\n").ToString();
    }

    /// <summary>A text that would begin a formula gets an apostrophe in front; numbers and times are what they are.</summary>
    public static string Cell(object? value) => value switch
    {
        null => "",
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        int or long => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        _ => Safe(value.ToString()!),
    };

    static string Safe(string text)
    {
        if (text.Length > 0 && Risky.Contains(text[0]))
            text = $"'{text}";
        return text.AsSpan().ContainsAny(Quoted) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
