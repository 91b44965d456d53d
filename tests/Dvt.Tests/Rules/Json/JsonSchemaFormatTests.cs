using System.Diagnostics;
using System.Text.Json;
using Dvt.Engine.JsonSchemas;
using Xunit;

namespace Dvt.Tests.Rules.Json;

public sealed class JsonSchemaFormatTests
{
    [Theory]
    [InlineData("date", "2024-02-29", "2023-02-29 2024-1-01 2024-13-01 20240101 2024-01-0١")]
    [InlineData("time", "08:30:06Z 08:30:06.283185+00:20 23:59:60Z 15:59:60-08:00 01:29:60+01:30", "08:30:06 24:00:00Z 08:60:00Z 22:59:60Z 08:30:06-24:00 08:30:06,1Z")]
    [InlineData("date-time", "1963-06-19T08:30:06.283185Z 1998-12-31T15:59:60.123-08:00 1963-06-19t08:30:06z", "1990-02-31T15:59:59Z 1990-12-31T15:59:59 1963-06-19_08:30:06Z 2013-350T01:01:01Z")]
    [InlineData("duration", "P4DT12H30M5S P4Y PT0S P2W P1M PT1M P1Y2M3D", "4DT12H P PT P1D2H P2D1Y P1YT P1Y2W P1Y2D PT1H2S ")]
    [InlineData("email", "joe.bloggs@example.com te~st@example.com \"joe..bloggs\"@example.com a@[127.0.0.1] a@[IPv6:::1]", "2962 .test@example.com te..st@example.com @example.com a@-b.com a@[127.0.0.300] a@b@c")]
    [InlineData("uri", "http://foo.bar/?baz=qux#quuz http://[::1]:80/ urn:oasis:names mailto:a@b.c http://x/%20 tel:+1-816-555-1212 file:///a", "//foo.bar /abc :// http://x/<> http://x/%2 http://[12345::]/ \\\\a a:b#c#d é:a bar,baz")]
    [InlineData("uuid", "2EB8AA08-aa98-11ea-b4aa-73b441d16380 00000000-0000-0000-0000-000000000000", "2eb8aa08-aa98-11ea-b4aa73b441d16380 2eb8aa08aa9811eab4aa73b441d16380 {2eb8aa08-aa98-11ea-b4aa-73b441d16380} 2eb8aa08-aa98-11ea-b4ga-73b441d16380")]
    [InlineData("ipv4", "192.168.0.1 0.0.0.0 255.255.255.255", "127.0.0.0.1 256.1.1.1 127.0 0x7f000001 087.10.0.1 1.2.3.4. 1.2.3.٤")]
    [InlineData("ipv6", "::1 :: 1::d6:192.168.0.1 ::ffff:192.168.0.1 1:2:3:4:5:6:7:8", "12345:: 1:2:3 ::laptop 1::2::3 fe80::a%eth1 [::1] ::1.2.3 ::01.2.3.4 1.2.3.4 :1::2")]
    [InlineData("regex", "([abc])+\\s+$ ^\\p{Letter}\\u{1F600}$ (?<y>a)\\k<y>", "^(abc] \\a a** [z-a] (?i)a \\p{Nope}")]
    [InlineData("json-pointer", "/foo/bar~0/baz~1/%a / /~1.1", "/foo/bar~ a #/a /~2 /~0~")]
    [InlineData("unknown-format", "anything", "")]
    public void A_format_is_asserted_only_where_asked(string format, string valid, string invalid)
    {
        var schema = JsonSchema.Compile(JsonElement.Parse($$"""{"format":"{{format}}"}"""));
        foreach (var text in valid.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            Assert.True(schema.Validate(Json(text), assertFormat: true).Count == 0, $"{text} is a {format}");
        foreach (var text in invalid.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.True(schema.Validate(Json(text), assertFormat: true) is [{ Code: "format", Pointer: "" }], $"{text} is no {format}");
            Assert.Empty(schema.Validate(Json(text)));
        }
    }

    [Fact]
    public void The_format_assertion_vocabulary_asserts_without_being_asked()
    {
        var registry = new SchemaRegistry();
        registry.Add("https://example.com/meta", JsonElement.Parse("""{"$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/format-assertion":true}}"""));
        var schema = JsonSchema.Compile(JsonElement.Parse("""{"$schema":"https://example.com/meta","format":"date"}"""), registry);
        Assert.False(schema.IsValid(Json("tomorrow")));
    }

    [Theory]
    [InlineData(@"^\d$", "7", true)]
    [InlineData(@"^\d$", "٧", false)]
    [InlineData(@"^\w$", "é", false)]
    [InlineData(@"^\W$", "😀", true)]
    [InlineData(@"^\s$", "\ufeff", true)]
    [InlineData(@"^\S$", "\u2003", false)]
    [InlineData("^.$", "😀", true)]
    [InlineData("^.$", "\u2028", false)]
    [InlineData("^[^a]$", "😀", true)]
    [InlineData("^[😀-😃]$", "😂", true)]
    [InlineData("^[^😀-😃]$", "😂", false)]
    [InlineData("^[^😀-😃]$", "x", true)]
    [InlineData("^[\ufff0-\U00010010]+$", "\uffff\U00010000", true)]
    [InlineData("^😀{2}$", "😀😀", true)]
    [InlineData(@"^\u{1f600}\uD83D\uDE00$", "😀😀", true)]
    [InlineData("^[]$", "a", false)]
    [InlineData("^[^]$", "\n", true)]
    [InlineData("^[a-z-[b]]$", "b]", true)]
    [InlineData(@"^[\d\-x]$", "-", true)]
    [InlineData(@"\bcat\b", "a cat!", true)]
    [InlineData(@"^(?:(a)|b)\1$", "b", true)]
    [InlineData(@"^(?<x>a)(b)\2\k<x>$", "abba", true)]
    [InlineData("^(?!x)a(?=b)b(?<=ab)$", "ab", true)]
    [InlineData(@"^\p{Lu}\P{Lu}$", "Aé", true)]
    [InlineData(@"^\cJ\x41\0$", "\nA\0", true)]
    [InlineData("^{a}$", "{a}", true)]
    [InlineData("^a{2,3}?$", "aaa", true)]
    [InlineData("a$", "a\n", false)]
    public void Patterns_mean_what_ECMA_262_says(string pattern, string text, bool matches)
    {
        var schema = JsonSchema.Compile(JsonSerializer.SerializeToElement(new { pattern }));
        Assert.Equal(matches, schema.IsValid(Json(text)));
    }

    [Theory]
    [InlineData("^(a+)+$")]
    [InlineData("^(a|aa)*(?=b)$")]
    public void A_pattern_that_explodes_is_answered_or_ended(string pattern)
    {
        var schema = JsonSchema.Compile(JsonSerializer.SerializeToElement(new { pattern }));
        var error = Assert.Single(schema.Validate(Json(new string('a', 5_000) + "!")));
        Assert.Contains(error.Code, new[] { "pattern", "pattern_timeout" });
    }

    [Fact]
    public void Many_texts_that_are_each_slow_are_ended_together()
    {
        // Each text takes some milliseconds, which alone is allowed.
        var schema = JsonSchema.Compile(JsonElement.Parse("""{"items":{"pattern":"^(?=(a*)(a*)(a*)b)a"}}"""));
        var texts = JsonSerializer.SerializeToElement(Enumerable.Repeat(new string('a', 120), 5_000));
        var watch = Stopwatch.StartNew();
        Assert.Equal("pattern_timeout", schema.Validate(texts)[^1].Code);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"took {watch.Elapsed}");
    }

    static JsonElement Json(string text) => JsonSerializer.SerializeToElement(text);
}
