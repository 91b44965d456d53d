using System.Text.RegularExpressions;

namespace Dvt.Tests.Style;

/// <summary>The rules about how files, types and projects stand to each other.</summary>
static partial class GridRules
{
    /// <summary>Which project may know which. Contracts know nothing of ours; roles meet only in what they say.</summary>
    static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["Dvt.Contracts"] = [],
        ["Dvt.Engine"] = ["Dvt.Contracts"],
        ["Dvt.Lodging"] = ["Dvt.Contracts"],
        ["Dvt.Pipeline"] = ["Dvt.Contracts"],
        ["Dvt.Workers"] = ["Dvt.Contracts", "Dvt.Engine", "Dvt.Lodging", "Dvt.Pipeline"],
        ["Dvt.ReadModels"] = ["Dvt.Contracts", "Dvt.Engine", "Dvt.Lodging", "Dvt.Pipeline"],
        ["Dvt.Api"] = ["Dvt.Contracts", "Dvt.Engine", "Dvt.Lodging", "Dvt.Pipeline", "Dvt.ReadModels"],
        ["Dvt.Sandbox"] = [],
        ["Dvt.Cli"] = [],
        ["Dvt.Client"] = [],
        ["Dvt.ClientGenerator"] = [],
        ["Dvt.Example"] = ["Dvt.Client"],
        ["Dvt.Launcher"] = ["Dvt.Cli"],
    };

    /// <summary>Rows of the grid. Other folders of a role (Effects, Schedule, Access, Orders …) are machinery that domains use.</summary>
    static readonly string[] Domains =
        ["Runs", "Bookings", "Calendars", "Channels", "Payments", "Generation", "Documents", "Growth", "Media", "Governance", "Identity"];

    public static IEnumerable<string> ForbiddenReferences(IEnumerable<SourceFile> files) =>
        from project in files
        where project.Path.EndsWith(".csproj", StringComparison.Ordinal) && !project.IsUnder("tests")
        let name = project.Name[..^".csproj".Length]
        from reference in ProjectReference().Matches(project.Text).Select(m => m.Groups["name"].Value)
        where !MayReference.TryGetValue(name, out var allowed) || !allowed.Contains(reference)
        select $"{project.Path}: {name} must not know {reference}";

    /// <summary>A domain of a role names another one's namespace, or a type that another one declares.</summary>
    public static IEnumerable<string> DomainsThatMeet(IReadOnlyCollection<SourceFile> files)
    {
        foreach (var role in new[] { "workers", "readmodels", "api" })
        {
            var ofDomain = Domains.ToDictionary(d => d, d => files.Where(f => f.IsCSharp && f.IsUnder($"{role}/{d}")).ToList());
            var declared = Domains.ToDictionary(d => d, d => ofDomain[d].SelectMany(TypesOf).Select(t => t.Name).ToHashSet());
            foreach (var (domain, own) in ofDomain)
                foreach (var file in own)
                    foreach (var other in Domains.Where(o => o != domain))
                    {
                        if (Regex.IsMatch(file.Code, $@"\bDvt\.\w+\.{other}\b"))
                            yield return $"{file.Path}: names the namespace of {other}";
                        foreach (var type in declared[other].Except(declared[domain]).Where(t => Regex.IsMatch(file.Code, $@"(?<![.\w]){t}(?=[.(<>?\[ ]*[\w.(])(?![\w ]*=>)")))
                            yield return $"{file.Path}: names {type} of {other}";
                    }
        }
    }

    /// <summary>A class is sealed, static or abstract in one of its parts. The base of a proxy must be open.</summary>
    public static IEnumerable<string> OpenClasses(IEnumerable<SourceFile> files) =>
        from type in files.Where(f => f.IsCSharp).SelectMany(TypesOf)
        where type.Keyword is "class" or "record"
        group type by (Assembly: string.Join('/', type.File.Path.Split('/').Take(2)), type.Name) into parts
        where !parts.Any(p => p.Modifiers.Contains("sealed") || p.Modifiers.Contains("static") || p.Modifiers.Contains("abstract") || p.Bases.Contains("DispatchProxy"))
        select $"{parts.First().File.Path}: class {parts.Key.Name} is not sealed";

    /// <summary>Interfaces with fewer than two implementations among ours.</summary>
    public static IEnumerable<string> LonelyInterfaces(IReadOnlyCollection<SourceFile> files, IReadOnlyDictionary<string, string> reasons)
    {
        var types = files.Where(f => f.IsCSharp).SelectMany(TypesOf).ToList();
        foreach (var type in types.Where(t => t.Keyword == "interface" && !reasons.ContainsKey(t.Name)))
            if (types.Where(t => Regex.IsMatch(t.Bases, $@"(?<!\w){type.Name}\b")).Select(t => t.Name).Distinct().Count() is < 2 and var count)
                yield return $"{type.File.Path}: {type.Name} has {count} implementations";
    }

    /// <summary>Ids of log messages are stable and tell one message from all others.</summary>
    public static IEnumerable<string> SharedLogIds(IEnumerable<SourceFile> files) =>
        from file in files
        where file.IsCSharp
        from Match message in LogMessage().Matches(file.Code)
        group file.Path by message.Groups["id"].Value into same
        where same.Count() > 1
        select $"{same.Key}: {string.Join(", ", same)}";

    public static IEnumerable<TypeDeclaration> TypesOf(SourceFile file) => Declaration().Matches(file.Code).Select(m => new TypeDeclaration(
        file, m.Groups["modifiers"].Value, m.Groups["record"].Success && m.Groups["keyword"].Value == "struct" ? "struct" : m.Groups["record"].Success ? "record" : m.Groups["keyword"].Value,
        m.Groups["name"].Value, BasesOf(file.Code, m.Index + m.Length)));

    public sealed record TypeDeclaration(SourceFile File, string Modifiers, string Keyword, string Name, string Bases);

    /// <summary>What stands between the name (with its parameters) and the body.</summary>
    static string BasesOf(string code, int at)
    {
        var depth = 0;
        var colon = -1;
        for (; at < code.Length; at++)
            switch (code[at])
            {
                case '(' or '<':
                    depth++;
                    break;
                case ')' or '>' when depth > 0:
                    depth--;
                    break;
                case ':' when depth == 0 && colon < 0:
                    colon = at;
                    break;
                case '{' or ';' when depth == 0:
                    return colon < 0 ? "" : code[colon..at];
            }
        return "";
    }

    [GeneratedRegex(@"\[LoggerMessage\((?<id>\d+),")]
    private static partial Regex LogMessage();

    [GeneratedRegex("""<ProjectReference\s+Include="[^"]*?(?<name>[\w.]+)\.csproj"\s*/>""")]
    private static partial Regex ProjectReference();

    [GeneratedRegex(@"(?<![\w.])(?<modifiers>(?:(?:public|internal|private|protected|file|static|sealed|abstract|partial|readonly|ref|unsafe|new)\s+)*)(?:(?<record>record)\s+(?:(?<keyword>struct|class)\s+)?|(?<keyword>class|interface|struct)\s+)(?<name>[A-Z]\w*)(?=\s*[<(:{;\n]|\s+where\b)")]
    private static partial Regex Declaration();
}
