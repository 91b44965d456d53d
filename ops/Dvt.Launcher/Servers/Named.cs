namespace Dvt.Launcher;

/// <summary>Servers that the environment names, to be used instead of private ones.</summary>
static class Named
{
    public static string? Postgres(DvtHome home) =>
        Value("DVT_POSTGRES", PostgresCluster.ReadIdentity(home.Postgres)?.Password);

    public static string? RabbitMq(DvtHome home) =>
        Value("DVT_RABBITMQ", RabbitMqNode.ReadIdentity(home.RabbitMq)?.Password);

    // A shell that sourced .dvt/env names our own server, which is ours to start.
    static string? Value(string variable, string? ourPassword) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
        && (ourPassword is null || !value.Contains(ourPassword, StringComparison.Ordinal))
            ? value
            : null;
}
