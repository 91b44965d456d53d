using System.Text.RegularExpressions;
using Xunit;

namespace Dvt.Tests.Style;

/// <summary>Packages: exact versions in one place, licences that may be used, both on the page <c>ops/packages.md</c>.</summary>
public sealed partial class PackageTests
{
    static readonly string[] Allowed = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "PostgreSQL", "MPL-2.0"];

    [Fact]
    public void Every_package_has_one_exact_version() => Assert.Empty(Floating(Repository.Own));

    [Theory]
    [InlineData("Directory.Packages.props", """<PackageVersion Include="A" Version="1.*" />""")]
    [InlineData("Directory.Packages.props", """<PackageVersion Include="A" Version="[1.0,2.0)" />""")]
    [InlineData("api/Dvt.Api.csproj", """<PackageReference Include="A" Version="1.0.0" />""")]
    public void A_version_that_floats_or_stands_elsewhere_is_found(string path, string text) => Assert.Single(Floating([new SourceFile(path, text)]));

    [Fact]
    public void Every_package_is_on_the_page_with_a_licence_that_may_be_used()
    {
        var used = Version().Matches(Repository.File("Directory.Packages.props").Text).Select(m => m.Groups["id"].Value);
        Assert.Equal(used.Order(StringComparer.Ordinal), Told.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(NotAllowed(Told));
    }

    [Fact]
    public void The_packages_are_audited_by_what_CI_runs()
    {
        Assert.Contains("\"audit-packages\"", Repository.File("ops/Dvt.Launcher/Commands/Test.cs").Text, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Repository.Root, "ops", "audit-packages")));
    }

    [Fact]
    public void A_licence_that_may_not_be_used_is_found() =>
        Assert.Equal(["B"], NotAllowed(new Dictionary<string, string> { ["A"] = "MIT", ["B"] = "AGPL-3.0-only" }));

    /// <summary>Packages say their licence in their own manifest; those with only a link say nothing that could be compared.</summary>
    [Fact]
    public void The_page_says_what_the_packages_say()
    {
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (Match package in Version().Matches(Repository.File("Directory.Packages.props").Text))
        {
            var (id, version) = (package.Groups["id"].Value, package.Groups["version"].Value);
            var manifest = Path.Combine(cache, id.ToLowerInvariant(), version, $"{id.ToLowerInvariant()}.nuspec");
            if (File.Exists(manifest) && Licence().Match(File.ReadAllText(manifest)) is { Success: true } found)
                Assert.Equal($"{id}: {found.Groups["id"].Value}", $"{id}: {Told[id]}");
        }
    }

    static Dictionary<string, string> Told => Row().Matches(Repository.File("ops/packages.md").Text)
        .ToDictionary(m => m.Groups["id"].Value, m => m.Groups["licence"].Value);

    static IEnumerable<string> NotAllowed(Dictionary<string, string> licences) => licences.Where(l => !l.Value.Split(" OR ").Any(Allowed.Contains)).Select(l => l.Key);

    static IEnumerable<string> Floating(IEnumerable<SourceFile> files) => files.SelectMany(file => file.Name switch
    {
        "Directory.Packages.props" => Version().Matches(file.Text).Where(m => !Exact().IsMatch(m.Groups["version"].Value)).Select(m => m.Value),
        _ when file.Path.EndsWith(".csproj", StringComparison.Ordinal) => OwnVersion().Matches(file.Text).Select(m => m.Value),
        _ => [],
    });

    [GeneratedRegex("""<PackageVersion Include="(?<id>[^"]+)" Version="(?<version>[^"]+)" />""")]
    private static partial Regex Version();

    [GeneratedRegex(@"^\d+\.\d+\.\d+(\.\d+)?(-[0-9A-Za-z.]+)?\z")]
    private static partial Regex Exact();

    [GeneratedRegex("""<PackageReference [^>]*Version(Override)?="[^"]*"[^>]*>""")]
    private static partial Regex OwnVersion();

    [GeneratedRegex(@"^\| `(?<id>[^`]+)` \| (?<licence>[^|]+?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("""<license type="expression">(?<id>[^<]+)</license>""")]
    private static partial Regex Licence();
}
