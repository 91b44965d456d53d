using System.Buffers;
using System.Text;
using System.Text.Json;
using Dvt.Engine.Cel;
using Xunit;

namespace Dvt.Tests.Rules.Cel;

public sealed class CelTemplateTests
{
    static readonly CelEnvironment Environment = CelEnvironment.Of(("input", CelType.Dyn), ("steps", CelType.Dyn));

    static readonly Bindings Values = Bindings.Of("input", """{"name":"Ana","n":3,"list":[1,2],"map":{"a":"é"},"none":null}""");

    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("${input.n}", "3")]
    [InlineData("${ input.list }", "[1,2]")]
    [InlineData("Hello ${input.name}, ${input.n + 1} of ${input.list}", "\"Hello Ana, 4 of [1,2]\"")]
    [InlineData(" ${input.n}", "\" 3\"")]
    [InlineData("${input.n}${input.n}", "\"33\"")]
    [InlineData("${input.map} ${input.none} ${input.n == 3}", """ "{\"a\":\"é\"} null true" """)]
    [InlineData("$${input.n}", "\"${input.n}\"")]
    [InlineData("$5 or ${input.n}$", "\"$5 or 3$\"")]
    [InlineData("$$${input.n}", "\"$${input.n}\"")]
    [InlineData("${ {\"a\": \"}\"}.a }", "\"}\"")]
    [InlineData("${'}' + \"{\" + r'\\}'}!", """ "}{\\}!" """)]
    [InlineData("${{'a': {'b': 1}}.a.b}", "1")]
    [InlineData("${1 // } no end\n}", "1")]
    [InlineData("", "\"\"")]
    public void A_placeholder_alone_keeps_its_type_and_is_interpolated_inside_text(string text, string expected) =>
        Assert.Equal(expected.Trim(), Encoding.UTF8.GetString(Readable(Template.Parse(text, Environment).Evaluate(Values))));

    [Theory]
    [InlineData("${", 2)]
    [InlineData("${}", 2)]
    [InlineData("ab ${input.} c", 11)]
    [InlineData("${input.a", 2)]
    [InlineData("${'a}", 2)]
    [InlineData("${a} ${nope}", 2)]
    public void A_fault_is_placed_in_the_text(string text, int position) =>
        Assert.Equal(position, Assert.Throws<CelSyntaxException>(() => Template.Parse(text, Environment)).Position);

    [Fact]
    public void Only_text_without_placeholders_is_literal()
    {
        Assert.True(Template.Parse("$${a} $ {b}", Environment).IsLiteral);
        Assert.False(Template.Parse("a${1}", Environment).IsLiteral);
    }

    [Fact]
    public void A_template_lists_the_references_of_all_its_placeholders() => Assert.Equal(
        ["input name", "steps a"],
        Template.Parse("${input.name} ${steps.a} ${input.name}", Environment).References.Select(reference => $"{reference.Root} {reference.Path[0]}"));

    [Fact]
    public void A_JSON_template_writes_literal_parts_as_they_are_and_evaluates_the_rest()
    {
        var json = """{"a":{"x":[1,2.50,"t"],"y":"${input.list}"},"b":["$${c}",{"d":"n=${input.n}"}],"é":"é","${input.n}":null}""";
        var template = Compile(json, out var errors);
        Assert.Empty(errors);
        Assert.False(template.IsLiteral);
        Assert.Equal("""{"a":{"x":[1,2.50,"t"],"y":[1,2]},"b":["${c}",{"d":"n=3"}],"é":"é","${input.n}":null}""",
            Unescaped(Write(template)));
        Assert.Equal(2, template.References.Count);
    }

    [Theory]
    [InlineData("""{"a":[1,{"b":"c"}]}""", """{"a":[1,{"b":"c"}]}""")]
    [InlineData("""["$${a}",1]""", """["${a}",1]""")]
    [InlineData("12.50", "12.50")]
    public void A_JSON_template_without_placeholders_is_literal(string json, string expected)
    {
        var template = Compile(json, out _);
        Assert.True(template.IsLiteral);
        Assert.Equal(expected, Write(template));
    }

    [Fact]
    public void Every_fault_of_a_JSON_template_is_told_with_its_pointer()
    {
        Compile("""{"a/b":["${1 +}","ok",{"~":"${nope}"}],"c":"${input.x}"}""", out var errors);
        Assert.Equal(["/with/a~1b/0", "/with/a~1b/2/~0"], errors);
    }

    [Fact]
    public void Text_that_is_no_Unicode_is_a_fault_at_its_pointer()
    {
        Compile("{\"a\":\"\\ud800${1}\",\"b\":{\"\\ud800\":\"${1}\"}}", out var errors);
        Assert.Equal(["/with/a", "/with/b"], errors);
    }

    [Fact]
    public void The_placeholders_of_a_template_share_one_limit()
    {
        var text = string.Concat(Enumerable.Repeat("${input.list.map(x, x)}", 1_000));
        Assert.Throws<CelEvaluationException>(() => Template.Parse(text, Environment).Evaluate(Values, costLimit: 5_000));
    }

    static JsonTemplate Compile(string json, out List<string> errors)
    {
        var told = errors = [];
        using var document = JsonDocument.Parse(json);
        return JsonTemplate.Compile(document.RootElement, Environment, "/with", (pointer, _) => told.Add(pointer));
    }

    static string Write(JsonTemplate template)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            template.Write(Values, writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    static string Unescaped(string json) => json.Replace("\\u00E9", "é", StringComparison.Ordinal);

    static byte[] Readable(CelValue value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            value.WriteJson(writer);
        return buffer.WrittenSpan.ToArray();
    }
}
