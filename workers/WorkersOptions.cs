namespace Dvt.Workers;

/// <summary>Section <c>Workers</c> of the configuration.</summary>
public sealed class WorkersOptions
{
    /// <summary>Domains and step kinds to work for, comma-separated: <c>runs</c>, <c>bookings</c>, <c>channels</c>, <c>steps</c>, <c>timers</c>, <c>jobs</c>, <c>webhooks</c>, <c>messages</c>; <c>--roles</c> on the command line.</summary>
    public string Roles { get; init; } = "runs,bookings,channels,steps,timers,jobs,webhooks,messages";

    /// <summary>Batches of one domain in work at the same time; as many as processors, from 2 to 8, unless told: more would only be smaller and dearer.</summary>
    public int? Lanes { get; init; }

    /// <summary>Messages in one transaction at the most.</summary>
    public int BatchSize { get; init; } = 512;

    /// <summary>HTTP steps in flight at the same time.</summary>
    public int HttpConcurrency { get; init; } = 128;

    /// <summary>Base64 of 32 bytes, the same as the API's; unwraps the secrets that sign webhooks and the keys of persons. Needed for the roles <c>webhooks</c> and <c>bookings</c>.</summary>
    public string? KeyEncryptionKey { get; init; }

    /// <summary>Pauses between the attempts of a webhook's delivery, ISO 8601 durations.</summary>
    public string WebhookRetries { get; init; } = "PT5S,PT5M,PT30M,PT2H,PT5H,PT10H,PT14H,PT20H,PT24H";

    /// <summary>How long an endpoint may take to answer.</summary>
    public double WebhookTimeoutSeconds { get; init; } = 15;

    /// <summary>An endpoint is disabled when everything failed for so long.</summary>
    public double WebhookDisableAfterDays { get; init; } = 5;

    /// <summary>How long finished deliveries can be looked at.</summary>
    public double WebhookLogDays { get; init; } = 30;

    /// <summary>Address of the page where a hold is paid, with <c>{code}</c>, <c>{amount}</c>, <c>{currency}</c>, <c>{language}</c> and <c>{tenant}</c>; guests get it in messages and conversations.</summary>
    public string? PaymentLink { get; init; }

    /// <summary>How often calendars of other platforms are asked.</summary>
    public double CalendarMinutes { get; init; } = 5;

    /// <summary>How long a calendar may take to answer, redirects and all.</summary>
    public double CalendarTimeoutSeconds { get; init; } = 10;

    /// <summary>Takes messages that only fault tests send, such as <c>TestPoison</c>; never in production.</summary>
    public bool TestKinds { get; init; }

    public bool Has(string role) => Roles.Split(',', StringSplitOptions.TrimEntries).Contains(role, StringComparer.OrdinalIgnoreCase);
}
