using Dvt.Launcher;
using Npgsql;
using Xunit;

namespace Dvt.Tests.Launcher;

[Trait("Category", "Slow")]
public sealed class PrivateServersTests
{
    static readonly PostgresSettings Small = new(SharedBuffers: "32MB", MaxConnections: 20, MaxWalSize: "256MB");

    [Fact]
    public async Task A_private_Postgres_keeps_what_was_committed_through_kill_restart_and_a_new_start()
    {
        using var folder = new TemporaryFolder();
        int pid;
        string connectionString;
        await using (var postgres = await PrivatePostgres.StartAsync(folder.At("postgres"), Small))
        {
            connectionString = postgres.ConnectionString;
            await ExecuteAsync(connectionString, "create table kept as select 42 as answer");
            Assert.Equal("on", await ExecuteAsync(connectionString, "show fsync"));
            Assert.Equal("UTF8", await ExecuteAsync(connectionString, "show server_encoding"));
            Assert.Equal("127.0.0.1", await ExecuteAsync(connectionString, "show listen_addresses"));

            var killed = postgres.Pid;
            postgres.Kill();
            await postgres.Exited.WaitAsync(TimeSpan.FromSeconds(30));
            await postgres.RestartAsync();
            Assert.NotEqual(killed, postgres.Pid);
            Assert.Equal(connectionString, postgres.ConnectionString);
            Assert.Equal(42, await ExecuteAsync(connectionString, "select answer from kept"));

            await postgres.StopAsync(PostgresStop.Immediate);
            await postgres.RestartAsync();
            Assert.Equal(42, await ExecuteAsync(connectionString, "select answer from kept"));
            pid = postgres.Pid;
        }

        Assert.Null(ProcessIdentity.Of(pid));
        // As after a reboot: the file names a process that is somebody else's by now.
        await File.WriteAllTextAsync(folder.At("postgres/data/postmaster.pid"), $"{Environment.ProcessId}\n");
        await using var again = await PrivatePostgres.StartAsync(folder.At("postgres"), Small);
        Assert.Equal(connectionString, again.ConnectionString);
        Assert.Equal(42, await ExecuteAsync(connectionString, "select answer from kept"));
    }

    [Fact]
    public async Task A_second_start_in_the_same_directory_takes_the_place_of_the_first()
    {
        using var folder = new TemporaryFolder();
        await using var first = await PrivatePostgres.StartAsync(folder.At("postgres"), Small);
        await using var second = await PrivatePostgres.StartAsync(folder.At("postgres"), Small);
        await first.Exited.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1, await ExecuteAsync(second.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        using var folder = new TemporaryFolder();
        await using var postgres = await PrivatePostgres.StartAsync(folder.At("postgres"), Small);
        var guess = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Password = "guess" };
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(guess.ConnectionString, "select 1"));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);
    }

    [Fact]
    public async Task A_private_RabbitMQ_keeps_its_name_and_durable_state_through_kill_and_restart_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        var rabbitMq = await PrivateRabbitMq.StartAsync(folder.At("rabbitmq"));
        try
        {
            var uri = rabbitMq.Uri;
            await rabbitMq.CtlAsync("add_vhost", "kept");
            var killed = rabbitMq.Pid;
            Assert.Contains("beam.smp", await File.ReadAllTextAsync($"/proc/{killed}/cmdline"), StringComparison.Ordinal);

            rabbitMq.Kill();
            await rabbitMq.Exited.WaitAsync(TimeSpan.FromSeconds(30));
            await rabbitMq.RestartAsync();

            Assert.NotEqual(killed, rabbitMq.Pid);
            Assert.Equal(uri, rabbitMq.Uri);
            Assert.Contains("kept", await rabbitMq.CtlAsync("-q", "list_vhosts"), StringComparison.Ordinal);
            await Assert.ThrowsAsync<InvalidOperationException>(() => rabbitMq.CtlAsync("no_such_command"));
        }
        finally
        {
            await rabbitMq.StopAsync();
        }

        Assert.Empty(ProcessTable.WorkingIn(rabbitMq.Directory));
    }

    static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
