using Npgsql;

namespace Dvt.Launcher;

/// <summary>Sizes of a private cluster; durability is always full.</summary>
public sealed record PostgresSettings(string SharedBuffers = "512MB", int MaxConnections = 200, string MaxWalSize = "4GB");

/// <summary>How <c>PrivatePostgres.StopAsync</c> ends the server.</summary>
public enum PostgresStop
{
    /// <summary>Waits for clients to leave.</summary>
    Smart = Signal.Terminate,

    /// <summary>Rolls back what runs and shuts down cleanly.</summary>
    Fast = Signal.Interrupt,

    /// <summary>Without a shutdown checkpoint: the next start recovers.</summary>
    Immediate = Signal.Quit,
}

/// <summary>
/// A PostgreSQL cluster of our own: on a loopback port, without unix sockets, with a password made for it.
/// Port and password stay the same over restarts; the database is called <c>dvt</c>.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);
    static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    readonly PostgresCluster cluster;
    readonly string logFile;
    readonly int port;
    readonly string password;
    Child server;

    PrivatePostgres(PostgresCluster cluster, string logFile, int port, string password, Child server)
    {
        this.cluster = cluster;
        this.logFile = logFile;
        this.port = port;
        this.password = password;
        this.server = server;
    }

    /// <summary>For Npgsql.</summary>
    public string ConnectionString => ConnectionTo("dvt", port, password);

    /// <summary>The postmaster.</summary>
    public int Pid => server.Pid;

    /// <summary>Where the data lies; not the directory asked for when the server's user cannot enter that.</summary>
    public string Directory => cluster.Directory;

    /// <summary>Completes when the postmaster that runs now is gone.</summary>
    public Task Exited => server.Exited;

    /// <summary>Starts the cluster in the directory and creates it first when it is not there. Ready when this returns.</summary>
    /// <param name="directory">Created when missing; a server left running in it is ended first.</param>
    /// <param name="settings">Sizes; the defaults are those of <c>dvt up</c>.</param>
    /// <param name="logFile">Where the server's output goes; in the directory unless named.</param>
    public static async Task<PrivatePostgres> StartAsync(
        string directory, PostgresSettings? settings = null, string? logFile = null, CancellationToken cancellation = default)
    {
        var cluster = await PostgresCluster.OpenAsync(directory);
        await cluster.EndLeftoversAsync(StopPatience);
        var identity = await cluster.CreateUnlessThereAsync(cancellation);
        var port = FreePort.Prefer(identity.Port);
        cluster.Remember(identity with { Port = port });
        cluster.Configure(settings ?? new(), port);

        var log = logFile ?? Path.Combine(cluster.Directory, "postgres.log");
        var server = cluster.Launch(log);
        var postgres = new PrivatePostgres(cluster, log, port, identity.Password, server);
        await postgres.ReadyAsync(cancellation);
        await postgres.CreateDatabaseAsync(cancellation);
        return postgres;
    }

    /// <summary>Starts it again on the same port, after it died or to end the one that runs.</summary>
    public async Task RestartAsync(CancellationToken cancellation = default)
    {
        await StopAsync(PostgresStop.Fast);
        await cluster.EndLeftoversAsync(StopPatience);
        server = cluster.Launch(logFile);
        await ReadyAsync(cancellation);
    }

    /// <summary>Ends the postmaster without warning, as a power cut would; its backends follow by themselves.</summary>
    public void Kill() => server.Signal(Signal.Kill);

    /// <summary>Sends the signal to the postmaster and every backend: a frozen server is <c>Stop</c>, letting go <c>Continue</c>.</summary>
    public void SignalAll(Signal signal)
    {
        foreach (var process in cluster.Processes())
        {
            process.Signal(signal);
        }
    }

    /// <summary>Ends it and waits until it is gone; kills it when it takes longer than 20 s.</summary>
    public async Task StopAsync(PostgresStop mode = PostgresStop.Fast)
    {
        if (server.IsAlive)
        {
            SignalAll(Signal.Continue);
        }

        await server.StopAsync((Signal)mode, StopPatience);
        cluster.Forget();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    async Task ReadyAsync(CancellationToken cancellation)
    {
        // Whoever else has waited for the server connects in the same moment.
        var maintenance = ConnectionTo("postgres", port, password) + ";Pooling=false;Timeout=15";
        for (var deadline = DateTime.UtcNow + StartPatience; ; await Task.Delay(50, cancellation))
        {
            try
            {
                await using var connection = new NpgsqlConnection(maintenance);
                await connection.OpenAsync(cancellation);
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                if (server.Exited.IsCompleted || DateTime.UtcNow > deadline)
                {
                    await StopAsync(PostgresStop.Immediate);
                    throw new InvalidOperationException($"PostgreSQL did not start: {e.Message}\n{LogTail.Of(logFile)}", e);
                }
            }
            catch (OperationCanceledException)
            {
                await StopAsync(PostgresStop.Fast);
                throw;
            }
        }
    }

    async Task CreateDatabaseAsync(CancellationToken cancellation)
    {
        await using var maintenance = new NpgsqlConnection(ConnectionTo("postgres", port, password) + ";Pooling=false");
        await maintenance.OpenAsync(cancellation);
        await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = 'dvt'", maintenance);
        if (await exists.ExecuteScalarAsync(cancellation) is null)
        {
            await using var create = new NpgsqlCommand("create database dvt", maintenance);
            await create.ExecuteNonQueryAsync(cancellation);
        }

        await using var database = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await database.OpenAsync(cancellation);
        await using var extend = new NpgsqlCommand("create extension if not exists pg_stat_statements", database);
        await extend.ExecuteNonQueryAsync(cancellation);
    }

    static string ConnectionTo(string database, int port, string password) =>
        $"Host=127.0.0.1;Port={port};Database={database};Username=dvt;Password={password}";
}
