using Xunit;

namespace Dvt.Tests.Support;

/// <summary>Needs Postgres and RabbitMQ: skipped on a laptop that names none, failed under CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ServersFactAttribute : FactAttribute
{
    public ServersFactAttribute()
    {
        if (!TestServers.AreNamed && Environment.GetEnvironmentVariable("CI") is null or "")
            Skip = "DVT_TEST_POSTGRES and DVT_TEST_RABBITMQ are not set";
    }
}

/// <summary>The same for a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ServersTheoryAttribute : TheoryAttribute
{
    public ServersTheoryAttribute()
    {
        if (!TestServers.AreNamed && Environment.GetEnvironmentVariable("CI") is null or "")
            Skip = "DVT_TEST_POSTGRES and DVT_TEST_RABBITMQ are not set";
    }
}

/// <summary>The servers that all tests of a run share.</summary>
static class TestServers
{
    public static string Postgres => Named("DVT_TEST_POSTGRES");

    public static string RabbitMq => Named("DVT_TEST_RABBITMQ");

    public static bool AreNamed =>
        Environment.GetEnvironmentVariable("DVT_TEST_POSTGRES") is { Length: > 0 } && Environment.GetEnvironmentVariable("DVT_TEST_RABBITMQ") is { Length: > 0 };

    static string Named(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : throw new InvalidOperationException($"{variable} is not set");
}
