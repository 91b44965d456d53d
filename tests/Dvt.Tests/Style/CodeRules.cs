using System.Text.RegularExpressions;

namespace Dvt.Tests.Style;

/// <summary>The rules that are about one file at a time.</summary>
static partial class CodeRules
{
    const int MaxLines = 300;

    static readonly string[] Product = ["contracts", "workers", "readmodels", "api", "ops"];

    public static readonly IReadOnlyList<Rule> All =
    [
        // What is made from the API's document is as long as that is, and read by nobody from top to bottom.
        new("A file has at most 300 lines", f => f.IsCSharp && f.IsUnder(Product) && !f.IsUnder("ops/Dvt.Client/Generated"), TooLong, ("api/Long.cs", new string('\n', 301))),
        new("A type's name says what it does", f => f.IsCSharp && f.IsUnder([.. Product, "tests"]),
            Rule.No(VagueType(), "find the name that says what it does"), ("api/A.cs", "sealed class RunManager;")),
        new("No folder is named after a layer", _ => true, VagueFolder, ("api/Services/A.cs", "")),
        new("Time, randomness and identity come into rules as arguments", f => f.IsCSharp && f.IsUnder("contracts/Dvt.Engine", "contracts/Dvt.Lodging"),
            Rule.No(Impure(), "comes in as an argument"), ("contracts/Dvt.Engine/A.cs", "var now = DateTime.UtcNow;"))
        {
            Exceptions = new Dictionary<string, string>
            {
                ["contracts/Dvt.Engine/JsonSchemas/Evaluation.cs"] = "a limit on the time of patterns, which ends a validation and decides nothing",
            },
        },
        new("Rules do no input or output", f => f.IsCSharp && f.IsUnder("contracts/Dvt.Engine", "contracts/Dvt.Lodging", "contracts/Dvt.Contracts"),
            Rule.No(Outside(), "rules do no I/O"), ("contracts/Dvt.Engine/A.cs", "using System.Net.Http;"))
        {
            Exceptions = new Dictionary<string, string>
            {
                ["contracts/Dvt.Engine/JsonSchemas/Formats.cs"] = "reads addresses as text; opens nothing",
            },
        },
        new("Nothing is left to be done later", f => f.Path != "tests/Dvt.Tests/Style/CodeRules.cs",
            Rule.No(Leftover(), "do it or write an issue", f => f.Text), ("api/A.cs", "// TO" + "DO: later")),
        new("A catch that does nothing says why", f => f.IsCSharp, Rule.No(EmptyCatch(), "say why nothing is to be done", f => NoStrings(f.Text)),
            ("api/A.cs", "try { F(); } catch (IOException e) when (e.HResult == 1) { }")),
        new("SQL keywords are lower-case", f => f.Path.EndsWith(".sql", StringComparison.Ordinal) || (f.IsCSharp && !f.IsUnder("tests/Dvt.Tests/Style")),
            Rule.No(LoudSql(), "SQL is lower-case", f => f.IsCSharp ? StringsOf(f) : f.Text), ("api/A.cs", "const string Sql = \"SELECT id FROM t\";")),
        new("Log messages are in the role's log file", f => f.IsCSharp && f.IsUnder(Product) && !f.Path.EndsWith("Log.cs", StringComparison.Ordinal),
            Rule.No(LogCall(), "belongs in the role's *Log.cs"), ("api/A.cs", "log.LogWarning(\"no\");")),
        new("Tests do not sleep", f => f.IsCSharp && f.IsUnder("tests"), Rule.No(Sleep(), "wait for what you expect"),
            ("tests/Dvt.Tests/A.cs", "Thread.Sleep(100);")),
        new("Test names are sentences", f => f.IsCSharp && f.IsUnder("tests/Dvt.Tests"), Rule.No(ShortTestName(), "name it as a sentence"),
            ("tests/Dvt.Tests/A.cs", "[Fact]\npublic void StartsRun() { }")),
        new("Regions hide code", f => f.IsCSharp, Rule.No(Region(), "split the file instead"), ("api/A.cs", "#region x\n#endregion")),
        new("No secret is in the repository", f => f.Path != "tests/Dvt.Tests/Style/CodeRules.cs",
            Rule.No(Secret(), "looks like a secret", f => f.Text), ("ops/a.json", "\"AKIA" + "ABCDEFGHIJKLMNOP\"")),
        new("No package source of one's own is in the repository", f => f.Path != "tests/Dvt.Tests/Style/CodeRules.cs",
            PackageSource, ("nuget.config", "")),
        new("No path of one machine is in the repository", f => f.Path != "tests/Dvt.Tests/Style/CodeRules.cs",
            Rule.No(MachinePath(), "is a path of one machine", f => f.Text), ("ops/a.md", "see /home/" + "ana/dvt")),
    ];

    static IEnumerable<string> TooLong(SourceFile file) =>
        file.Text.AsSpan().Count('\n') is > MaxLines and var lines ? [$"{lines} lines; at most {MaxLines}"] : [];

    static IEnumerable<string> VagueFolder(SourceFile file) =>
        file.Path.Split('/')[..^1].FirstOrDefault(f => VagueFolderName().IsMatch(f)) is { } folder ? [$"1: folder {folder}: folders are domains"] : [];

    static IEnumerable<string> PackageSource(SourceFile file) =>
        file.Name.ToLowerInvariant() is "nuget.config" or ".npmrc" or ".yarnrc.yml" or "pip.conf" ? ["1: the machine says where packages come from"]
        : PackageSourceSetting().Match(file.Text) is { Success: true } found ? [$"{file.LineOf(found.Index)}: the machine says where packages come from"] : [];

    /// <summary>Comments stay, since one of them is the reason that is looked for.</summary>
    static string NoStrings(string text)
    {
        var withoutComments = CSharpText.Blank(text, strings: false);
        var neither = CSharpText.Blank(text, strings: true);
        return new string([.. text.Select((c, at) => withoutComments[at] != c ? '#' : neither[at])]);
    }

    static string StringsOf(SourceFile file)
    {
        var withStrings = CSharpText.Blank(file.Text, strings: false);
        return new string([.. withStrings.Select((c, at) => c == '\n' || file.Code[at] != c ? c : ' ')]);
    }

    [GeneratedRegex(@"\b(class|record|struct|interface|enum)\s+(struct\s+)?\w*(Manager|Helper|Helpers|Util|Utils|Utility|Impl|Common|Service|Services)\b")]
    private static partial Regex VagueType();

    [GeneratedRegex(@"^(Interfaces|Models|Services|Utils|Helpers|Common|Managers|DTOs?|Entities|Repositories)\z")]
    private static partial Regex VagueFolderName();

    [GeneratedRegex(@"\b(DateTime|DateTimeOffset)\.(UtcNow|Now|Today)|\bGuid\.(NewGuid|CreateVersion7)|\bnew Random\b|\bRandom\.Shared|\bRandomNumberGenerator\b|\bTimeProvider\b|\bStopwatch\b|\bEnvironment\.TickCount")]
    private static partial Regex Impure();

    [GeneratedRegex(@"\b(System\.Net\b|System\.Data\b|Npgsql|RabbitMQ|HttpClient|Socket|Microsoft\.Extensions|Microsoft\.AspNetCore|File\.(Read|Write|Open|Exists)|Console\.)")]
    private static partial Regex Outside();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Leftover();

    [GeneratedRegex(@"\bcatch\b(\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?(\s*when\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?\s*\{\s*\}")]
    private static partial Regex EmptyCatch();

    [GeneratedRegex(@"\b(SELECT\s+[\w*(]|INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+[\w.]+\s+SET|ORDER\s+BY|GROUP\s+BY|CREATE\s+(TABLE|INDEX|SCHEMA|ROLE)|ALTER\s+TABLE|ON\s+CONFLICT)\b?")]
    private static partial Regex LoudSql();

    [GeneratedRegex(@"\[LoggerMessage\b|\.Log(Trace|Debug|Information|Warning|Error|Critical)\s*\(")]
    private static partial Regex LogCall();

    [GeneratedRegex(@"\bThread\.Sleep\b")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"\[(Fact|Theory)\b[^\n]*\](\s*\[[^\n]*\])*\s*public\s+(async\s+)?(void|Task|ValueTask)\s+(?![A-Z0-9][A-Za-z0-9]*_)\w+")]
    private static partial Regex ShortTestName();

    [GeneratedRegex(@"^\s*#(end)?region\b", RegexOptions.Multiline)]
    private static partial Regex Region();

    [GeneratedRegex(@"AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(sk|rk)_live_[0-9A-Za-z]{10,}|\bgh[pousr]_[0-9A-Za-z]{30,}|\bxox[abpr]-[0-9A-Za-z-]{10,}|\bAIza[0-9A-Za-z_-]{35}")]
    private static partial Regex Secret();

    [GeneratedRegex(@"<packageSources>|<RestoreSources>|<RestoreAdditionalProjectSources>|_authToken|^\s*registry\s*=|""resolved"":\s*""https?://(?!registry\.npmjs\.org)", RegexOptions.Multiline)]
    private static partial Regex PackageSourceSetting();

    [GeneratedRegex(@"(?<![\w.])/(home/[a-z]\w*/|Users/[A-Za-z]\w*/|work/|workspace/)|\b[A-Z]:\\Users\\")]
    private static partial Regex MachinePath();
}
