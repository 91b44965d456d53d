using Dvt.Engine.Cel;
using Xunit;

namespace Dvt.Tests.Rules.Cel;

public sealed class CelReferenceTests
{
    static readonly CelEnvironment Environment =
        CelEnvironment.Of(("input", CelType.Dyn), ("steps", CelType.Dyn), ("index", CelType.Int));

    [Theory]
    [InlineData("steps.hold.result.code", "steps/hold/result/code")]
    [InlineData("steps[\"leaf-0000\"].result", "steps/leaf-0000/result")]
    [InlineData("steps.`leaf-0000`.result", "steps/leaf-0000/result")]
    [InlineData("input.list[0].name", "input/list/0/name")]
    [InlineData("input.list[index].name", "index input/list*")]
    [InlineData("input", "input")]
    [InlineData("steps.a.result.size() + steps.b.?result.orValue(1)", "steps/a/result steps/b/result")]
    [InlineData("input.items.all(x, x.ok && steps.a.ok)", "input/items steps/a/ok")]
    [InlineData("input.items.map(steps, steps.b.c)", "input/items")]
    [InlineData("cel.bind(input, steps.a, input.b)", "steps/a")]
    [InlineData("has(steps.a.result)", "steps/a/result?")]
    [InlineData("has(steps.a.result) ? steps.a.result : 0", "steps/a/result")]
    [InlineData("has(steps.a.result) ? 1 : input.b", "steps/a/result? input/b")]
    [InlineData("size('steps.a')", "")]
    public void A_program_lists_each_path_it_reads_once(string source, string expected) =>
        Assert.Equal(expected, string.Join(' ', Environment.Compile(source).References.Select(Written)));

    [Fact]
    public void A_reference_says_where_it_stands() =>
        Assert.Equal([4, 14], Environment.Compile("1 + input.a + steps.b").References.Select(reference => reference.Position));

    [Theory]
    [InlineData("stpes.a", 0)]
    [InlineData("1 + ", 4)]
    [InlineData("input.a == nope", 11)]
    [InlineData("size(1)", 0)]
    [InlineData("'a' + 1", 4)]
    [InlineData("true ? 1 : 'a'", 5)]
    [InlineData("input.a.frobnicate()", 8)]
    [InlineData("'a'.matches('(')", 4)]
    [InlineData("'open", 0)]
    [InlineData("Message{a: 1}", 7)]
    public void A_fault_says_where_it_stands(string source, int position) =>
        Assert.Equal(position, Assert.Throws<CelSyntaxException>(() => Environment.Compile(source)).Position);

    static string Written(CelReference reference) =>
        string.Join('/', [reference.Root, .. reference.Path]) + (reference.Dynamic ? "*" : "") + (reference.Guarded ? "?" : "");
}
