using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace Dvt.Tests.Style;

/// <summary>Pages say what is so: commands, decisions, links and tests that they name exist.</summary>
public sealed partial class PageTests
{
    const int DecisionLines = 60;

    static readonly IReadOnlyList<SourceFile> Pages = [.. Repository.Own.Where(f => f.Path.EndsWith(".md", StringComparison.Ordinal))];

    [Fact]
    public void Every_decision_has_context_decision_and_consequences_on_one_screen() =>
        Assert.Empty(Pages.Where(p => p.IsUnder("ops/decisions")).SelectMany(FaultsOfDecision));

    [Theory]
    [InlineData("ops/decisions/0001-a.md", "# A\n\n## Context\n\n## Decision\n")]
    [InlineData("ops/decisions/0001-a.md", "# A\n\n## Decision\n\n## Context\n\n## Consequences\n")]
    [InlineData("ops/decisions/first.md", "# A\n\n## Context\n\n## Decision\n\n## Consequences\n")]
    public void A_decision_of_another_form_is_found(string path, string text) => Assert.NotEmpty(FaultsOfDecision(new SourceFile(path, text)));

    [Fact]
    public void Decisions_are_numbered_from_one_without_gaps()
    {
        var numbers = Pages.Where(p => p.IsUnder("ops/decisions")).Select(p => int.Parse(p.Name[..4], System.Globalization.CultureInfo.InvariantCulture)).Order().ToList();
        Assert.NotEmpty(numbers);
        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
    }

    [Fact]
    public void Every_command_a_page_names_is_one_of_the_launcher()
    {
        var known = CommandsOf(Repository.File("dvt").Text);
        Assert.Contains("up", known);
        Assert.Empty(Pages.SelectMany(p => UnknownCommands(p, known)));
    }

    [Fact]
    public void A_command_the_launcher_does_not_know_is_found() =>
        Assert.Equal(["a.md: ./dvt fly"], UnknownCommands(new SourceFile("a.md", "`./dvt fly --now`, then `./dvt up`, `./dvt dead-letters list`"), ["up", "dead-letters"]));

    [Fact]
    public void The_script_names_every_group_of_commands_with_what_it_does() =>
        Assert.Empty(Untold(Repository.File("dvt").Text, Dvt.Cli.ApiCommands.All));

    [Fact]
    public void A_group_the_script_does_not_name_is_found() =>
        Assert.Equal(["b", "c"], Untold("\n  a …   x, y\n  b …   x\n", [("a", "x, y"), ("b", "x, y"), ("c", "x"), ("completion", "bash")]));

    [Fact]
    public void Every_file_a_page_links_to_exists() => Assert.Empty(Pages.SelectMany(BrokenLinks));

    [Fact]
    public void A_link_to_nowhere_is_found() => Assert.Single(BrokenLinks(new SourceFile("ops/a.md", "[b](nowhere.md) and [c](https://example.org/)")));

    [Theory]
    [InlineData("ops/security.md")]
    [InlineData("ops/faults.md")]
    public void Every_test_that_a_page_names_exists(string page) =>
        Assert.Empty(UnknownTests(Repository.File(page).Text.Split("\n## What a disaster may cost")[0]));

    [Fact]
    public void A_line_of_the_security_page_without_a_test_is_found() =>
        Assert.Equal(["`PageTests.No_such_test`", "nothing"], UnknownTests(
            "| what | shown by |\n|---|---|\n| a | `PageTests.No_such_test` |\n| b | nothing |\n| c | later |\n| d | `PageTests.A_link_to_nowhere_is_found` |\n"));

    [Fact]
    public void The_page_about_benches_has_every_bench_and_no_other() => Assert.Equal(
        BenchOf().Matches(Repository.File("tests/Dvt.Bench/Benches.cs").Text).Select(m => m.Groups["name"].Value),
        BenchRow().Matches(Repository.File("ops/benches.md").Text).Select(m => m.Groups["name"].Value));

    static IEnumerable<string> FaultsOfDecision(SourceFile page)
    {
        if (!DecisionName().IsMatch(page.Name))
            yield return $"{page.Path}: is not named NNNN-what-was-decided.md";
        if (!Heading().Matches(page.Text).Select(m => m.Groups["text"].Value).SequenceEqual(["Context", "Decision", "Consequences"]))
            yield return $"{page.Path}: has other headings than Context, Decision, Consequences";
        if (page.Text.AsSpan().Count('\n') > DecisionLines)
            yield return $"{page.Path}: is longer than a screen";
    }

    static HashSet<string> CommandsOf(string launcher) => UsageLine().Matches(launcher)
        .SelectMany(m => m.Groups["names"].Value.Split(", ").Select(n => n.Split(' ')[0])).ToHashSet();

    static IEnumerable<string> UnknownCommands(SourceFile page, HashSet<string> known) => Command().Matches(page.Text)
        .Where(m => !known.Contains(m.Groups["name"].Value)).Select(m => $"{page.Path}: ./dvt {m.Groups["name"].Value}");

    static IEnumerable<string> Untold(string launcher, IEnumerable<(string Name, string Does)> groups) =>
        from @group in groups
        where @group.Name != "completion" && !Regex.IsMatch(launcher, $@"^  {@group.Name} … +{Regex.Escape(@group.Does)}$", RegexOptions.Multiline)
        select @group.Name;

    static IEnumerable<string> BrokenLinks(SourceFile page) =>
        from link in Link().Matches(page.Text).Select(m => m.Groups["to"].Value)
        where !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith('#')
        let path = Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(page.Path)!, link.Split('#')[0]))
        where !File.Exists(path) && !Directory.Exists(path)
        select $"{page.Path}: {link}";

    /// <summary>Last cells of rows that name neither an existing test nor <c>later</c>.</summary>
    static IEnumerable<string> UnknownTests(string page) =>
        from row in Row().Matches(page)
        let shown = row.Groups["last"].Value.Trim()
        where shown is not ("later" or "shown by") && !shown.StartsWith("---", StringComparison.Ordinal)
        let names = Quoted().Matches(shown).Select(m => m.Groups["name"].Value).ToList()
        where names.Count == 0 || names.Any(n => !IsTest(n))
        select shown;

    static bool IsTest(string name) => name.Split('.') is [var type, var method]
        && Assembly.GetExecutingAssembly().GetTypes().Any(t => t.Name == type && t.GetMethods().Any(m => m.Name == method));

    [GeneratedRegex(@"^ +\(""(?<name>[a-z0-9-]+)"", \w+\.\w+\),$", RegexOptions.Multiline)]
    private static partial Regex BenchOf();

    [GeneratedRegex(@"^\| `(?<name>[a-z0-9-]+)` \|", RegexOptions.Multiline)]
    private static partial Regex BenchRow();

    [GeneratedRegex(@"^\d{4}-[a-z0-9-]+\.md\z")]
    private static partial Regex DecisionName();

    [GeneratedRegex(@"^## (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^  (?<names>[a-z][a-z-]*( [^ ]+)*(, [a-z][a-z-]*( [^ ]+)*)*)  ", RegexOptions.Multiline)]
    private static partial Regex UsageLine();

    [GeneratedRegex(@"\./dvt (?<name>[a-z]+(-[a-z]+)*)")]
    private static partial Regex Command();

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^\|.*\|(?<last>[^|\n]+)\|\s*$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex Quoted();
}
