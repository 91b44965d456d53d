namespace Dvt.Launcher;

/// <summary>Servers to be used instead of private ones: an Npgsql connection string, an AMQP URI, null for a private one.</summary>
sealed record NamedServers(string? Postgres, string? RabbitMq)
{
    /// <summary>What <c>DVT_POSTGRES</c> and <c>DVT_RABBITMQ</c> say.</summary>
    public static NamedServers FromEnvironment(DvtHome home) => new(
        Value("DVT_POSTGRES", PostgresCluster.ReadIdentity(home.Postgres)?.Password),
        Value("DVT_RABBITMQ", RabbitMqNode.ReadIdentity(home.RabbitMq)?.Password));

    // A shell that sourced .dvt/env names our own server, which is ours to start.
    static string? Value(string variable, string? ourPassword) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
        && (ourPassword is null || !value.Contains(ourPassword, StringComparison.Ordinal))
            ? value
            : null;
}
