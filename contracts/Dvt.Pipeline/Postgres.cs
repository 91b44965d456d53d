using Npgsql;

namespace Dvt.Pipeline;

/// <summary>Where the truth is kept. Section <c>Postgres</c> of the configuration.</summary>
public sealed class PostgresOptions
{
    /// <summary>Npgsql connection string of a user that may take on the roles <c>dvt_*</c>.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Connections per process, at the most.</summary>
    public int MaxPoolSize { get; init; } = 32;

    /// <summary>The same database for a pool of its own.</summary>
    public PostgresOptions WithPoolOf(int size) => new() { ConnectionString = ConnectionString, MaxPoolSize = size };
}

/// <summary>Opens data sources that act as one of the database's roles.</summary>
public static class Postgres
{
    public const string ApiRole = "dvt_api";
    public const string WorkerRole = "dvt_worker";
    public const string ProjectorRole = "dvt_projector";

    /// <param name="role">Taken on at session start, so row-level security binds every statement.</param>
    /// <param name="statementTimeout">Bounds every statement; a frozen process must not hold rows.</param>
    public static NpgsqlDataSource Open(PostgresOptions options, string role, TimeSpan? statementTimeout = null)
    {
        var limit = statementTimeout ?? TimeSpan.FromSeconds(30);
        var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            MaxPoolSize = options.MaxPoolSize,
            MaxAutoPrepare = 60,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true, // Sessions keep no state: tenant and snapshot settings are local to a transaction.
            Timeout = 5,
            // The server ends every statement before; whoever hears nothing then speaks to nobody.
            CommandTimeout = (int)limit.TotalSeconds + 2,
            KeepAlive = 10,
            TcpKeepAlive = true,
            TcpKeepAliveTime = 3,
            TcpKeepAliveInterval = 1,
            ApplicationName = role,
        };
        // A worker that freezes in the middle of a transaction must not hold its slots' rows for longer than others may be held up.
        settings.Options = $"-c role={role} -c statement_timeout={(long)limit.TotalMilliseconds} -c lock_timeout=10000"
            + $" -c idle_in_transaction_session_timeout={(role == WorkerRole ? 5_000 : 10_000)} -c jit=off";
        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = role }.Build();
    }

    /// <summary>True for faults of the database's availability: they pause work and are nobody's mistake.</summary>
    public static bool IsUnavailable(Exception fault) => fault switch
    {
        PostgresException p => p.SqlState is
            "57P01" or "57P02" or "57P03" or "53300" or "53100" or "53200" or "25006" or "40001" or "40P01" or "55P03" or "57014"
            || p.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException => true,
        TimeoutException => true,
        System.Net.Sockets.SocketException => true,
        ObjectDisposedException => false,
        _ => fault.InnerException is { } inner && IsUnavailable(inner),
    };
}
