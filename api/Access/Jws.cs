using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dvt.Engine.Json;

namespace Dvt.Api;

/// <summary>A public key that verifies tokens of one issuer with one algorithm and no other.</summary>
/// <param name="Algorithm"><c>ES256</c> or <c>RS256</c>; decides, whatever the token's header says.</param>
sealed record VerificationKey(string Kid, string Algorithm, string Issuer, string Audience, ECParameters? Curve, RSAParameters? Modulus)
{
    /// <summary>From a JWK (RFC 7517); null for anything but a P-256 or an RSA signature key of 2,048 bits or more.</summary>
    public static VerificationKey? FromJwk(JsonElement jwk, string issuer, string audience)
    {
        if (jwk.ValueKind is not JsonValueKind.Object || Text(jwk, "kid") is not { Length: > 0 } kid || Text(jwk, "use") is not (null or "sig"))
            return null;
        return (Text(jwk, "kty"), Text(jwk, "crv"), Text(jwk, "alg")) switch
        {
            ("EC", "P-256", null or "ES256") when Bytes(jwk, "x") is { Length: 32 } x && Bytes(jwk, "y") is { Length: 32 } y =>
                new(kid, "ES256", issuer, audience, new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = x, Y = y } }, Modulus: null),
            ("RSA", _, null or "RS256") when Bytes(jwk, "n") is { Length: >= 256 } n && Bytes(jwk, "e") is { } e =>
                new(kid, "RS256", issuer, audience, Curve: null, new RSAParameters { Modulus = n, Exponent = e }),
            _ => null,
        };
    }

    static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    static byte[]? Bytes(JsonElement json, string name) =>
        Text(json, name) is { } text && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;

    public bool Verifies(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        if (Curve is { } curve)
        {
            using var key = ECDsa.Create(curve);
            return signature.Length == 64
                && key.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        using var rsa = RSA.Create(Modulus!.Value);
        return rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }
}

/// <summary>Why a token is worth nothing; told to nobody but the log.</summary>
sealed class TokenRefusedException(string why) : Exception(why);

/// <summary>Compact JWS (RFC 7515) as access tokens (RFC 9068), on the framework's cryptography only.</summary>
static class Jws
{
    /// <summary>A longer token is not looked at.</summary>
    public const int MaxLength = 8 * 1024;

    static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    public static string Sign(object claims, string kid, ECDsa key)
    {
        var signed = $"{Encode(new { alg = "ES256", typ = "at+jwt", kid })}.{Encode(claims)}";
        var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    static string Encode(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value, JsonSerializerOptions.Web));

    /// <summary>The key id that the header names, unverified: only to find the key.</summary>
    public static string KidOf(string token)
    {
        var header = Part(token, 0);
        return header.TryGetProperty("kid", out var kid) && kid.ValueKind is JsonValueKind.String
            ? kid.GetString()!
            : throw new TokenRefusedException("no kid");
    }

    /// <summary>The claims of a token that <paramref name="key"/> signed for us and that is valid at <paramref name="now"/>.</summary>
    public static JsonElement Verify(string token, VerificationKey key, DateTimeOffset now)
    {
        var header = Part(token, 0);
        // The key decides: a header that asks for another algorithm is a forgery, not a wish.
        if (!header.TryGetProperty("alg", out var alg) || alg.ValueKind is not JsonValueKind.String || !alg.ValueEquals(key.Algorithm))
            throw new TokenRefusedException("alg");
        if (KidOf(token) != key.Kid)
            throw new TokenRefusedException("kid");
        if (header.TryGetProperty("crit", out _))
            throw new TokenRefusedException("crit");
        var end = token.LastIndexOf('.');
        if (!key.Verifies(Encoding.ASCII.GetBytes(token, 0, end), Decode(token.AsSpan(end + 1))))
            throw new TokenRefusedException("signature");
        var claims = Part(token, 1);
        if (!claims.TryGetProperty("iss", out var iss) || iss.ValueKind is not JsonValueKind.String || !iss.ValueEquals(key.Issuer))
            throw new TokenRefusedException("iss");
        if (!claims.TryGetProperty("aud", out var aud) || !IsFor(aud, key.Audience))
            throw new TokenRefusedException("aud");
        if (Seconds(claims, "exp") is not { } exp || DateTimeOffset.FromUnixTimeSeconds(exp) <= now)
            throw new TokenRefusedException("exp");
        if (Seconds(claims, "nbf") is { } nbf && DateTimeOffset.FromUnixTimeSeconds(nbf) > now + Skew)
            throw new TokenRefusedException("nbf");
        if (Seconds(claims, "iat") is { } iat && DateTimeOffset.FromUnixTimeSeconds(iat) > now + Skew)
            throw new TokenRefusedException("iat");
        return claims;
    }

    static bool IsFor(JsonElement aud, string audience) => aud.ValueKind switch
    {
        JsonValueKind.String => aud.ValueEquals(audience),
        JsonValueKind.Array => aud.EnumerateArray().Any(one => one.ValueKind is JsonValueKind.String && one.ValueEquals(audience)),
        _ => false,
    };

    public static long? Seconds(JsonElement claims, string name)
    {
        if (!claims.TryGetProperty(name, out var value))
            return null;
        // A moment that no clock reaches is as good as a forged one.
        return value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is >= 0 and < 253_402_300_799
            ? (long)seconds
            : throw new TokenRefusedException(name);
    }

    static JsonElement Part(string token, int place)
    {
        if (token.Length > MaxLength || token.Count('.') != 2)
            throw new TokenRefusedException("shape");
        try
        {
            var json = StrictJson.Parse(Decode(token.Split('.')[place]), maxDepth: 8);
            return json.ValueKind is JsonValueKind.Object ? json : throw new TokenRefusedException("shape");
        }
        catch (JsonRefused)
        {
            throw new TokenRefusedException("shape");
        }
    }

    static byte[] Decode(ReadOnlySpan<char> part)
    {
        // The decoder would let padding and blanks pass; a compact JWS has neither.
        foreach (var c in part)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                throw new TokenRefusedException("shape");
        if (!Base64Url.IsValid(part))
            throw new TokenRefusedException("shape");
        return Base64Url.DecodeFromChars(part);
    }
}
