using Xunit;

namespace Dvt.Tests.Style;

public sealed class CodeRulesTests
{
    public static TheoryData<string> Names => [.. CodeRules.All.Select(r => r.Name)];

    static Rule Named(string name) => CodeRules.All.Single(r => r.Name == name);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_repository_keeps_each_rule(string rule) => Assert.Empty(Named(rule).Violations(Repository.Own));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_that_breaks_a_rule_is_found(string rule)
    {
        var (path, text) = Named(rule).Breaks;
        Assert.NotEmpty(Named(rule).Violations([new SourceFile(path, text)]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_exception_has_a_reason_and_is_still_needed(string rule)
    {
        var kept = Named(rule);
        foreach (var (path, reason) in kept.Exceptions)
        {
            Assert.NotEmpty(kept.Check(Repository.File(path)));
            Assert.True(reason.Split(' ').Length >= 4, $"{path}: say why");
        }
    }

    [Theory]
    [InlineData("// TO" + "DO\nvar a = 1;", "\nvar a = 1;")]
    [InlineData("var a = \"class Manager // no\"; // x", "var a = \"class Manager // no\";")]
    [InlineData("var u = \"http://a\"; F();", "var u = \"http://a\"; F();")]
    public void Comments_are_told_from_strings(string text, string kept) =>
        Assert.Equal(kept, string.Join('\n', CSharpText.Blank(text, strings: false).Split('\n').Select(l => l.TrimEnd())));

    [Theory]
    [InlineData("$\"{a[\"x\"]} b\"; F()")]
    [InlineData("@\"c:\\\"; F()")]
    [InlineData("'\"'; F()")]
    [InlineData("\"\"\"a \"quoted\" b\"\"\"; F()")]
    [InlineData("\"a\\\"b\"; F()")]
    [InlineData("\"\"; F()")]
    [InlineData("$\"{{{a}}}\"; F()")]
    public void Code_behind_a_string_is_code(string text) =>
        Assert.EndsWith("; F()", CSharpText.Blank(text, strings: true), StringComparison.Ordinal);
}
