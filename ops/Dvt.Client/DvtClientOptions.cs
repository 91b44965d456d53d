namespace Dvt.Client;

/// <summary>Who calls, and how patient the client is.</summary>
public sealed record DvtClientOptions
{
    /// <summary>Sent as <c>X-Api-Key</c>. Leave both empty when the <see cref="HttpClient"/> authenticates by itself.</summary>
    public string? ApiKey { get; init; }

    /// <summary>A bearer token, asked for before each request; comes before <see cref="ApiKey"/>.</summary>
    public Func<CancellationToken, ValueTask<string>>? Token { get; init; }

    /// <summary>How often a request is sent again after 429, 503 or a broken connection.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>A wait that the API asks for by <c>Retry-After</c> is kept up to this; a longer one ends the retries.</summary>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Before the first retry, where the API named no time; doubled for each further one, give or take a fifth.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a live stream that broke off is tried again before its reader is told.</summary>
    public TimeSpan StreamPatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock that waits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
