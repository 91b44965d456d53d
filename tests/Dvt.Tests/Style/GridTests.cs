using Xunit;

namespace Dvt.Tests.Style;

public sealed class GridTests
{
    /// <summary>Interfaces with fewer than two implementations, each with its reason.</summary>
    static readonly Dictionary<string, string> Reasons = new()
    {
        ["ISlotHandler"] = "one per domain; runs is the first domain",
        ["IWorkHandler"] = "one per way of carrying out a step kind; the pipeline must not know them",
        ["ICelBindings"] = "one in the engine, one in the tests of the language",
    };

    static readonly IReadOnlyList<SourceFile> Product = [.. Repository.Own.Where(f => f.IsUnder("contracts", "workers", "readmodels", "api", "ops"))];

    [Fact]
    public void Projects_know_only_what_the_grid_allows() => Assert.Empty(GridRules.ForbiddenReferences(Repository.Own));

    [Theory]
    [InlineData("contracts/Dvt.Contracts/Dvt.Contracts.csproj", "../Dvt.Pipeline/Dvt.Pipeline.csproj")]
    [InlineData("api/Dvt.Api.csproj", "../workers/Dvt.Workers.csproj")]
    [InlineData("workers/Dvt.Workers.csproj", "../readmodels/Dvt.ReadModels.csproj")]
    [InlineData("ops/New/Dvt.New.csproj", "../../contracts/Dvt.Contracts/Dvt.Contracts.csproj")]
    public void A_project_that_knows_too_much_is_found(string path, string reference) =>
        Assert.Single(GridRules.ForbiddenReferences([new SourceFile(path, $"""<ProjectReference Include="{reference}" />""")]));

    [Fact]
    public void Domains_of_a_role_speak_through_contracts_only() => Assert.Empty(GridRules.DomainsThatMeet(Product));

    [Theory]
    [InlineData("using Dvt.Workers.Payments;")]
    [InlineData("class A { void F() => Charge.Decide(1); }")]
    [InlineData("class A(Charge charge);")]
    public void A_domain_that_reaches_into_another_is_found(string text) => Assert.NotEmpty(GridRules.DomainsThatMeet(
    [
        new SourceFile("workers/Runs/A.cs", text), new SourceFile("workers/Payments/Charge.cs", "namespace Dvt.Workers.Payments; static class Charge;"),
    ]));

    [Fact]
    public void Classes_are_sealed() => Assert.Empty(GridRules.OpenClasses(Repository.Own));

    [Theory]
    [InlineData("class A { }")]
    [InlineData("public partial class A : B;")]
    [InlineData("public record A(int B);")]
    public void A_class_that_is_not_sealed_is_found(string text) => Assert.Single(GridRules.OpenClasses([new SourceFile("api/A.cs", text)]));

    [Theory]
    [InlineData("sealed class A;")]
    [InlineData("static partial class A { }")]
    [InlineData("public abstract record A;")]
    [InlineData("public readonly record struct A(int B);")]
    [InlineData("// a class Of people\nconst string B = \"class C { }\";")]
    public void What_cannot_be_inherited_is_left_alone(string text) => Assert.Empty(GridRules.OpenClasses([new SourceFile("api/A.cs", text)]));

    [Fact]
    public void An_interface_has_two_implementations_or_a_reason() => Assert.Empty(GridRules.LonelyInterfaces(Product, Reasons));

    [Fact]
    public void An_interface_with_one_implementation_is_found() => Assert.Single(GridRules.LonelyInterfaces(
        [new SourceFile("api/A.cs", "interface ITable { }\nsealed class Table(int a) : ITable { }")], new Dictionary<string, string>()));

    [Fact]
    public void An_interface_with_two_is_not() => Assert.Empty(GridRules.LonelyInterfaces(
        [new SourceFile("api/A.cs", "interface IGate { }\nsealed class A : IGate;\nsealed record B(int C) : D<int>, IGate;")], new Dictionary<string, string>()));

    [Fact]
    public void A_log_message_has_an_id_of_its_own() => Assert.Empty(GridRules.SharedLogIds(Product));

    [Fact]
    public void Two_log_messages_with_one_id_are_found() => Assert.Equal(["7: api/ALog.cs, workers/BLog.cs"], GridRules.SharedLogIds(
        [new SourceFile("api/ALog.cs", "[LoggerMessage(7, LogLevel.Error, \"a\")]"), new SourceFile("workers/BLog.cs", "[LoggerMessage(7, LogLevel.Error, \"b\")]")]));

    [Fact]
    public void The_root_holds_what_a_newcomer_needs() => Assert.Empty(
        Repository.Files.Select(f => f.Path).Where(p => !p.Contains('/')).Except(
        [
            "Dvt.sln", "README.md", "ARCHITECTURE.md", "GLOSSARY.md", "STYLE.md", "CHANGELOG.md", "dvt",
            "Directory.Build.props", "Directory.Packages.props", ".editorconfig", ".gitignore",
        ]));
}
