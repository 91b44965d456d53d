using Npgsql;

namespace Dvt.Launcher;

/// <summary><c>backup FILE</c> and <c>restore FILE</c>, in the custom format of pg_dump.</summary>
static class Backup
{
    public static async Task<int> RunAsync(IReadOnlyList<string> given, CancellationToken cancellation)
    {
        var file = FileOf(given);
        var unfinished = file + ".unfinished";
        var exitCode = await Shell.RunAsync(
            [PostgresCluster.Binary("pg_dump"), "--format=custom", "--file", unfinished],
            Psql.Reaching(Psql.Running()), cancellation: cancellation);
        if (exitCode == 0)
        {
            File.Move(unfinished, file, overwrite: true);
            Console.WriteLine($"The database is in {file}.");
        }

        return exitCode;
    }

    public static async Task<int> RestoreAsync(IReadOnlyList<string> given, CancellationToken cancellation)
    {
        var file = FileOf(given);
        if (!File.Exists(file))
        {
            throw new LauncherException($"there is no {file}");
        }

        var home = DvtHome.Find().Create();
        var running = home.PidOf("supervisor").Living() is not null;
        if (running)
        {
            Console.WriteLine("Stopping what runs.");
        }

        await Down.StopAsync(home);
        var exitCode = await RestoreAsync(home, file, cancellation);
        return exitCode == 0 && running ? await Up.RunAsync(["--detach"], cancellation) : exitCode;
    }

    static async Task<int> RestoreAsync(DvtHome home, string file, CancellationToken cancellation)
    {
        var named = NamedServers.FromEnvironment(home).Postgres;
        await using var ours = named is null
            ? await PrivatePostgres.StartAsync(home.Postgres, logFile: home.LogOf("postgres"), cancellation: cancellation)
            : null;
        var target = new NpgsqlConnectionStringBuilder(ours?.ConnectionString ?? named) { Pooling = false };
        var database = target.Database!;
        var beside = database + "_restoring";
        await MaintainAsync(target, [$"drop database if exists \"{beside}\" with (force)", $"create database \"{beside}\""], cancellation);

        // Filled beside the old one, so that a broken file leaves the database as it was.
        var exitCode = await Shell.RunAsync(
            [PostgresCluster.Binary("pg_restore"), "--no-owner", "--exit-on-error", "--dbname", beside, file],
            Psql.Reaching(target.ConnectionString), cancellation: cancellation);
        string[] finish = exitCode == 0
            ? [$"drop database if exists \"{database}\" with (force)", $"alter database \"{beside}\" rename to \"{database}\""]
            : [$"drop database \"{beside}\" with (force)"];
        await MaintainAsync(target, finish, cancellation);
        Console.WriteLine(exitCode == 0 ? $"The database is that of {file}." : "Nothing was restored.");
        return exitCode;
    }

    static async Task MaintainAsync(NpgsqlConnectionStringBuilder target, string[] statements, CancellationToken cancellation)
    {
        var elsewhere = new NpgsqlConnectionStringBuilder(target.ConnectionString) { Database = "postgres" };
        await using var connection = new NpgsqlConnection(elsewhere.ConnectionString);
        await connection.OpenAsync(cancellation);
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    static string FileOf(IReadOnlyList<string> given)
    {
        var arguments = new Arguments(given);
        var file = arguments.Word() ?? throw new LauncherException("names no FILE");
        arguments.NothingElse();
        return Path.GetFullPath(file);
    }
}
