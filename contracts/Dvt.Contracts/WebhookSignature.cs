using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dvt.Contracts;

/// <summary>Signatures of Standard Webhooks 1.0.0: HMAC-SHA256 over <c>id.timestamp.body</c>, keyed with the decoded secret.</summary>
public static class WebhookSignature
{
    public const string SecretPrefix = "whsec_";
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    /// <summary>By how much the clocks of both sides may differ.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    const string Version = "v1,";

    /// <summary>The name to which an endpoint's secrets are bound where they are wrapped.</summary>
    public static string WrapName(Guid endpointId) => $"webhook {endpointId}";

    /// <summary>A secret as it is shown.</summary>
    public static string Text(ReadOnlySpan<byte> secret) => SecretPrefix + Convert.ToBase64String(secret);

    /// <summary>The key in a secret, with its prefix or without; null when it is none.</summary>
    public static byte[]? Key(string secret)
    {
        var text = secret.StartsWith(SecretPrefix, StringComparison.Ordinal) ? secret.AsSpan(SecretPrefix.Length) : secret;
        var key = new byte[text.Length];
        return Convert.TryFromBase64Chars(text, key, out var length) ? key[..length] : null;
    }

    /// <param name="timestamp">Unix seconds of this attempt.</param>
    public static string Sign(ReadOnlySpan<byte> key, string id, long timestamp, ReadOnlySpan<byte> body) =>
        Version + Convert.ToBase64String(Digest(key, id, timestamp.ToString(CultureInfo.InvariantCulture), body));

    /// <summary>What a receiver does: the timestamp is near, and some <c>v1</c> signature is right under some of the keys.</summary>
    public static bool Verify(
        IEnumerable<byte[]> keys, string? id, string? timestamp, string? signatures, ReadOnlySpan<byte> body, DateTimeOffset now, TimeSpan tolerance)
    {
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(signatures)
            || !long.TryParse(timestamp, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs((decimal)now.ToUnixTimeSeconds() - seconds) > (decimal)tolerance.TotalSeconds)
            return false;
        var isRight = false;
        foreach (var key in keys)
        {
            var expected = Encoding.UTF8.GetBytes(Version + Convert.ToBase64String(Digest(key, id, timestamp!, body)));
            foreach (var given in signatures.Split(' '))
                isRight |= CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(given));
        }
        return isRight;
    }

    static byte[] Digest(ReadOnlySpan<byte> key, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(body);
        return hmac.GetHashAndReset();
    }
}
