namespace Dvt.Contracts;

/// <param name="Origin">Scheme, host and port: the rest of an address may be a secret of its own.</param>
public sealed record WebhookEndpointCreated(
    Guid EndpointId, string Origin, IReadOnlyList<string> EventTypes, string? Description, bool Enabled) : IEvent;

/// <summary>What was given is what changed.</summary>
public sealed record WebhookEndpointChanged(
    Guid EndpointId, string? Origin, IReadOnlyList<string>? EventTypes, string? Description, bool? Enabled) : IEvent;

/// <param name="OverlapUntil">Until then the secrets before sign as well.</param>
public sealed record WebhookSecretRotated(Guid EndpointId, DateTimeOffset OverlapUntil) : IEvent;

/// <param name="Reason">One of <see cref="DisabledReasons"/>.</param>
public sealed record WebhookEndpointDisabled(Guid EndpointId, string Reason) : IEvent;

public sealed record WebhookEndpointDeleted(Guid EndpointId) : IEvent;

/// <summary>Why an endpoint gets nothing.</summary>
public static class DisabledReasons
{
    /// <summary>Somebody wanted it so.</summary>
    public const string ByRequest = "by_request";

    /// <summary>It answered <c>410</c>.</summary>
    public const string Gone = "gone";

    /// <summary>Every attempt of the last days failed.</summary>
    public const string Failing = "failing";
}

/// <summary>States of a delivery.</summary>
public static class DeliveryStatus
{
    public const string Pending = "pending";
    public const string Delivered = "delivered";
    public const string Failed = "failed";
}
