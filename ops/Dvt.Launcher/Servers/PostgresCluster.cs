using System.Text.Json;

namespace Dvt.Launcher;

/// <summary>What stays the same over restarts.</summary>
sealed record PostgresIdentity(string Password, int? Port);

/// <summary>A cluster on disk: <c>data/</c> as initdb made it, <c>cluster.json</c> and the pid of its server beside it.</summary>
sealed class PostgresCluster
{
    static readonly SystemUser User = SystemUser.For("postgres");
    static readonly Dictionary<string, string> CleanEnvironment = new()
    {
        ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ["LANG"] = "C.UTF-8",
        ["TZ"] = "UTC",
    };

    readonly PidFile pidFile;

    PostgresCluster(string directory)
    {
        Directory = directory;
        pidFile = new(Path.Combine(directory, "server.pid"));
    }

    public string Directory { get; }

    string Data => Path.Combine(Directory, "data");

    string IdentityFile => Path.Combine(Directory, "cluster.json");

    public static async Task<PostgresCluster> OpenAsync(string wanted) => new(await ServerDirectory.PrepareAsync(wanted, User));

    public async Task<PostgresIdentity> CreateUnlessThereAsync(CancellationToken cancellation)
    {
        if (ReadIdentity(Directory) is { } known && File.Exists(Path.Combine(Data, "PG_VERSION")))
        {
            return known;
        }

        // Without its identity file a data directory is one whose creation was cut short.
        if (System.IO.Directory.Exists(Data))
        {
            System.IO.Directory.Delete(Data, recursive: true);
        }

        var identity = new PostgresIdentity(RandomText.UrlSafe(24), Port: null);
        var passwordFile = Path.Combine(Directory, "password");
        WholeFile.Write(passwordFile, identity.Password + "\n");
        await User.OwnAsync(Directory);
        var answer = await Shell.CaptureAsync(
            User.Running(
                Binary("initdb"), "--pgdata", Data, "--username", "dvt", "--pwfile", passwordFile,
                "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8"),
            CleanEnvironment, Directory, cancellation);
        File.Delete(passwordFile);
        if (answer.ExitCode != 0)
        {
            throw new InvalidOperationException($"initdb failed: {answer.Error}{answer.Output}");
        }

        Remember(identity);
        return identity;
    }

    /// <summary>The password and port kept under the directory, wherever its data really lies; null when there are none.</summary>
    public static PostgresIdentity? ReadIdentity(string wanted) =>
        ServerDirectory.Existing(wanted)
            .Select(directory => Path.Combine(directory, "cluster.json"))
            .Where(File.Exists)
            .Select(file => JsonSerializer.Deserialize<PostgresIdentity>(File.ReadAllText(file)))
            .FirstOrDefault();

    public void Remember(PostgresIdentity identity) => WholeFile.Write(IdentityFile, JsonSerializer.Serialize(identity));

    public void Configure(PostgresSettings settings, int port) =>
        File.WriteAllText(Path.Combine(Data, "postgresql.conf"), $"""
            listen_addresses = '127.0.0.1'
            port = {port}
            unix_socket_directories = ''
            max_connections = {settings.MaxConnections}
            password_encryption = 'scram-sha-256'

            fsync = on
            synchronous_commit = on
            full_page_writes = on
            wal_compression = lz4
            max_wal_size = '{settings.MaxWalSize}'
            checkpoint_timeout = '15min'

            shared_buffers = '{settings.SharedBuffers}'
            shared_preload_libraries = 'pg_stat_statements'
            jit = off

            log_timezone = 'UTC'
            timezone = 'UTC'
            log_line_prefix = '%m [%p] '

            """);

    public Child Launch(string logFile)
    {
        var child = Child.Start(new(User.Running(Binary("postgres"), "-D", Data), CleanEnvironment, Directory, logFile));
        pidFile.Write(child.Identity);
        return child;
    }

    public void Forget() => pidFile.Delete();

    /// <summary>
    /// Ends what an earlier starter left in this directory. Backends outlive a killed postmaster for a moment,
    /// and the next one refuses to start while they hold its shared memory.
    /// </summary>
    public async Task EndLeftoversAsync(TimeSpan patience)
    {
        await pidFile.EndAsync(Signal.Interrupt, patience);
        await Task.WhenAll(Processes().Select(process => process.EndAsync(Signal.Quit, TimeSpan.FromSeconds(2))));

        // Its process is gone, but PostgreSQL would refuse to start if another of its user's processes now had the number.
        if (System.IO.Directory.Exists(Data))
        {
            File.Delete(Path.Combine(Data, "postmaster.pid"));
        }
    }

    /// <summary>The same where it may not even have been created.</summary>
    public static async Task EndLeftoversIn(string wanted, TimeSpan patience)
    {
        foreach (var directory in ServerDirectory.Existing(wanted))
        {
            await new PostgresCluster(directory).EndLeftoversAsync(patience);
        }
    }

    /// <summary>Postmaster and backends: whatever works in the data directory.</summary>
    public IReadOnlyList<ProcessIdentity> Processes() => ProcessTable.WorkingIn(Data);

    /// <summary>A program of the newest PostgreSQL installed; Debian keeps the server's out of the path.</summary>
    public static string Binary(string name) =>
        System.IO.Directory.Exists("/usr/lib/postgresql")
            ? System.IO.Directory.GetDirectories("/usr/lib/postgresql")
                .Select(version => Path.Combine(version, "bin", name))
                .Where(File.Exists)
                .Order(StringComparer.Ordinal)
                .LastOrDefault() ?? name
            : name;
}
