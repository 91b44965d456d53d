using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Pipeline;
using Dvt.Tests.Support;
using Dvt.Workers;
using Npgsql;
using Xunit;

namespace Dvt.Tests.Journeys;

/// <summary>One system for all journeys, on the shared servers; each test has a tenant of its own. Its invariants are checked at the end.</summary>
public sealed class JourneySystem : IAsyncLifetime
{
    readonly string database = $"dvt_journeys_{Guid.NewGuid():n}";

    internal DvtSystem System { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (!TestServers.AreNamed)
            return;
        await OnServerAsync($"create database {database}");
        var postgres = new NpgsqlConnectionStringBuilder(TestServers.Postgres) { Database = database }.ConnectionString;
        await WorkersHost.RunAsync(["migrate", $"--Postgres:ConnectionString={postgres}", "--RabbitMq:Uri=amqp://127.0.0.1:1/"]);
        System = new DvtSystem(postgres, TestServers.RabbitMq);
        await ForgetQueuesAsync();
        // Workers are told where the sandbox is.
        await System.StartAsync("sandbox");
        await System.StartAsync("workers", "workers", "readmodels", "api");
    }

    /// <summary>What a broken-off test run left in the broker belongs to a database that is gone.</summary>
    async Task ForgetQueuesAsync()
    {
        await using var channel = await System.Orders.Broker.OpenChannelAsync(channel: null, CancellationToken.None);
        foreach (var queue in (string[])[.. Slot.Worked.SelectMany(Slot.All).Select(Slot.Queue), .. Slot.Worked.Select(Topology.DeadQueue), .. DomainKinds.All.All.Where(k => k.Mode == StepMode.Called).Select(k => k.Queue)])
            await channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false);
    }

    static async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(TestServers.Postgres) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task DisposeAsync()
    {
        if (System is null)
            return;
        try
        {
            var wanted = await System.RowsAsync("select message_id from pipeline.dead_letter where type = 'TestPoison'");
            await Invariants.HoldAsync(System, [.. wanted.Select(Guid.Parse)]);
        }
        finally
        {
            await System.DisposeAsync();
        }
        await OnServerAsync($"drop database if exists {database} with (force)");
    }
}

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class JourneyCollection : ICollectionFixture<JourneySystem>
{
    public const string Name = "Journeys";
}
