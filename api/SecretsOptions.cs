namespace Dvt.Api;

/// <summary>Section <c>Secrets</c> of the configuration: what providers sign their webhooks with.</summary>
sealed class SecretsOptions
{
    /// <summary>Signs WhatsApp's notifications. Without it all are refused.</summary>
    public string? WhatsAppAppSecret { get; init; }

    /// <summary>What Meta must say when it verifies the address.</summary>
    public string? WhatsAppVerifyToken { get; init; }
}
