using System.Text.Json;
using Dvt.Engine.Cel;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Rules.Cel;

public sealed class CelRandomTests(ITestOutputHelper output)
{
    const int Sources = 20_000;

    static readonly CelEnvironment Environment =
        CelEnvironment.Of(("input", CelType.Dyn), ("n", CelType.Int), ("s", CelType.String), ("list", CelType.ListOf(CelType.Int)));

    static readonly Bindings Values = new(JsonSerializer
        .Deserialize<Dictionary<string, JsonElement>>("""{"input":{"a":[1,2.5,"x",null],"b":{"c":true}},"n":7,"s":"añ😀","list":[3,1,2]}""")!
        .ToDictionary(pair => pair.Key, pair => CelValue.FromJson(pair.Value)));

    static readonly string[] Pieces =
    [
        "(", ")", "[", "]", "{", "}", ".", ",", "?", ":", "?.", "+", "-", "*", "/", "%", "<", ">=", "==", "!=", "!", "&&", "||", " in ", " ",
        "input", "n", "s", "list", "x", "true", "null", "1", "9223372036854775807", "0u", "1.5", "1e308", "'a'", "b'\\xff'", "\"", "'", "`a`",
        "\\", "//", "\n", "${", "}", "has(", ".map(x,", ".all(x,", "size(", "int(", "string(", ".format([", ".matches(", "optional.of(", "\ud800", "é",
    ];

    static readonly string[] Methods =
    [
        "size", "contains", "matches", "charAt", "indexOf", "lastIndexOf", "substring", "replace", "split", "join", "trim", "reverse", "format",
        "lowerAscii", "getHours", "getFullYear", "hasValue", "value", "orValue", "or", "nothing",
    ];

    static readonly string[] Functions =
    [
        "size", "int", "uint", "double", "string", "bytes", "bool", "type", "dyn", "timestamp", "duration", "math.greatest", "math.abs",
        "math.bitShiftLeft", "math.round", "strings.quote", "base64.encode", "base64.decode", "optional.of", "optional.ofNonZeroValue", "nothing",
    ];

    static readonly string[] Macro = ["all", "exists", "exists_one", "map", "filter", "optMap"];
    static readonly string[] Signs = ["+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "in", "&&", "||"];
    static readonly string[] Leaves =
    [
        "1", "-1", "0", "9223372036854775807", "-9223372036854775808", "3u", "0.0", "-2.5", "1e300", "'a'", "'añ😀'", "''", "b'x'", "true", "false",
        "null", "[]", "{}", "input", "input.a", "input.b.c", "input.zz", "n", "s", "list", "x", "y", "duration('1s')", "timestamp(0)", "optional.none()",
    ];

    [Fact]
    public void Random_text_is_an_expression_or_a_syntax_error()
    {
        var (random, seed) = Seeded();
        for (var at = 0; at < Sources; at++)
            Try(string.Concat(Enumerable.Range(0, random.Next(1, 25)).Select(_ => Pieces[random.Next(Pieces.Length)])), seed, Environment);
    }

    [Fact]
    public void Random_expressions_give_a_value_or_an_evaluation_error_and_the_same_each_time()
    {
        var (random, seed) = Seeded();
        var evaluated = 0;
        for (var at = 0; at < Sources; at++)
            evaluated += Try(Expression(random, 5), seed, at % 2 == 0 ? Environment : Environment.Unchecked()) ? 1 : 0;
        Assert.True(evaluated > Sources / 20, $"only {evaluated} gave a value, seed {seed}");
    }

    /// <summary>True when it gave a value.</summary>
    static bool Try(string source, int seed, CelEnvironment environment)
    {
        try
        {
            var program = environment.Compile(source);
            _ = program.References.Count;
            var first = Result(program);
            Assert.Equal(first, Result(program));
            _ = Template.Parse("a ${" + source + "}", environment).References.Count;
            return !first.StartsWith('!');
        }
        catch (CelSyntaxException exception)
        {
            Assert.InRange(exception.Position, 0, source.Length + 5);
            return false;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"seed {seed}: {source}", exception);
        }
    }

    static string Result(CelProgram program)
    {
        try
        {
            var value = program.Evaluate(Values, costLimit: 20_000);
            return value.ToDisplayText() + value.ToJson().GetRawText();
        }
        catch (CelEvaluationException exception)
        {
            return "!" + exception.Message;
        }
    }

    static string Expression(Random random, int depth)
    {
        if (depth == 0 || random.Next(6) == 0)
            return Leaves[random.Next(Leaves.Length)];
        string Inner() => Expression(random, depth - 1);
        string Several(int most) => string.Join(", ", Enumerable.Range(0, random.Next(most + 1)).Select(_ => Inner()));
        return random.Next(13) switch
        {
            0 or 1 or 2 => $"({Inner()} {Signs[random.Next(Signs.Length)]} {Inner()})",
            3 => $"({Inner()} ? {Inner()} : {Inner()})",
            4 => $"{Functions[random.Next(Functions.Length)]}({Several(2)})",
            5 or 6 => $"({Inner()}).{Methods[random.Next(Methods.Length)]}({Several(2)})",
            7 => $"({Inner()}).{Macro[random.Next(Macro.Length)]}({(random.Next(2) == 0 ? "x" : "y")}, {Inner()})",
            8 => $"[{Several(3)}]",
            9 => $"{{{Inner()}: {Inner()}}}",
            10 => $"({Inner()})[{(random.Next(3) == 0 ? "?" : "")}{Inner()}]",
            11 => $"cel.bind(x, {Inner()}, {Inner()})",
            _ => $"{(random.Next(2) == 0 ? "!" : "-")}({Inner()})",
        };
    }

    (Random Random, int Seed) Seeded()
    {
        var seed = System.Environment.GetEnvironmentVariable("DVT_SEED") is { } given
            ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        output.WriteLine($"DVT_SEED={seed}");
        return (new Random(seed), seed);
    }
}
