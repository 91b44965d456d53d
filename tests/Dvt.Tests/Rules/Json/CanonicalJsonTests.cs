using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Dvt.Engine.Json;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Rules.Json;

public sealed class CanonicalJsonTests(ITestOutputHelper output)
{
    const int RandomTexts = 2_000;
    const int PublishedNumbers = 10_000;

    [Theory]
    [InlineData("arrays")]
    [InlineData("french")]
    [InlineData("structures")]
    [InlineData("unicode")]
    [InlineData("values")]
    [InlineData("weird")]
    public void The_published_inputs_become_the_published_bytes(string name)
    {
        var folder = Path.Combine(Vectors.Folder, "jcs");
        var canonical = CanonicalJson.Canonicalize(Vectors.Read(Path.Combine(folder, "input", $"{name}.json")));

        Assert.Equal(File.ReadAllText(Path.Combine(folder, "output", $"{name}.json")), Encoding.UTF8.GetString(canonical));
        var hex = string.Concat(File.ReadAllText(Path.Combine(folder, "outhex", $"{name}.txt")).Where(char.IsAsciiHexDigit));
        Assert.Equal(hex, Convert.ToHexStringLower(canonical));
    }

    [Fact]
    public void The_published_numbers_are_written_as_ECMAScript_writes_them()
    {
        var checkedNumbers = 0;
        foreach (var line in File.ReadLines(Path.Combine(Vectors.Folder, "jcs", "numbers.txt")))
        {
            var comma = line.IndexOf(',', StringComparison.Ordinal);
            var value = BitConverter.Int64BitsToDouble((long)ulong.Parse(line.AsSpan(0, comma), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            Assert.Equal(line[(comma + 1)..], Canonical(value.ToString("R", CultureInfo.InvariantCulture)));
            checkedNumbers++;
        }
        Assert.Equal(PublishedNumbers, checkedNumbers);
    }

    [Theory]
    [InlineData("-0", "0")]
    [InlineData("-0.0e5", "0")]
    [InlineData("1e21", "1e+21")]
    [InlineData("100000000000000000000", "100000000000000000000")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("1e-7", "1e-7")]
    [InlineData("9007199254740993", "9007199254740992")]
    [InlineData("1.50", "1.5")]
    [InlineData("-12", "-12")]
    [InlineData("5e-324", "5e-324")]
    public void A_number_has_one_spelling(string written, string canonical) => Assert.Equal(canonical, Canonical(written));

    [Theory]
    [InlineData("""{"\uffff":1,"\ud83d\ude00":2,"z":3}""", "{\"z\":3,\"😀\":2,\"\uffff\":1}")]
    [InlineData("""{"b":1,"a":2,"ab":3,"":4}""", """{"":4,"a":2,"ab":3,"b":1}""")]
    public void Members_are_sorted_by_UTF_16_code_units(string written, string canonical) => Assert.Equal(canonical, Canonical(written));

    [Theory]
    [InlineData("""["\ud800"]""", "invalid_text")]
    [InlineData("""["\ude00\ud83d"]""", "invalid_text")]
    [InlineData("""{"\ud800":1}""", "invalid_text")]
    [InlineData("[1e400]", "invalid_number")]
    [InlineData("[-1e400]", "invalid_number")]
    [InlineData("""{"a":1,"\u0061":2}""", "malformed_json")]
    public void What_has_no_canonical_form_is_refused(string written, string code) =>
        Assert.Equal(code, Assert.Throws<JsonRefused>(() => Canonical(written)).Code);

    [Fact]
    public void Nothing_is_not_a_value() => Assert.Throws<ArgumentException>(() => CanonicalJson.Canonicalize(default));

    [Fact]
    public void The_digest_is_the_SHA_256_of_the_canonical_bytes_in_lower_case() =>
        Assert.Equal("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", CanonicalJson.Digest(Read(" { } ")));

    [Fact]
    public void Canonical_JSON_is_a_fixed_point_that_means_the_same()
    {
        var seed = RandomJson.Seed();
        output.WriteLine($"DVT_SEED={seed}");
        var json = new RandomJson(new Random(seed));
        for (var at = 0; at < RandomTexts; at++)
        {
            var text = json.Next();
            var value = Read(text);
            var canonical = CanonicalJson.Canonicalize(value);
            var again = StrictJson.Parse(canonical);

            Assert.True(canonical.AsSpan().SequenceEqual(CanonicalJson.Canonicalize(again)), $"Not a fixed point (DVT_SEED={seed}): {text}");
            Assert.True(Same(value, again), $"Another meaning (DVT_SEED={seed}): {text}");
        }
    }

    [Fact]
    public void Writing_appends_to_what_the_buffer_holds()
    {
        var buffer = new ArrayBufferWriter<byte>();
        CanonicalJson.Write(Read("[1]"), buffer);
        CanonicalJson.Write(Read($"[\"{new string('x', 5_000)}\"]"), buffer);
        Assert.Equal($"[1][\"{new string('x', 5_000)}\"]", Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    static bool Same(JsonElement left, JsonElement right) => (left.ValueKind, right.ValueKind) switch
    {
        (JsonValueKind.Number, JsonValueKind.Number) => left.GetDouble() == right.GetDouble(),
        (JsonValueKind.String, JsonValueKind.String) => left.GetString() == right.GetString(),
        (JsonValueKind.Array, JsonValueKind.Array) =>
            left.GetArrayLength() == right.GetArrayLength() && left.EnumerateArray().Zip(right.EnumerateArray()).All(pair => Same(pair.First, pair.Second)),
        (JsonValueKind.Object, JsonValueKind.Object) =>
            left.GetPropertyCount() == right.GetPropertyCount()
            && left.EnumerateObject().All(member => right.TryGetProperty(member.Name, out var other) && Same(member.Value, other)),
        var (leftKind, rightKind) => leftKind == rightKind,
    };

    static string Canonical(string text) => Encoding.UTF8.GetString(CanonicalJson.Canonicalize(Read(text)));

    static JsonElement Read(string text) => JsonElement.Parse(text);
}
