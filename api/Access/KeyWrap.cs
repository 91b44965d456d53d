using System.Security.Cryptography;

namespace Dvt.Api;

/// <summary>Wraps secrets at rest with the key-encryption key: AES-256-GCM, <c>nonce ‖ tag ‖ text</c>, bound to a name.</summary>
sealed class KeyWrap(ApiOptions options)
{
    const int Nonce = 12;
    const int Tag = 16;

    readonly byte[] key = Convert.FromBase64String(options.KeyEncryptionKey);

    public byte[] Wrap(string name, ReadOnlySpan<byte> secret)
    {
        var wrapped = new byte[Nonce + Tag + secret.Length];
        RandomNumberGenerator.Fill(wrapped.AsSpan(0, Nonce));
        using var aes = new AesGcm(key, Tag);
        aes.Encrypt(wrapped.AsSpan(0, Nonce), secret, wrapped.AsSpan(Nonce + Tag), wrapped.AsSpan(Nonce, Tag), System.Text.Encoding.UTF8.GetBytes(name));
        return wrapped;
    }

    /// <exception cref="CryptographicException">Wrapped with another key, under another name, or damaged.</exception>
    public byte[] Unwrap(string name, ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length < Nonce + Tag)
            throw new CryptographicException("too short to be a wrapped secret");
        var secret = new byte[wrapped.Length - Nonce - Tag];
        using var aes = new AesGcm(key, Tag);
        aes.Decrypt(wrapped[..Nonce], wrapped[(Nonce + Tag)..], wrapped.Slice(Nonce, Tag), secret, System.Text.Encoding.UTF8.GetBytes(name));
        return secret;
    }
}
