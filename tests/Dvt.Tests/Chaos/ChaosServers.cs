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
    internal async Task<DvtSystem> MakeAsync(bool migrated = true)
    {
        var name = $"t{++systems}";
        // One call for both: each starts a virtual machine.
        var vhost = RabbitMq.CtlAsync("eval",
            $"rabbit_vhost:add(<<\"{name}\">>, <<\"test\">>), rabbit_auth_backend_internal:set_permissions(<<\"dvt\">>, <<\"{name}\">>, <<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"test\">>).");
        await OnServerAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{Template}'");
        await OnServerAsync(migrated ? $"create database {name} template {Template}" : $"create database {name}");
        await vhost;
        return new DvtSystem(To(name), RabbitMq.Uri + name);
    }

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
