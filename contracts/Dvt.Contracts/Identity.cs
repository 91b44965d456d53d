namespace Dvt.Contracts;

public sealed record TenantCreated(Guid TenantId, string Slug, string Name) : IEvent;

public sealed record TenantChanged(
    Guid TenantId, string? Name, bool? Suspended, TenantQuota? Quota, IReadOnlyList<string>? HttpAllow = null,
    SignalPolicy? SignalPolicy = null,
    TenantRetention? Retention = null,
    string? TimeZone = null) : IEvent;

/// <param name="SecondPerson">Types of signals that do nothing until a second person approves them.</param>
/// <param name="ExpiresAfter">ISO 8601 duration in which that must happen; a day unless told.</param>
public sealed record SignalPolicy(IReadOnlyList<string> SecondPerson, string? ExpiresAfter = null);

/// <param name="RequestsPerSecond">Refill of the token bucket; null for the default.</param>
public sealed record TenantQuota(int? RequestsPerSecond, int? Burst, bool Unlimited);

public sealed record UserCreated(
    Guid UserId,
    [property: PersonalData(nameof(UserCreated.UserId))] string Email,
    [property: PersonalData(nameof(UserCreated.UserId))] string Name,
    IReadOnlyList<string> Roles) : IEvent;

public sealed record ApiKeyCreated(
    Guid ApiKeyId, Guid UserId, string Name, IReadOnlyList<string> Roles, DateTimeOffset? ExpiresAt) : IEvent;

public sealed record ApiKeyRevoked(Guid ApiKeyId) : IEvent;

public sealed record LoggedIn(Guid UserId, Guid ApiKeyId) : IEvent;

/// <summary>Someone had a view filled anew.</summary>
public sealed record RebuildRequested(string View) : IEvent;

/// <summary>The API said no before anything was queued.</summary>
/// <param name="Action">Such as <c>POST /v1/runs/{runId}/signals</c>.</param>
/// <param name="Code">The problem's code.</param>
public sealed record AccessRefused(string Action, string Code, string? ResourceId, string? Address) : IEvent;

/// <summary>The installation's own tenant, which sees what belongs to no other.</summary>
public static class PlatformTenant
{
    public const string Slug = "platform";

    public static readonly Guid Id = NamedId.Of("bootstrap", Slug);
}

/// <summary>What a person or program may be.</summary>
public static class Roles
{
    public const string TenantAdmin = "tenant-admin";
    public const string PlanAuthor = "plan-author";
    public const string Engineer = "engineer";
    public const string Operator = "operator";
    public const string Auditor = "auditor";
    public const string Viewer = "viewer";
    public const string Host = "host";
    public const string Sales = "sales";
    public const string Finance = "finance";
    public const string PlatformAdmin = "platform-admin";

    public static readonly IReadOnlyList<string> OfTenants =
        [TenantAdmin, PlanAuthor, Engineer, Operator, Auditor, Viewer, Host, Sales, Finance];
}
