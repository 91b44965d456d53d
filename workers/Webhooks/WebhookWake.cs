using Dvt.Pipeline;

namespace Dvt.Workers.Webhooks;

/// <summary>Tells the sender that there may be something to send.</summary>
sealed class WebhookWake : Wake;
