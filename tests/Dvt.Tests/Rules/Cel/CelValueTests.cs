using System.Text.Json;
using Dvt.Engine.Cel;
using Xunit;

namespace Dvt.Tests.Rules.Cel;

public sealed class CelValueTests
{
    static readonly CelEnvironment Environment = CelEnvironment.Of(("input", CelType.Dyn));

    [Theory]
    [InlineData("1", CelKind.Int)]
    [InlineData("2.0", CelKind.Int)]
    [InlineData("1e2", CelKind.Int)]
    [InlineData("1.5e1", CelKind.Int)]
    [InlineData("120e-1", CelKind.Int)]
    [InlineData("-0.0", CelKind.Int)]
    [InlineData("9223372036854775807", CelKind.Int)]
    [InlineData("-9223372036854775808.000", CelKind.Int)]
    [InlineData("9223372036854775808", CelKind.Double)]
    [InlineData("1.5", CelKind.Double)]
    [InlineData("125e-1", CelKind.Double)]
    [InlineData("1e19", CelKind.Double)]
    [InlineData("1e99999999999", CelKind.Double)]
    [InlineData("1.00000000000000000000000000000000000001", CelKind.Double)]
    public void A_number_of_JSON_is_an_int_by_value_not_by_spelling(string json, CelKind kind) =>
        Assert.Equal(kind, CelValue.FromJson(Json(json)).Kind);

    [Theory]
    [InlineData("1e2", 100)]
    [InlineData("-1.50e1", -15)]
    [InlineData("0.00e7", 0)]
    [InlineData("1200e-2", 12)]
    public void A_whole_number_of_JSON_keeps_its_value(string json, long value) =>
        Assert.Equal(value, CelValue.FromJson(Json(json)).AsInt());

    [Theory]
    [InlineData("input", """{"a":[1,2.5,"x",null,true]}""", """{"a":[1,2.5,"x",null,true]}""")]
    [InlineData("input.a[1] + 1", """{"a":[1,2]}""", "3")]
    [InlineData("input.map(x, x * 2.0)", "[1.5,2.25]", "[3,4.5]")]
    [InlineData("{1: 'a', true: 2u, 'c': b'hi'}", "0", """{"1":"a","true":2,"c":"aGk="}""")]
    [InlineData("[timestamp('2020-01-02T03:04:05.5Z')]", "0", """["2020-01-02T03:04:05.5Z"]""")]
    [InlineData("[duration('1500ms'), duration('-2h')]", "0", """["1.5s","-7200s"]""")]
    [InlineData("[input.?a, input.?b]", """{"a":1}""", "[1,null]")]
    [InlineData("type(1)", "0", "\"int\"")]
    public void A_value_has_a_JSON_form(string source, string input, string expected) =>
        Assert.Equal(expected, Evaluate(source, input).ToJson().GetRawText());

    [Theory]
    [InlineData("0.0 / 0.0")]
    [InlineData("[1.0 / 0.0]")]
    [InlineData("{1: 2, '1': 3}")]
    public void What_has_no_JSON_form_is_refused(string source)
    {
        var value = Evaluate(source, "0");
        Assert.Throws<CelEvaluationException>(() => value.ToJson());
    }

    [Theory]
    [InlineData("1.0", "1")]
    [InlineData("1000000.0", "1000000")]
    [InlineData("1e20", "100000000000000000000")]
    [InlineData("1.5e21", "1.5e+21")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("1.25e-7", "0.000000125")]
    [InlineData("1e-9", "1e-9")]
    [InlineData("-0.5", "-0.5")]
    public void A_double_is_written_as_people_write_it(string source, string expected) =>
        Assert.Equal(expected, Evaluate(source, "0").ToDisplayText());

    [Fact]
    public void A_string_that_is_no_Unicode_is_an_error_where_it_is_read()
    {
        Assert.Throws<CelEvaluationException>(() => Evaluate("input.a", """{"a":"\ud800"}"""));
        Assert.Throws<CelEvaluationException>(() => Evaluate("input", """{"a":["\ud800"]}""").ToDisplayText());
        Assert.Throws<CelEvaluationException>(() => Evaluate("input.map(k, k)", """{"\ud800":1}"""));
        Assert.True(Evaluate("input.b", """{"a":"\ud800","b":true}""").AsBool());
    }

    [Fact]
    public void A_lone_surrogate_in_a_source_is_written_as_the_replacement_character() =>
        Assert.Equal("\uFFFDa", Evaluate("'\ud800' + 'a'", "0").ToJson().GetString());

    [Fact]
    public void One_program_serves_many_threads()
    {
        var program = Environment.Compile("input.map(x, cel.bind(y, x * 2, [1, 2].map(z, y + z))).filter(p, p[0] > 2)[0][1]");
        Parallel.For(1, 2_000, at => Assert.Equal(2 * (at + 1) + 2, program.Evaluate(Bindings.Of("input", $"[{at + 1}]")).AsInt()));
    }

    [Fact]
    public void Members_are_read_only_when_asked_for()
    {
        var members = new Dictionary<string, CelValue> { ["a"] = CelValue.Of(1L), ["b"] = CelValue.FromJson(Json("[1]")) };
        var bindings = new Bindings(new Dictionary<string, CelValue> { ["input"] = CelValue.FromMembers(members) });
        Assert.Equal("""[1,{"a":1,"b":[1]},false,2]""",
            Environment.Compile("[input.a, input, has(input.c), size(input)]").Evaluate(bindings).ToJson().GetRawText());
    }

    [Theory]
    [InlineData(@"'aé'.matches('^a.$')")]
    [InlineData(@"'😀'.matches('^.$') && '😀'.matches('^[^a]$') && '😀'.matches('^[b😀^]$')")]
    [InlineData(@"!'x\n'.matches('^x$') && 'a.b'.matches(r'^\Qa.b\E$') && !'axb'.matches(r'^\Qa.b\E$')")]
    [InlineData(@"!'٣'.matches(r'\d') && 'AbC'.matches('(?i)^abc$') && 'x'.matches('(?P<n>x)')")]
    [InlineData(@"'a1_'.matches('^[[:alpha:]][[:digit:]][[:punct:]]$') && 'L'.matches(r'\pL') && 'a]'.matches('^[]a]+$')")]
    [InlineData(@"'a\nb'.matches('(?s)^a.b$') && !'a\nb'.matches('^a.b$') && 'a{'.matches('a{')")]
    public void Patterns_are_those_of_RE2(string source) => Assert.True(Evaluate(source, "0").AsBool());

    [Theory]
    [InlineData(@"(a)\1")]
    [InlineData("(?=a)")]
    [InlineData("a{1001}")]
    [InlineData("((a{100}){100}){100}")]
    [InlineData(")")]
    [InlineData("[a")]
    public void Patterns_that_RE2_refuses_are_refused(string pattern) =>
        Assert.Throws<CelEvaluationException>(() => Evaluate("'a'.matches(input)", JsonSerializer.Serialize(pattern)));

    static CelValue Evaluate(string source, string input) =>
        Environment.Compile(source).Evaluate(Bindings.Of("input", input));

    static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}
