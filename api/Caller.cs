using System.Collections.Frozen;
using Dvt.Contracts;

namespace Dvt.Api;

/// <summary>Who sent a request, as far as its credential shows. Immutable and shared between requests.</summary>
/// <param name="UserId">Null for users of an external issuer.</param>
/// <param name="KeyId">The API key behind the credential; null for users of an external issuer.</param>
/// <param name="Actor">As events name it: <c>user:id</c> or <c>key:id</c>.</param>
/// <param name="Quota">Null for the default.</param>
/// <param name="ExpiresAt">When the credential ends by itself.</param>
sealed record Caller(
    Guid TenantId,
    string TenantSlug,
    Guid? UserId,
    Guid? KeyId,
    string Actor,
    IReadOnlyList<string> Roles,
    TenantQuota? Quota,
    bool Suspended,
    DateTimeOffset? ExpiresAt)
{
    public FrozenSet<string> Permissions { get; } = Api.Permissions.Of(Roles);

    /// <summary>Names the credential's own bucket.</summary>
    public string LimitKey { get; } = KeyId?.ToString() ?? Actor;

    public bool May(string permission) => permission == Permission.Open || Permissions.Contains(permission);
}
