using Microsoft.Extensions.Logging;

namespace Dvt.Workers.Webhooks;

/// <summary>Every message about webhooks. Ids 3200–3299 are stable.</summary>
static partial class WebhooksLog
{
    [LoggerMessage(3200, LogLevel.Warning, "outcome of delivery {DeliveryId} cannot be recorded, it is attempted again: {Reason}")]
    public static partial void NotRecorded(ILogger log, Guid deliveryId, string reason);

    [LoggerMessage(3201, LogLevel.Error, "attempt of delivery {DeliveryId} failed here")]
    public static partial void AttemptFailed(ILogger log, Exception fault, Guid deliveryId);

    [LoggerMessage(3202, LogLevel.Warning, "webhook endpoint {EndpointId} of tenant {TenantId} is disabled: {Reason}")]
    public static partial void Disabled(ILogger log, Guid endpointId, Guid tenantId, string reason);

    [LoggerMessage(3203, LogLevel.Information, "{Count} deliveries had been held for nothing and go on")]
    public static partial void Released(ILogger log, int count);
}
