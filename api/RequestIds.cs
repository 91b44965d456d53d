using System.Security.Cryptography;
using Dvt.Contracts;

namespace Dvt.Api;

/// <summary>The ids of one command, made from the caller's key or fresh.</summary>
/// <param name="KeyId">Names what is made: the same for every retry with the key.</param>
/// <param name="CommandId">The same only for the same body.</param>
readonly record struct RequestIds(Guid KeyId, Guid CommandId, bool Keyed)
{
    /// <summary>Longest key taken.</summary>
    public const int MaxKey = 255;

    public static RequestIds Fresh() => new(Guid.CreateVersion7(), Guid.CreateVersion7(), Keyed: false);

    public static RequestIds Of(Guid tenantId, string method, string path, string key, ReadOnlySpan<byte> body)
    {
        var keyId = NamedId.Of("key", tenantId.ToString(), method, path, key);
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(body, digest);
        return new(keyId, NamedId.Of(keyId.ToString(), Convert.ToHexStringLower(digest)), Keyed: true);
    }

    /// <summary>The refusal of a key that was used before with another body.</summary>
    public static ProblemException Reused()
    {
        ApiMeters.KeysReused.Add(1);
        return new(Problems.IdempotencyKeyReused);
    }
}
