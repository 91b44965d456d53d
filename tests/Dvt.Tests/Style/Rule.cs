using System.Text.RegularExpressions;

namespace Dvt.Tests.Style;

/// <summary>A rule of STYLE.md that reads one file at a time, with a made-up file that breaks it.</summary>
/// <param name="Check">Each violation as <c>line: what</c>.</param>
/// <param name="Applies">Files it is about.</param>
/// <param name="Breaks">A path and a text that must be found wrong.</param>
sealed record Rule(string Name, Func<SourceFile, bool> Applies, Func<SourceFile, IEnumerable<string>> Check, (string Path, string Text) Breaks)
{
    /// <summary>Paths that are let off, each with the reason.</summary>
    public IReadOnlyDictionary<string, string> Exceptions { get; init; } = new Dictionary<string, string>();

    public override string ToString() => Name;

    public IEnumerable<string> Violations(IEnumerable<SourceFile> files) =>
        from file in files
        where Applies(file) && !Exceptions.ContainsKey(file.Path)
        from found in Check(file)
        select $"{file.Path}:{found}";

    /// <summary>A rule that no match of a pattern may be in the code.</summary>
    public static Func<SourceFile, IEnumerable<string>> No(Regex pattern, string what) => No(pattern, what, file => file.Code);

    public static Func<SourceFile, IEnumerable<string>> No(Regex pattern, string what, Func<SourceFile, string> where) =>
        file => pattern.Matches(where(file)).Select(m => $"{file.LineOf(m.Index)}: {m.Value.Trim()}: {what}");
}
