namespace Dvt.Workers.Channels;

/// <summary>Section <c>Mail</c> of the configuration: the server that takes our email. Without a host none is sent.</summary>
public sealed class MailOptions
{
    public string? Host { get; init; }

    public int Port { get; init; } = 25;

    /// <summary>Requires STARTTLS.</summary>
    public bool StartTls { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Address that messages come from; also names the domain of their ids.</summary>
    public string From { get; init; } = "no-reply@dvt.example";

    /// <summary>For a whole message; then its outcome is unknown.</summary>
    public double TimeoutSeconds { get; init; } = 20;
}
