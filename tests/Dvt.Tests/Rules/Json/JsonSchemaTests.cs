using System.Diagnostics;
using System.Text.Json;
using Dvt.Engine.JsonSchemas;
using Xunit;

namespace Dvt.Tests.Rules.Json;

public sealed class JsonSchemaTests
{
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("""{"required":["name"]}""", "{}", "", "required")]
    [InlineData("""{"properties":{"a/b":{"items":{"type":"integer"}}}}""", """{"a/b":[1,"x"]}""", "/a~1b/1", "type")]
    [InlineData("""{"properties":{"a":true},"additionalProperties":false}""", """{"a":1,"b":2}""", "/b", "additional_properties")]
    [InlineData("""{"unevaluatedProperties":false}""", """{"b":2}""", "/b", "unevaluated_properties")]
    [InlineData("""{"unevaluatedItems":false,"prefixItems":[true]}""", "[1,2]", "/1", "unevaluated_items")]
    [InlineData("""{"properties":{"a":false}}""", """{"a":1}""", "/a", "properties")]
    [InlineData("""{"$defs":{"n":{"minimum":3}},"properties":{"n":{"$ref":"#/$defs/n"}}}""", """{"n":2}""", "/n", "minimum")]
    [InlineData("""{"anyOf":[{"type":"null"},{"type":"string"}]}""", "1", "", "any_of")]
    [InlineData("""{"oneOf":[true,true]}""", "1", "", "one_of")]
    [InlineData("""{"not":{}}""", "1", "", "not")]
    [InlineData("""{"if":{"type":"object"},"then":{"required":["kind"]}}""", "{}", "", "required")]
    [InlineData("""{"contains":{"const":1}}""", "[2]", "", "contains")]
    [InlineData("""{"contains":true,"maxContains":1}""", "[1,2]", "", "max_contains")]
    [InlineData("""{"contains":true,"minContains":2}""", "[1]", "", "min_contains")]
    [InlineData("""{"propertyNames":{"maxLength":1}}""", """{"ab":1}""", "/ab", "property_names")]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", """{"a":1}""", "", "dependent_required")]
    [InlineData("""{"exclusiveMaximum":3}""", "3", "", "exclusive_maximum")]
    [InlineData("""{"maxLength":1}""", "\"ab\"", "", "max_length")]
    [InlineData("""{"uniqueItems":true}""", "[1,1.0]", "", "unique_items")]
    [InlineData("""{"pattern":"^a$"}""", "\"a\\n\"", "", "pattern")]
    [InlineData("false", "1", "", "false_schema")]
    public void An_error_names_the_place_and_the_keyword(string schema, string instance, string pointer, string code)
    {
        var compiled = Compile(schema);
        var error = Assert.Single(compiled.Validate(Read(instance)));
        Assert.Equal((pointer, code), (error.Pointer, error.Code));
        Assert.NotEmpty(error.Message);
        Assert.False(compiled.IsValid(Read(instance)));
    }

    [Fact]
    public void All_errors_are_told_not_only_the_first()
    {
        var schema = Compile("""{"required":["c"],"properties":{"a":{"type":"string"},"b":{"minimum":2}}}""");
        var errors = schema.Validate(Read("""{"a":1,"b":1}""")).Select(error => $"{error.Pointer} {error.Code}");
        Assert.Equal([" required", "/a type", "/b minimum"], errors.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_number_of_errors_is_limited() =>
        Assert.Equal(100, Compile("""{"items":false}""").Validate(Read($"[{string.Join(',', Enumerable.Repeat("1", 500))}]")).Count);

    [Theory]
    [InlineData("1", "")]
    [InlineData("""{"type":"text"}""", "/type")]
    [InlineData("""{"type":[]}""", "/type")]
    [InlineData("""{"properties":{"a":{"minLength":-1}}}""", "/properties/a/minLength")]
    [InlineData("""{"minLength":1.5}""", "/minLength")]
    [InlineData("""{"properties":[]}""", "/properties")]
    [InlineData("""{"properties":{"a/b":3}}""", "/properties/a~1b")]
    [InlineData("""{"required":"a"}""", "/required")]
    [InlineData("""{"required":["a","a"]}""", "/required")]
    [InlineData("""{"enum":1}""", "/enum")]
    [InlineData("""{"allOf":[]}""", "/allOf")]
    [InlineData("""{"allOf":[true,1]}""", "/allOf/1")]
    [InlineData("""{"multipleOf":0}""", "/multipleOf")]
    [InlineData("""{"pattern":"("}""", "/pattern")]
    [InlineData("""{"patternProperties":{"[":true}}""", "/patternProperties")]
    [InlineData("""{"uniqueItems":"yes"}""", "/uniqueItems")]
    [InlineData("""{"format":1}""", "/format")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "/$ref")]
    [InlineData("""{"$ref":"#none"}""", "/$ref")]
    [InlineData("""{"$ref":"https://example.com/none"}""", "/$ref")]
    [InlineData("""{"$ref":1}""", "/$ref")]
    [InlineData("""{"$anchor":"1a"}""", "/$anchor")]
    [InlineData("""{"$id":"a#b"}""", "/$id")]
    [InlineData("""{"$defs":{"a":{"$id":"x"},"b":{"$id":"x"}}}""", "/$defs/b/$id")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#"}""", "/$schema")]
    public void A_schema_that_makes_no_sense_is_refused_where_it_makes_none(string schema, string pointer) =>
        Assert.Equal(pointer, Assert.Throws<JsonSchemaException>(() => Compile(schema)).Pointer);

    [Fact]
    public void A_required_vocabulary_that_is_not_known_is_refused()
    {
        var registry = new SchemaRegistry();
        registry.Add("https://example.com/meta", Read("""{"$vocabulary":{"https://example.com/vocab":true}}"""));
        var fault = Assert.Throws<JsonSchemaException>(() => JsonSchema.Compile(Read("""{"$schema":"https://example.com/meta"}"""), registry));
        Assert.Equal("/$schema", fault.Pointer);
    }

    [Fact]
    public void A_fault_in_a_registered_schema_names_that_schema()
    {
        var registry = new SchemaRegistry();
        registry.Add("https://example.com/part", Read("""{"minItems":"1"}"""));
        var fault = Assert.Throws<JsonSchemaException>(() => JsonSchema.Compile(Read("""{"$ref":"https://example.com/part"}"""), registry));
        Assert.Equal("https://example.com/part#/minItems", fault.Pointer);
    }

    [Theory]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"allOf":[{"$ref":"#/$defs/a"}]}},"$ref":"#/$defs/a"}""")]
    [InlineData("""{"anyOf":[{"type":"null"},{"not":{"$ref":"#"}}]}""")]
    public void A_schema_that_refers_to_itself_for_ever_is_refused(string schema) =>
        Assert.Contains("without end", Assert.Throws<JsonSchemaException>(() => Compile(schema)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_loop_that_only_shows_at_run_time_ends_with_an_error()
    {
        var schema = Compile("""{"$dynamicAnchor":"node","allOf":[{"$dynamicRef":"#node"}]}""");
        Assert.Equal("schema_loop", Assert.Single(schema.Validate(Read("{}"))).Code);
        Assert.False(schema.IsValid(Read("{}")));
    }

    [Fact]
    public void A_schema_may_refer_to_itself_for_what_is_inside()
    {
        var schema = Compile("""{"type":"array","items":{"$ref":"#"}}""");
        Assert.True(schema.IsValid(Read(new string('[', 60) + new string(']', 60))));
        Assert.Equal("/0/0", Assert.Single(schema.Validate(Read("[[1]]"))).Pointer);
    }

    [Fact]
    public void A_long_chain_of_references_neither_overflows_nor_hangs()
    {
        var links = string.Join(',', Enumerable.Range(0, 20_000).Select(at => $"\"d{at}\":{{\"$ref\":\"#/$defs/d{at + 1}\"}}"));
        var schema = Compile($"{{\"$ref\":\"#/$defs/d0\",\"$defs\":{{{links},\"d20000\":true}}}}");
        Assert.Equal("schema_loop", Assert.Single(schema.Validate(Read("1"))).Code);
    }

    [Fact]
    public void A_schema_that_doubles_at_each_step_is_stopped()
    {
        var steps = string.Join(',', Enumerable.Range(0, 60).Select(at => $"\"d{at}\":{{\"allOf\":[{{\"$ref\":\"#/$defs/d{at + 1}\"}},{{\"$ref\":\"#/$defs/d{at + 1}\"}}]}}"));
        var schema = Compile($"{{\"$ref\":\"#/$defs/d0\",\"$defs\":{{{steps},\"d60\":{{\"type\":\"integer\"}}}}}}");
        var watch = Stopwatch.StartNew();
        Assert.Equal("too_complex", Assert.Single(schema.Validate(Read("1"))).Code);
        Assert.True(watch.Elapsed < Soon, $"took {watch.Elapsed}");
    }

    [Fact]
    public void A_schema_nested_too_deep_is_refused()
    {
        var text = string.Concat(Enumerable.Repeat("{\"not\":", 300)) + "true" + new string('}', 300);
        var schema = JsonElement.Parse(text, new JsonDocumentOptions { MaxDepth = 1_000 });
        Assert.Contains("too deep", Assert.Throws<JsonSchemaException>(() => JsonSchema.Compile(schema)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"multipleOf":0.1}""", "0.3", true)]
    [InlineData("""{"multipleOf":0.01}""", "4.35", true)]
    [InlineData("""{"multipleOf":0.01}""", "4.355", false)]
    [InlineData("""{"multipleOf":3}""", "9007199254740993", true)]
    [InlineData("""{"multipleOf":3}""", "9007199254740994", false)]
    [InlineData("""{"multipleOf":2}""", "123456789012345678901234567890123456789013", false)]
    [InlineData("""{"multipleOf":7}""", "1e999999999", false)]
    [InlineData("""{"multipleOf":5}""", "1e999999999", true)]
    [InlineData("""{"multipleOf":1e-999999999}""", "1", true)]
    [InlineData("""{"multipleOf":1e999999999}""", "1", false)]
    [InlineData("""{"maximum":9007199254740992}""", "9007199254740993", false)]
    [InlineData("""{"maximum":0.1}""", "0.10000000000000000000000000000000001", false)]
    [InlineData("""{"exclusiveMinimum":1e400}""", "1.1e400", true)]
    [InlineData("""{"minimum":-1e-400}""", "-2e-400", false)]
    [InlineData("""{"const":1e2}""", "100.0", true)]
    [InlineData("""{"const":9007199254740993}""", "9007199254740992", false)]
    [InlineData("""{"type":"integer"}""", "1e400", true)]
    [InlineData("""{"type":"integer"}""", "1.5e0", false)]
    [InlineData("""{"type":"integer"}""", "-0.0", true)]
    [InlineData("""{"enum":[{"a":[1,{"b":2.0}],"c":0}]}""", """{"c":-0,"a":[1.0,{"b":2}]}""", true)]
    public void Numbers_are_exact_at_any_size(string schema, string instance, bool valid) =>
        Assert.Equal(valid, Compile(schema).IsValid(Read(instance)));

    [Fact]
    public void A_character_outside_the_basic_plane_is_one_character_however_it_is_spelt()
    {
        var schema = Compile("""{"maxLength":1}""");
        Assert.True(schema.IsValid(Read("\"😀\"")));
        Assert.True(schema.IsValid(Read("\"\\ud83d\\ude00\"")));
        Assert.False(schema.IsValid(Read("\"😀é\"")));
    }

    [Fact]
    public void Text_that_is_no_text_is_an_error_and_no_exception() =>
        Assert.Equal("invalid_text", Assert.Single(Compile("""{"pattern":"a"}""").Validate(Read("\"\\ud800\""))).Code);

    static JsonSchema Compile(string schema) => JsonSchema.Compile(Read(schema));

    static JsonElement Read(string text) => JsonElement.Parse(text);
}
