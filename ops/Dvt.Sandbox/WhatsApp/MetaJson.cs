using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dvt.Sandbox;

/// <summary>Bytes and signature of a notification, as Meta makes them. protocols.md §4.1.</summary>
static class MetaJson
{
    static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>ASCII only: everything else is <c>\uXXXX</c> in lower case, and a slash is <c>\/</c>.</summary>
    public static byte[] Write(JsonNode node)
    {
        var plain = node.ToJsonString(Relaxed);
        var text = new StringBuilder(plain.Length + 64);
        for (var at = 0; at < plain.Length; at++)
            switch (plain[at])
            {
                case '\\' when plain[at + 1] == 'u':
                    text.Append(plain.AsSpan(at, 6).ToString().ToLowerInvariant());
                    at += 5;
                    break;
                case '\\':
                    text.Append(plain, at++, 2);
                    break;
                case '/':
                    text.Append(@"\/");
                    break;
                case > '\x7e' and var outside:
                    text.Append(@"\u").Append(((int)outside).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
                    break;
                case var usual:
                    text.Append(usual);
                    break;
            }
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>The value of <c>X-Hub-Signature-256</c>.</summary>
    public static string Sign(string appSecret, ReadOnlySpan<byte> body) =>
        "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(appSecret), body));
}
