using Npgsql;

namespace Dvt.Launcher;

/// <summary><c>psql</c>, and how the other client programs reach the database.</summary>
static class Psql
{
    public static Task<int> RunAsync(IReadOnlyList<string> given, CancellationToken cancellation) =>
        // Ctrl-C belongs to psql, which ends a query by it and not itself.
        Shell.RunAsync([PostgresCluster.Binary("psql"), .. given], Reaching(Running()), cancellation: CancellationToken.None);

    /// <summary>The database of the installation that runs now.</summary>
    public static string Running() =>
        EnvFile.Read(DvtHome.Find().EnvFile).GetValueOrDefault("DVT_POSTGRES")
        ?? throw new LauncherException("Dvt does not run; start it with ./dvt up --detach");

    /// <summary>What libpq reads from the environment, so that no password stands on a command line.</summary>
    public static Dictionary<string, string> Reaching(string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        return new()
        {
            ["PGHOST"] = connection.Host ?? "127.0.0.1",
            ["PGPORT"] = $"{connection.Port}",
            ["PGDATABASE"] = connection.Database ?? "",
            ["PGUSER"] = connection.Username ?? "",
            ["PGPASSWORD"] = connection.Password ?? "",
        };
    }
}
