using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dvt.Api;
using Xunit;

namespace Dvt.Tests.Api;

public sealed class JwsTests : IDisposable
{
    static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    readonly ECDsa signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly VerificationKey key;

    public JwsTests() => key = new("k1", "ES256", "https://us", "dvt", signer.ExportParameters(includePrivateParameters: false), Modulus: null);

    public void Dispose() => signer.Dispose();

    static object Claims(string iss = "https://us", object? aud = null, long exp = 600, long nbf = 0, long iat = 0) => new
    {
        iss,
        aud = aud ?? "dvt",
        sub = "s",
        exp = Now.ToUnixTimeSeconds() + exp,
        nbf = Now.ToUnixTimeSeconds() + nbf,
        iat = Now.ToUnixTimeSeconds() + iat,
    };

    string Good() => Jws.Sign(Claims(), "k1", signer);

    string Signed(object header, object claims)
    {
        var signed = $"{Part(header)}.{Part(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(signer.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));

    void Refuses(string token) => Assert.Throws<TokenRefusedException>(() => Jws.Verify(token, key, Now));

    [Fact]
    public void A_token_of_ours_gives_its_claims() => Assert.Equal("s", Jws.Verify(Good(), key, Now).GetProperty("sub").GetString());

    [Fact]
    public void Algorithm_none_is_a_forgery()
    {
        Refuses($"{Part(new { alg = "none", kid = "k1" })}.{Part(Claims())}.");
        Refuses(Signed(new { alg = "none", kid = "k1" }, Claims()));
        Refuses(Signed(new { kid = "k1" }, Claims()));
    }

    [Fact]
    public void A_public_key_is_no_secret_to_sign_with()
    {
        var signed = $"{Part(new { alg = "HS256", kid = "k1" })}.{Part(Claims())}";
        foreach (var secret in (byte[][])[signer.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(signer.ExportSubjectPublicKeyInfoPem())])
            Refuses($"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)))}");
    }

    [Theory]
    [InlineData("ES384")]
    [InlineData("RS256")]
    [InlineData("es256")]
    public void The_key_decides_the_algorithm(string alg) => Refuses(Signed(new { alg, kid = "k1" }, Claims()));

    [Fact]
    public void Another_key_id_is_refused() => Refuses(Jws.Sign(Claims(), "k2", signer));

    [Fact]
    public void Another_key_with_our_id_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Refuses(Jws.Sign(Claims(), "k1", other));
    }

    [Fact]
    public void Time_issuer_and_audience_count()
    {
        Refuses(Jws.Sign(Claims(exp: 0), "k1", signer));
        Refuses(Jws.Sign(Claims(nbf: 120), "k1", signer));
        Refuses(Jws.Sign(Claims(iat: 120), "k1", signer));
        Refuses(Jws.Sign(Claims(iss: "https://them"), "k1", signer));
        Refuses(Jws.Sign(Claims(aud: "other"), "k1", signer));
        Refuses(Jws.Sign(new { iss = "https://us", aud = "dvt" }, "k1", signer));
        Refuses(Jws.Sign(new { iss = "https://us", aud = "dvt", exp = "tomorrow" }, "k1", signer));
        Refuses(Jws.Sign(new { iss = "https://us", aud = "dvt", exp = 1e300 }, "k1", signer));
        Assert.Equal("s", Jws.Verify(Jws.Sign(Claims(aud: new[] { "x", "dvt" }), "k1", signer), key, Now).GetProperty("sub").GetString());
    }

    [Fact]
    public void Unknown_critical_headers_are_refused() => Refuses(Signed(new { alg = "ES256", kid = "k1", crit = new[] { "b64" }, b64 = false }, Claims()));

    [Fact]
    public void Every_changed_character_breaks_it()
    {
        var token = Good();
        for (var i = 0; i < token.Length; i++)
            foreach (var c in "A_.= ")
                if (token[i] != c)
                    Refuses(token[..i] + c + token[(i + 1)..]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a.b.c")]
    [InlineData("a.b.c.d")]
    [InlineData("e30.e30.")]
    [InlineData("bnVsbA.bnVsbA.bnVsbA")]
    public void What_is_no_token_is_refused(string token) => Refuses(token);

    [Fact]
    public void A_signature_in_the_other_encoding_is_refused()
    {
        var token = Good();
        var signed = token[..token.LastIndexOf('.')];
        var der = signer.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        Refuses($"{signed}.{Base64Url.EncodeToString(der)}");
    }

    [Fact]
    public void An_rsa_key_verifies_RS256_and_small_ones_are_not_taken()
    {
        using var rsa = RSA.Create(2048);
        var parameters = rsa.ExportParameters(includePrivateParameters: false);
        JsonElement Jwk(byte[] n) => JsonSerializer.SerializeToElement(new
        {
            kty = "RSA",
            kid = "r1",
            n = Base64Url.EncodeToString(n),
            e = Base64Url.EncodeToString(parameters.Exponent),
        });
        var theirs = VerificationKey.FromJwk(Jwk(parameters.Modulus!), "https://us", "dvt")!;
        var signed = $"{Part(new { alg = "RS256", kid = "r1" })}.{Part(Claims())}";
        var token = $"{signed}.{Base64Url.EncodeToString(rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
        Assert.Equal("s", Jws.Verify(token, theirs, Now).GetProperty("sub").GetString());
        Assert.Null(VerificationKey.FromJwk(Jwk(new byte[128]), "https://us", "dvt"));
    }
}
