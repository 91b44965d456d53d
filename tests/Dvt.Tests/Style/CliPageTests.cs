using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Dvt.Cli;
using Xunit;

namespace Dvt.Tests.Style;

/// <summary><c>ops/cli.md</c> names every command that speaks to the API, the options they share and every exit code.</summary>
public sealed partial class CliPageTests
{
    static readonly string Page = Repository.File("ops/cli.md").Text;

    [Fact]
    public void The_page_has_every_command_and_no_other() => Assert.Equal(Commands().Order(StringComparer.Ordinal), Told(Page).Order(StringComparer.Ordinal));

    [Fact]
    public void A_command_that_is_on_the_page_only_is_found() => Assert.Equal(["runs fly"], Told("| `runs fly RUN`, `runs list` | x |\n| `--url` | `DVT_URL` |").Except(Commands()));

    [Fact]
    public void The_page_has_every_exit_code() => Assert.Equal(
        typeof(ExitCode).GetFields(BindingFlags.Static | BindingFlags.Public).Where(f => f.FieldType == typeof(int)).Select(f => (int)f.GetRawConstantValue()!).Order(),
        ExitCodeRow().Matches(Page).Select(m => int.Parse(m.Groups["code"].Value, CultureInfo.InvariantCulture)).Order());

    [Fact]
    public void The_page_names_the_options_that_every_command_takes() =>
        Assert.All(new GlobalOptions().All, option => Assert.Contains($"`{option.Name}`", Page, StringComparison.Ordinal));

    static IEnumerable<string> Commands() => ApiCommands.All.SelectMany(g => g.Does.Split(", ").Select(command => $"{g.Name} {command}"));

    static IEnumerable<string> Told(string page) => CommandRow().Matches(page)
        .SelectMany(row => Named().Matches(row.Groups["commands"].Value)).Select(m => m.Groups["name"].Value).Distinct();

    [GeneratedRegex(@"^\| (?<commands>`[a-z][^|]*) \|", RegexOptions.Multiline)]
    private static partial Regex CommandRow();

    [GeneratedRegex("`(?<name>[a-z][a-z-]* [a-z]+(-[a-z]+)*)")]
    private static partial Regex Named();

    [GeneratedRegex(@"^\| (?<code>\d+) \|", RegexOptions.Multiline)]
    private static partial Regex ExitCodeRow();
}
