using System.Buffers;
using System.Text;
using System.Text.Json;
using Dvt.Engine.Json;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Rules.Json;

public sealed class StrictJsonTests(ITestOutputHelper output)
{
    const int RandomBodies = 20_000;

    [Theory]
    [InlineData("", "")]
    [InlineData(" \r\n\t", "")]
    [InlineData("{", "")]
    [InlineData("nul", "")]
    [InlineData("01", "")]
    [InlineData("[1,]", "/0")]
    [InlineData("[1] [2]", "")]
    [InlineData("{} x", "")]
    [InlineData("{\"a\":1} // why", "")]
    [InlineData("[/* why */1]", "")]
    [InlineData("{'a':1}", "")]
    [InlineData("[NaN]", "")]
    [InlineData("{\"a\":{\"b\":[1,2,tru]}}", "/a/b/1")]
    [InlineData("{\"a\":1,\"a\":2}", "/a")]
    [InlineData("[{},{\"x\":{\"a/b\":1,\"a\\u002fb\":2}}]", "/1/x/a~1b")]
    [InlineData("\"\\ud800\" x", "")]
    [InlineData("[\"\u0001\"]", "")]
    [InlineData("\ufeff{}", "")]
    public void What_is_not_one_JSON_value_is_malformed(string body, string pointer)
    {
        var refused = Refusal(body);
        Assert.Equal((JsonRefused.Malformed, pointer), (refused.Code, refused.Pointer));
        Assert.NotEmpty(refused.Message);
    }

    [Theory]
    [InlineData("\"a\\u0000b\"", "")]
    [InlineData("{\"a\":[\"x\",\"\\ud800\"]}", "/a/1")]
    [InlineData("[\"\\udc00\\ud800\"]", "/0")]
    [InlineData("{\"a\":{\"\\u0000\":1}}", "/a")]
    public void Text_that_no_store_accepts_is_told_apart_from_bad_syntax(string body, string pointer)
    {
        var refused = Refusal(body);
        Assert.Equal((JsonRefused.InvalidText, pointer), (refused.Code, refused.Pointer));
    }

    [Fact]
    public void Bad_syntax_is_told_before_bad_text_that_precedes_it() =>
        Assert.Equal(JsonRefused.Malformed, Refusal("[\"\\u0000\", x]").Code);

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_malformed()
    {
        foreach (var bytes in new byte[][] { [(byte)'"', 0xC3, 0x28, (byte)'"'], [(byte)'"', 0xED, 0xA0, 0x80, (byte)'"'], [(byte)'"', 0xFF, (byte)'"'] })
            Assert.Equal(JsonRefused.Malformed, Assert.Throws<JsonRefused>(() => StrictJson.Parse(bytes)).Code);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(5_000)]
    public void A_member_named_twice_is_found_among_any_number_of_members(int count)
    {
        var members = string.Join(',', Enumerable.Range(0, count).Select(at => $"\"a longer name {at}\":{at}"));
        Assert.Equal(count, StrictJson.Parse(Bytes($"{{{members}}}")).GetPropertyCount());
        Assert.Equal("/outer/a longer name 3", Refusal($"{{\"outer\":{{{members},\"a longer \\u006eame 3\":0}}}}").Pointer);
    }

    [Fact]
    public void The_same_name_in_another_object_is_no_duplicate() =>
        Assert.Equal(JsonValueKind.Array, StrictJson.Parse(Bytes("[{\"a\":{\"a\":1}},{\"a\":1}]")).ValueKind);

    [Fact]
    public void Depth_is_limited_where_the_caller_says()
    {
        Assert.Equal(JsonValueKind.Array, StrictJson.Parse(Bytes(Nested(64))).ValueKind);
        Assert.Equal(JsonRefused.Malformed, Refusal(Nested(65)).Code);
        Assert.Equal(JsonValueKind.Array, StrictJson.Parse(Bytes(Nested(65)), maxDepth: 65).ValueKind);
    }

    [Fact]
    public void A_body_in_pieces_is_read_like_a_body_in_one_and_outlives_its_buffer()
    {
        var first = Bytes("{\"name\":\"va");
        var second = Bytes("lue\"}");
        var start = new Piece(first);
        var value = StrictJson.Parse(new ReadOnlySequence<byte>(start, 0, start.Then(second), second.Length));
        Array.Clear(first);
        Array.Clear(second);
        Assert.Equal("value", value.GetProperty("name").GetString());
    }

    [Fact]
    public void Random_bytes_are_read_or_refused_and_nothing_else()
    {
        var seed = RandomJson.Seed();
        output.WriteLine($"DVT_SEED={seed}");
        var random = new Random(seed);
        var json = new RandomJson(random);
        for (var at = 0; at < RandomBodies; at++)
        {
            var body = random.Next(3) == 0 ? Noise(random) : Spoil(Bytes(json.Next()), random);
            try
            {
                var value = StrictJson.Parse(body);
                Assert.True(StrictJson.Parse(CanonicalJson.Canonicalize(value)).ValueKind == value.ValueKind);
            }
            catch (JsonRefused)
            {
                // Refusing is one of the two right answers.
            }
            catch (Exception fault)
            {
                Assert.Fail($"DVT_SEED={seed}, body {Convert.ToHexString(body)}: {fault}");
            }
        }
    }

    [Fact]
    public void Whatever_the_strict_reader_accepts_the_platform_reads_the_same()
    {
        var seed = RandomJson.Seed();
        output.WriteLine($"DVT_SEED={seed}");
        var json = new RandomJson(new Random(seed));
        for (var at = 0; at < 1_000; at++)
        {
            var text = json.Next();
            Assert.True(JsonElement.DeepEquals(JsonElement.Parse(text), StrictJson.Parse(Bytes(text))), $"DVT_SEED={seed}: {text}");
        }
    }

    static byte[] Noise(Random random)
    {
        const string likely = "{}[]\":,\\u0dDcC8911e-+.truefalsn \n/*";
        var body = new byte[random.Next(40)];
        for (var at = 0; at < body.Length; at++)
            body[at] = random.Next(8) == 0 ? (byte)random.Next(256) : (byte)likely[random.Next(likely.Length)];
        return body;
    }

    static byte[] Spoil(byte[] body, Random random)
    {
        for (var times = random.Next(3); times > 0 && body.Length > 0; times--)
            body[random.Next(body.Length)] = (byte)random.Next(256);
        return body[..random.Next(body.Length / 2, body.Length + 1)];
    }

    static string Nested(int depth) => new string('[', depth) + new string(']', depth);

    static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    static JsonRefused Refusal(string body) => Assert.Throws<JsonRefused>(() => StrictJson.Parse(Bytes(body)));

    sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        internal Piece(byte[] bytes) => Memory = bytes;

        internal Piece Then(byte[] bytes)
        {
            var next = new Piece(bytes) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
