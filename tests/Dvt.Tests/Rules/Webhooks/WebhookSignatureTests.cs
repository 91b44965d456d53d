using System.Text;
using System.Text.Json;
using Dvt.Contracts;
using Xunit;

namespace Dvt.Tests.Rules.Webhooks;

/// <summary>The vectors of Standard Webhooks 1.0.0: those to sign and those to verify.</summary>
public sealed class WebhookSignatureTests
{
    static readonly JsonElement Vectors =
        JsonElement.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Rules", "Webhooks", "Data", "standard-webhooks-vectors.json")));

    public static TheoryData<string> ToSign => [.. Names("sign")];

    public static TheoryData<string> ToVerify => [.. Names("verify")];

    static IEnumerable<string> Names(string kind) => Vectors.GetProperty(kind).EnumerateArray().Select(v => v.GetProperty("name").GetString()!);

    static JsonElement Vector(string kind, string name) =>
        Vectors.GetProperty(kind).EnumerateArray().Single(v => v.GetProperty("name").GetString() == name);

    static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    [Theory]
    [MemberData(nameof(ToSign))]
    public void A_message_is_signed_as_the_standard_says(string name)
    {
        var vector = Vector("sign", name);
        Assert.Equal(Text(vector, "signature"), WebhookSignature.Sign(
            WebhookSignature.Key(Text(vector, "secret"))!, Text(vector, "id"), vector.GetProperty("timestamp").GetInt64(), Encoding.UTF8.GetBytes(Text(vector, "payload"))));
    }

    [Theory]
    [MemberData(nameof(ToVerify))]
    public void A_message_is_accepted_or_rejected_as_the_standard_says(string name)
    {
        var vector = Vector("verify", name);
        var headers = vector.GetProperty("headers");
        var isAccepted = WebhookSignature.Verify(
            vector.GetProperty("secrets").EnumerateArray().Select(s => WebhookSignature.Key(s.GetString()!)!), Header(headers, WebhookSignature.IdHeader),
            Header(headers, WebhookSignature.TimestampHeader), Header(headers, WebhookSignature.SignatureHeader), Encoding.UTF8.GetBytes(Text(vector, "payload")),
            DateTimeOffset.FromUnixTimeSeconds(vector.GetProperty("now").GetInt64()), TimeSpan.FromSeconds(vector.GetProperty("toleranceSeconds").GetInt32()));
        Assert.Equal(Text(vector, "expect") == "accept", isAccepted);
    }

    static string? Header(JsonElement headers, string name) => headers.TryGetProperty(name, out var value) ? value.GetString() : null;

    [Fact]
    public void A_text_that_is_no_secret_has_no_key() => Assert.Null(WebhookSignature.Key("whsec_not base64"));
}
