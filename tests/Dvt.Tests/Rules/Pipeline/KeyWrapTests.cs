using System.Security.Cryptography;
using Dvt.Pipeline;
using Xunit;

namespace Dvt.Tests.Rules.Pipeline;

public sealed class KeyWrapTests
{
    static readonly KeyWrap Wrap = new([.. Enumerable.Range(0, 32).Select(n => (byte)n)]);

    static readonly byte[] Secret = [1, 2, 3, 4, 5, 6, 7, 8];

    [Fact]
    public void What_is_wrapped_is_unwrapped_under_its_name_and_never_looks_the_same()
    {
        var wrapped = Wrap.Wrap("pepper", Secret);
        Assert.Equal(Secret, Wrap.Unwrap("pepper", wrapped));
        Assert.NotEqual(wrapped, Wrap.Wrap("pepper", Secret));
        Assert.Equal(-1, wrapped.AsSpan().IndexOf(Secret));
    }

    [Fact]
    public void Another_key_another_name_and_every_changed_byte_are_found()
    {
        var wrapped = Wrap.Wrap("pepper", Secret);
        Assert.ThrowsAny<CryptographicException>(() => Wrap.Unwrap("salt", wrapped));
        Assert.ThrowsAny<CryptographicException>(() => new KeyWrap(new byte[32]).Unwrap("pepper", wrapped));
        Assert.ThrowsAny<CryptographicException>(() => Wrap.Unwrap("pepper", wrapped.AsSpan(0, 20)));
        for (var i = 0; i < wrapped.Length; i++)
        {
            var changed = wrapped.ToArray();
            changed[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => Wrap.Unwrap("pepper", changed));
        }
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("no base64!", false)]
    [InlineData("c2hvcnQ=", false)]
    [InlineData("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", true)]
    public void A_key_is_base64_of_32_bytes(string? text, bool taken) => Assert.Equal(taken, KeyWrap.Of(text) is not null);
}
