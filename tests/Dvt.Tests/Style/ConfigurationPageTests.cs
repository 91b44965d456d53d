using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Dvt.Pipeline;
using Dvt.ReadModels;
using Dvt.Workers;
using Xunit;

namespace Dvt.Tests.Style;

/// <summary>
/// <c>ops/configuration.md</c> and the code name the same keys with the same defaults. A class of options says in its first
/// comment which section it is; single keys are those that the code reads by their full name.
/// </summary>
public sealed partial class ConfigurationPageTests
{
    static readonly Assembly[] Roles = [typeof(Postgres).Assembly, typeof(WorkersHost).Assembly, typeof(ReadModelsHost).Assembly, Assembly.Load("Dvt.Api")];

    static readonly IReadOnlyList<SourceFile> Code = [.. Repository.Own.Where(f => f.IsCSharp && f.IsUnder("contracts", "workers", "readmodels", "api"))];

    [Fact]
    public void The_page_has_every_key_with_its_default_and_no_other() =>
        Assert.Equal(Defined().Order(StringComparer.Ordinal), Told(Repository.File("ops/configuration.md").Text).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_section_that_is_read_has_a_class_that_says_so() =>
        Assert.Empty(Code.SelectMany(SectionsRead).Except(Sections().Select(s => s.Section)));

    [Fact]
    public void A_key_that_is_on_the_page_only_or_in_the_code_only_is_found()
    {
        var page = Told("| key | default | meaning |\n|---|---|---|\n| `Sample:Kept` | `4` | x |\n| `Sample:Gone` | | x |\n");
        Assert.Equal(["Sample:Kept = 4", "Sample:Gone = "], page);
        Assert.NotEqual(page.Order(StringComparer.Ordinal), KeysOf("Sample", typeof(Sample)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_section_without_a_class_is_found() =>
        Assert.Equal(["Lost"], SectionsRead(new SourceFile("api/A.cs", "var a = configuration.GetSection(\"Lost\").Get<A>();")));

    sealed class Sample
    {
        public int Kept { get; init; } = 4;

        public bool New { get; init; }
    }

    static IEnumerable<string> Defined() =>
        Sections().SelectMany(s => KeysOf(s.Section, s.Options)).Concat(Code.SelectMany(SingleKeys)).Distinct();

    static IEnumerable<(string Section, Type Options)> Sections() =>
        from file in Code
        from Match told in SectionComment().Matches(file.Text)
        let name = told.Groups["type"].Value
        select (told.Groups["section"].Value, Roles.SelectMany(r => r.GetTypes()).Single(t => t.Name == name));

    static IEnumerable<string> SectionsRead(SourceFile file) => SectionRead().Matches(file.Text).Select(m => m.Groups["section"].Value);

    static IEnumerable<string> SingleKeys(SourceFile file) => SingleKey().Matches(file.Text)
        .Select(m => $"{m.Groups["key"].Value} = {m.Groups["default"].Value}");

    static IEnumerable<string> KeysOf(string section, Type options)
    {
        var defaults = Activator.CreateInstance(options, nonPublic: true);
        foreach (var property in options.GetProperties().Where(p => p.CanWrite))
        {
            var (key, type) = ($"{section}:{property.Name}", property.PropertyType);
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>) && IsOurs(type.GetGenericArguments()[0]))
                foreach (var inside in KeysOf($"{key}:0", type.GetGenericArguments()[0]))
                    yield return inside;
            else if (IsOurs(type))
                foreach (var inside in KeysOf(key, type))
                    yield return inside;
            else
                yield return $"{key} = {Text(property.GetValue(defaults))}";
        }
    }

    static bool IsOurs(Type type) => type.IsClass && type.Namespace?.StartsWith("Dvt.", StringComparison.Ordinal) == true;

    static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        IEnumerable => "",
        bool yes => yes ? "true" : "false",
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    static IReadOnlyList<string> Told(string page) => [.. Row().Matches(page).Select(m => $"{m.Groups["key"].Value} = {m.Groups["default"].Value}")];

    [GeneratedRegex(@"Section <c>(?<section>[\w:]+)</c> of the configuration[^\n]*\n(?:[^\n]*///[^\n]*\n|\s*\[[^\n]*\n)*[^\n]*\b(?:class|record) (?<type>\w+)")]
    private static partial Regex SectionComment();

    [GeneratedRegex(@"GetSection\(""(?<section>[\w:]+)""\)|(?:Section|Read)<\w+>\(\w+, ""(?<section>\w+)""")]
    private static partial Regex SectionRead();

    [GeneratedRegex(@"(?:onfiguration\[|GetValue\()""(?<key>\w+:[\w:]+)""(?:,\s*""?(?<default>[^"")]*)""?\))?")]
    private static partial Regex SingleKey();

    [GeneratedRegex(@"^\| `(?<key>[\w:]+)` \| (?:`(?<default>[^`]*)` )?\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
