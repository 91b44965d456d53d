using Dvt.Launcher;
using Dvt.Pipeline;
using Dvt.Tests.Support;
using Dvt.Workers;
using Npgsql;
using Xunit;

namespace Dvt.Tests.Chaos;

/// <summary>Postgres and RabbitMQ of their own for the fault tests, which may kill them: a database and a virtual host for each test.</summary>
public sealed class ChaosServers : IAsyncLifetime
{
    const string Template = "dvt_template";
    static readonly PostgresSettings Small = new(SharedBuffers: "128MB", MaxConnections: 200, MaxWalSize: "1GB");

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dvt-chaos-");
    int systems;

    public PrivatePostgres Postgres { get; private set; } = null!;

    public PrivateRabbitMq RabbitMq { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (!TestServers.AreNamed)
            return;
        // System users that the servers run as must be able to enter.
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);
        var rabbitMq = PrivateRabbitMq.StartAsync(Path.Combine(folder.FullName, "rabbitmq"));
        Postgres = await PrivatePostgres.StartAsync(Path.Combine(folder.FullName, "postgres"), Small);
        await OnServerAsync($"create database {Template}");
        await WorkersHost.RunAsync(["migrate", $"--Postgres:ConnectionString={To(Template)}", "--RabbitMq:Uri=amqp://127.0.0.1:1/"]);
        RabbitMq = await rabbitMq;
    }

    /// <summary>A system without processes yet, in a migrated database.</summary>
    /// <param name="disk">Where its tables lie, if not with the others'.</param>
    internal async Task<DvtSystem> MakeAsync(bool migrated = true, string? disk = null)
    {
        await MendAsync();
        var name = $"t{++systems}";
        var vhost = MakeHostAsync(name);
        await OnServerAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{Template}'");
        if (disk is not null)
            await OnServerAsync($"create tablespace {name} location '{disk}'");
        await OnServerAsync($"create database {name}{(migrated ? $" template {Template}" : "")}{(disk is null ? "" : $" tablespace {name}")}");
        await vhost;
        return new DvtSystem(To(name), RabbitMq.Uri + name);
    }

    /// <summary>A test that failed with a server down must not take the others along.</summary>
    async Task MendAsync()
    {
        if (Postgres.Exited.IsCompleted)
            await Postgres.RestartAsync();
        if (RabbitMq.Exited.IsCompleted)
            await RabbitMq.RestartAsync();
    }

    // One call for both: each starts a virtual machine.
    Task<string> MakeHostAsync(string name) => RabbitMq.CtlAsync("eval",
        $"rabbit_vhost:add(<<\"{name}\">>, <<\"test\">>), rabbit_auth_backend_internal:set_permissions(<<\"dvt\">>, <<\"{name}\">>, <<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"test\">>).");

    /// <summary>Takes a disk away from a system that nobody uses any more.</summary>
    internal async Task DropAsync(DvtSystem system)
    {
        var name = NameOf(system);
        await OnServerAsync($"drop database {name} with (force)");
        await OnServerAsync($"drop tablespace {name}");
    }

    /// <summary>What the system's database holds at one moment, as <c>./dvt backup</c> writes it.</summary>
    internal static async Task BackUpAsync(DvtSystem system, string file) => Succeeded(await Shell.CaptureAsync(
        [PostgresCluster.Binary("pg_dump"), "--format=custom", "--file", file], Psql.Reaching(system.Options.ConnectionString)));

    /// <summary>The database is that of the file, the broker is as new.</summary>
    internal async Task RestoreAsync(DvtSystem system, string file)
    {
        var name = NameOf(system);
        await OnServerAsync($"drop database {name} with (force)");
        await OnServerAsync($"create database {name}");
        Succeeded(await Shell.CaptureAsync(
            [PostgresCluster.Binary("pg_restore"), "--no-owner", "--exit-on-error", "--dbname", name, file], Psql.Reaching(system.Options.ConnectionString)));
        await RabbitMq.CtlAsync("delete_vhost", name);
        await MakeHostAsync(name);
        system.Database.Clear();
    }

    static void Succeeded(ShellResult result) => Xunit.Assert.True(result.ExitCode == 0, result.Error);

    static string NameOf(DvtSystem system) => new NpgsqlConnectionStringBuilder(system.Options.ConnectionString).Database!;

    string To(string database) => new NpgsqlConnectionStringBuilder(Postgres.ConnectionString) { Database = database }.ConnectionString;

    async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Postgres.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task DisposeAsync()
    {
        if (RabbitMq is not null)
            await RabbitMq.StopAsync();
        if (Postgres is not null)
            await Postgres.StopAsync(PostgresStop.Immediate);
        foreach (var server in (string[])["postgres", "rabbitmq"])
            ServerDirectory.Delete(Path.Combine(folder.FullName, server));
        folder.Delete(recursive: true);
    }
}

/// <summary>One after the other and beside nothing else: they need the machine, and they stop what others use.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ChaosCollection : ICollectionFixture<ChaosServers>
{
    public const string Name = "Chaos";
}
