namespace Dvt.Tests.Style;

/// <summary>A file of the repository: its path from the root, with forward slashes, and its text.</summary>
sealed record SourceFile(string Path, string Text)
{
    string? code;

    /// <summary>The text with comments and string contents blanked, so that only what is compiled as code is left.</summary>
    public string Code => code ??= CSharpText.Blank(Text, strings: true);

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);

    public bool IsUnder(params string[] folders) => folders.Any(f => Path.StartsWith(f + "/", StringComparison.Ordinal));

    public int LineOf(int position) => Text.AsSpan(0, position).Count('\n') + 1;
}

/// <summary>The files that the checks read.</summary>
static class Repository
{
    static readonly string[] Left = ["bin", "obj", "node_modules", "dist", "TestResults"];
    static readonly string[] TextTypes =
        [".cs", ".csproj", ".props", ".sln", ".sql", ".md", ".json", ".yml", ".yaml", ".editorconfig", ".gitignore", ".html", ".css", ".js", ".ts", ".tsx", ".sh", ".txt", ".xml", ".config", ""];

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<SourceFile> Files { get; } = [.. Walk(Root)];

    /// <summary>What we wrote: without test data that comes from elsewhere.</summary>
    public static IEnumerable<SourceFile> Own => Files.Where(f => !f.Path.Contains("/Data/", StringComparison.Ordinal));

    public static SourceFile File(string path) =>
        Files.FirstOrDefault(f => f.Path == path) ?? throw new FileNotFoundException($"the repository has no {path}");

    static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (System.IO.File.Exists(Path.Combine(at.FullName, "Dvt.sln")))
                return at.FullName;
        throw new DirectoryNotFoundException("no Dvt.sln above the tests");
    }

    static IEnumerable<SourceFile> Walk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder).Where(f => TextTypes.Contains(Path.GetExtension(f)) && Path.GetFileName(f) != ".git"))
            yield return new SourceFile(Path.GetRelativePath(Root, file).Replace('\\', '/'), System.IO.File.ReadAllText(file));
        foreach (var inside in Directory.EnumerateDirectories(folder).Where(d => IsOurs(Path.GetFileName(d))))
            foreach (var file in Walk(inside))
                yield return file;
    }

    static bool IsOurs(string folder) => !Left.Contains(folder) && (!folder.StartsWith('.') || folder == ".ci");
}
