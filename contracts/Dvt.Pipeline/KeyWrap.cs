using System.Security.Cryptography;
using System.Text;

namespace Dvt.Pipeline;

/// <summary>Wraps secrets at rest with the key-encryption key: AES-256-GCM, <c>nonce ‖ tag ‖ text</c>, bound to a name.</summary>
/// <param name="key">32 bytes from the configuration.</param>
public sealed class KeyWrap(byte[] key)
{
    const int Nonce = 12;
    const int Tag = 16;

    /// <summary>Null unless the text is base64 of 32 bytes.</summary>
    public static KeyWrap? Of(string? base64)
    {
        var bytes = new byte[32];
        return base64 is { Length: <= 64 } && Convert.TryFromBase64String(base64, bytes, out var written) && written == bytes.Length ? new(bytes) : null;
    }

    public byte[] Wrap(string name, ReadOnlySpan<byte> secret)
    {
        var wrapped = new byte[Nonce + Tag + secret.Length];
        RandomNumberGenerator.Fill(wrapped.AsSpan(0, Nonce));
        using var aes = new AesGcm(key, Tag);
        aes.Encrypt(wrapped.AsSpan(0, Nonce), secret, wrapped.AsSpan(Nonce + Tag), wrapped.AsSpan(Nonce, Tag), Encoding.UTF8.GetBytes(name));
        return wrapped;
    }

    /// <exception cref="CryptographicException">Wrapped with another key, under another name, or damaged.</exception>
    public byte[] Unwrap(string name, ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length < Nonce + Tag)
            throw new CryptographicException("too short to be a wrapped secret");
        var secret = new byte[wrapped.Length - Nonce - Tag];
        using var aes = new AesGcm(key, Tag);
        aes.Decrypt(wrapped[..Nonce], wrapped[(Nonce + Tag)..], wrapped.Slice(Nonce, Tag), secret, Encoding.UTF8.GetBytes(name));
        return secret;
    }
}
