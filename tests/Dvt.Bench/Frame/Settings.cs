namespace Dvt.Bench;

/// <summary>What the benches run with: servers from the environment, sizes from the command line.</summary>
/// <param name="Postgres">Npgsql connection string of a superuser.</param>
/// <param name="RabbitMq">AMQP URI.</param>
/// <param name="Quick">Tiny sizes: shows that a bench works, not how fast anything is.</param>
sealed record Settings(string Postgres, string RabbitMq, bool Quick)
{
    public const string PostgresVariable = "DVT_BENCH_POSTGRES";
    public const string RabbitMqVariable = "DVT_BENCH_RABBITMQ";
    public const string QuickVariable = "DVT_BENCH_QUICK";

    public static Settings Read(bool quick) => new(
        Required(PostgresVariable),
        Required(RabbitMqVariable),
        quick || Environment.GetEnvironmentVariable(QuickVariable) is "1" or "true");

    static string Required(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException($"{variable} is not set; ./dvt bench starts servers and sets it");

    /// <summary>The size that counts, or the tiny one.</summary>
    public int Size(int full, int quick) => Quick ? quick : full;

    public TimeSpan Span(double seconds, double quick) => TimeSpan.FromSeconds(Quick ? quick : seconds);
}
