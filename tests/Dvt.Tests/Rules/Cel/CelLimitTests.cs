using System.Diagnostics;
using Dvt.Engine.Cel;
using Xunit;

namespace Dvt.Tests.Rules.Cel;

public sealed class CelLimitTests
{
    // Less than .NET gives any thread.
    const int SmallStack = 1024 * 1024;
    /// <summary>Far above what the limit of cost allows, far below what any of these would take without it.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    static readonly CelEnvironment Environment = CelEnvironment.Of(("input", CelType.Dyn));

    public static TheoryData<string> DepthBombs =>
    [
        Nested("(", "1", ")", 10_000),
        Nested("[", "1", "]", 10_000),
        Nested("{1:", "1", "}", 10_000),
        Nested("-", "input", "", 60_000),
        Nested("!", "input", "", 60_000),
        Nested("true ? 1 : ", "1", "", 5_000),
        Nested("input[", "1", "]", 9_000),
        Nested("size(", "1", ")", 9_000),
        Nested("", "1", "+1", 30_000),
        Nested("", "input", ".a", 30_000),
        Nested("", "input", "[0]", 20_000),
        Nested("", "input", ".b()", 15_000),
        Nested("[1].map(x,", "x", ")", 4_000),
        Nested("cel.bind(x,1,", "x", ")", 4_000),
        Nested("", "1", "", 70_000) + new string(' ', 70_000),
        Nested("{", "1", "", 60_000),
        Nested("'a'.matches('.{900}') && ", "true", "", 2_000),
    ];

    [Theory]
    [MemberData(nameof(DepthBombs))]
    public void A_source_nested_without_end_is_a_syntax_error_on_any_stack(string source) =>
        OnSmallStack(() => Assert.Throws<CelSyntaxException>(() => Environment.Compile(source)));

    [Theory]
    [InlineData("(", "1", ")", 240)]
    [InlineData("[", "1", "][0]", 45)]
    [InlineData("size([", "1", "])", 120)]
    [InlineData("", "1", "+1", 240)]
    [InlineData("true ? 1 : ", "1", "", 240)]
    [InlineData("[1].map(x,", "x", ")[0]", 110)]
    [InlineData("[1].all(x,[1].exists(y,", "true", "))", 60)]
    [InlineData("cel.bind(x,1,", "x", ")", 240)]
    [InlineData("", "true", "&&true", 9_000)]
    [InlineData("", "true", "||true", 9_000)]
    public void A_source_within_the_limits_runs_on_any_stack(string before, string middle, string after, int count) =>
        OnSmallStack(() => Environment.Compile(Nested(before, middle, after, count)).Evaluate(Bindings.None));

    public static TheoryData<string> CostBombs =>
    [
        Loops("[1,1,1,1,1,1,1,1,1,1]", 8, "x0 > 0"),
        Doubled("'0123456789'", "{0} + {0}", 40, "size(x39)"),
        Doubled("b'0123456789'", "{0} + {0}", 40, "size(x39)"),
        Doubled("[1]", "{0} + {0}", 40, "size(x39)"),
        Doubled("[1]", "[{0}, {0}]", 40, "x39"),
        Doubled("[1]", "[{0}, {0}]", 40, "x39 == x39"),
        Doubled("{{'a':1}}", "{{'a':{0}, 'b':{0}}}", 40, "x39"),
        Doubled("{{1:1}}", "{{{0}:{0}}}", 40, "x39 == x39"),
        Doubled("optional.of(1)", "optional.of([{0}, {0}])", 40, "x39"),
        Doubled("'aaaaaaaaaa'", "{0}.replace('', {0})", 20, "x19"),
        Doubled("'aaaaaaaaaa'", "[{0}, {0}, {0}, {0}].join({0})", 30, "x29"),
        Doubled("'%s%s%s'", "{0}.format([{0}, {0}, {0}])", 30, "x29"),
        Doubled("'aaaaaaaaaa'", "strings.quote({0} + {0})", 40, "x39"),
        Doubled("'aaaaaaaaaa'", "base64.encode(bytes({0} + {0}))", 40, "x39"),
        Loops("input.list", 3, "input.list[x0] == x1"),
        Loops("input.list", 3, "input.text == 'a'"),
        Loops("input.list", 3, "input.text.matches('(a|b)*c')"),
        Loops("input.list", 3, "'aaa'.matches('(x+x+)+y{900}' + string(x0))"),
        Loops("input.list", 3, "timestamp(x0).getHours('No/Where') == 1"),
        Loops("input.list", 3, "'%.100f'.format([1e-300 * double(x0)]) == ''"),
        Loops("input.list", 3, "input.wide.nothing == 1 || true"),
        Loops("input.list", 3, "input.list == input.list"),
        Loops("input.list", 3, "{'a': input.text}[input.text] == 1 || true"),
        Loops("input.list", 3, "x0 in input.list && false || true"),
        Loops("input.list", 3, "input.deep == input.deep"),
        "input.list.transformMap(i, v, input.list.transformMap(j, w, i * 4294967297))",
        "input.list.map(x, input)",
    ];

    [Theory]
    [MemberData(nameof(CostBombs))]
    public void A_source_that_costs_without_end_is_stopped(string source)
    {
        var bindings = Bindings.Of("input", $$"""
            {"list":[{{string.Join(',', Enumerable.Range(0, 2_000))}}],"text":"{{new string('a', 100_000)}}",
             "wide":{{{string.Join(',', Enumerable.Range(0, 5_000).Select(at => $"\"k{at}\":{at}"))}}},
             "deep":{{Nested("[", "1", "]", 40)}}}
            """);
        var program = Environment.Compile(source);
        var taken = Failing(program, bindings);
        Assert.True(taken < Patience, $"took {taken}: {source[..Math.Min(source.Length, 300)]}");
    }

    static TimeSpan Failing(CelProgram program, Bindings bindings)
    {
        var clock = Stopwatch.StartNew();
        Assert.Throws<CelEvaluationException>(() => program.Evaluate(bindings).ToJson());
        return clock.Elapsed;
    }

    [Fact]
    public void The_limit_is_the_callers()
    {
        var program = Environment.Compile("[1, 2, 3].map(x, x + 1)");
        Assert.Equal(3, program.Evaluate(Bindings.None, costLimit: 100).List.Count);
        Assert.Throws<CelEvaluationException>(() => program.Evaluate(Bindings.None, costLimit: 10));
        Assert.Throws<CelEvaluationException>(() => Environment.Compile("[1].map(x, x) == [] || true").Evaluate(Bindings.None, costLimit: 3));
    }

    static string Nested(string before, string middle, string after, int count) =>
        string.Concat(Enumerable.Repeat(before, count)) + middle + string.Concat(Enumerable.Repeat(after, count));

    /// <summary>A loop in a loop in a loop; `x0` is the variable of the innermost.</summary>
    static string Loops(string range, int depth, string body) =>
        Enumerable.Range(0, depth).Aggregate(body, (inner, level) => $"{range}.all(x{level}, {inner} || true)");

    /// <summary>Each of `count` variables is built out of the one before.</summary>
    static string Doubled(string first, string step, int count, string result)
    {
        var source = result;
        for (var at = count - 1; at > 0; at--)
            source = $"cel.bind(x{at}, {string.Format(null, step, $"x{at - 1}")}, {source})";
        return $"cel.bind(x0, {string.Format(null, first)}, {source})";
    }

    static void OnSmallStack(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(action), SmallStack);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }
}
