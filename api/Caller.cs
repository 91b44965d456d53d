using System.Collections.Frozen;
using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Api;

/// <summary>Who sent a request, as far as its credential shows. Immutable and shared between requests.</summary>
/// <param name="UserId">Null for users of an external issuer.</param>
/// <param name="KeyId">The API key behind the credential; null for users of an external issuer.</param>
/// <param name="Actor">As events name it: <c>user:id</c> or <c>key:id</c>.</param>
/// <param name="Quota">Null for the default.</param>
/// <param name="SignalPolicy">Null when no signal needs a second person.</param>
/// <param name="ExpiresAt">When the credential ends by itself.</param>
/// <param name="SameAs">Of a user of an external issuer: the tenant's own user who has the same, verified, email.</param>
sealed record Caller(
    Guid TenantId,
    string TenantSlug,
    Guid? UserId,
    Guid? KeyId,
    string Actor,
    IReadOnlyList<string> Roles,
    TenantQuota? Quota,
    bool Suspended,
    DateTimeOffset? ExpiresAt,
    SignalPolicy? SignalPolicy = null,
    Guid? SameAs = null)
{
    public FrozenSet<string> Permissions { get; } = Api.Permissions.Of(Roles);

    /// <summary>Who is behind the credential: two keys of one user are one person, and so are a user and the same one of an external issuer.</summary>
    public string Person { get; } = (UserId ?? SameAs) is { } user ? $"user:{user}" : Actor;

    /// <summary>Seconds in which a second person must approve a signal of this type; null when none is needed.</summary>
    public int? HeldSeconds(string signalType)
    {
        if (SignalPolicy is null || !SignalPolicy.SecondPerson.Contains(signalType))
            return null;
        return SignalPolicy.ExpiresAfter is { } text && IsoDuration.TryParse(text, out var span) ? (int)span.TotalSeconds : 86_400;
    }

    /// <summary>Names the credential's own bucket.</summary>
    public string LimitKey { get; } = KeyId?.ToString() ?? Actor;

    public bool May(string permission) => permission == Permission.Open || Permissions.Contains(permission);
}
