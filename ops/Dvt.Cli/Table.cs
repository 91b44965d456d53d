using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Dvt.Cli;

/// <param name="Text">Of one row; longer than <see cref="Table.Widest"/> it is cut, unless it is an id to be copied.</param>
sealed record Column(string Title, Func<JsonElement, string> Text, bool Right = false)
{
    /// <summary>A property of the row, as it is.</summary>
    public static Column Of(string title, string property, bool right = false) => new(title, row => row.Text(property), right);

    public static Column Time(string title, string property) => new(title, row => row.TimeText(property));
}

/// <summary>Rows under titles, a page at a time; columns only ever get wider.</summary>
sealed class Table(params Column[] columns)
{
    /// <summary>Letters of a cell, at the most.</summary>
    public const int Widest = 80;

    readonly int[] widths = [.. columns.Select(c => c.Title.Length)];
    bool titled;

    public void Write(TextWriter output, IEnumerable<JsonElement> rows)
    {
        var cells = rows.Select(row => columns.Select(c => Cut(Plain(c.Text(row)))).ToArray()).ToList();
        foreach (var row in cells)
            for (var i = 0; i < columns.Length; i++)
                widths[i] = Math.Max(widths[i], row[i].Length);
        if (!titled)
            output.WriteLine(Line([.. columns.Select(c => c.Title)]));
        titled = true;
        foreach (var row in cells)
            output.WriteLine(Line(row));
    }

    string Line(string[] cells)
    {
        var line = new StringBuilder();
        for (var i = 0; i < columns.Length; i++)
            line.Append(columns[i].Right ? cells[i].PadLeft(widths[i]) : cells[i].PadRight(widths[i])).Append("  ");
        return line.ToString().TrimEnd();
    }

    static string Cut(string text) => text.Length <= 128 ? text : text[..Widest] + "…";

    /// <summary>Without characters that move the cursor, colour the terminal or turn the writing round.</summary>
    public static string Plain(string text) => string.Create(text.Length, text, static (plain, given) =>
    {
        for (var i = 0; i < given.Length; i++)
            plain[i] = char.IsControl(given[i]) || IsFormatting(given[i]) ? '?' : given[i];
    });

    public static bool IsFormatting(char letter) =>
        char.GetUnicodeCategory(letter) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
