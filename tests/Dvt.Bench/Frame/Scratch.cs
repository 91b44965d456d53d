using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Dvt.Bench;

/// <summary>A database of a bench's own, and the broker; the database is dropped at the end.</summary>
sealed class Scratch : IAsyncDisposable
{
    static readonly TimeSpan LeaderPatience = TimeSpan.FromSeconds(30);

    readonly string name;

    Scratch(Settings settings, string name)
    {
        Settings = settings;
        this.name = name;
        var own = new NpgsqlConnectionStringBuilder(settings.Postgres) { Database = name };
        ConnectionString = own.ConnectionString;
        own.MaxPoolSize = 64;
        own.MaxAutoPrepare = 40;
        own.AutoPrepareMinUsages = 2;
        own.NoResetOnClose = true;
        own.CommandTimeout = 600;
        own.ApplicationName = "bench";
        Database = new NpgsqlDataSourceBuilder(own.ConnectionString).Build();
        Broker = new RabbitMq(new() { Uri = settings.RabbitMq }, "bench", NullLogger<RabbitMq>.Instance);
        Publisher = new Publisher(Broker, NullLogger<Publisher>.Instance);
    }

    public string Name => name;

    public Settings Settings { get; }

    public string ConnectionString { get; }

    /// <summary>As superuser, whom row-level security does not bind.</summary>
    public NpgsqlDataSource Database { get; }

    public RabbitMq Broker { get; }

    public Publisher Publisher { get; }

    public static async Task<Scratch> MakeAsync(Settings settings, string bench, CancellationToken stop)
    {
        var name = $"bench_{bench.Replace('-', '_')}_{Guid.NewGuid():n}"[..40];
        await AdministerAsync(settings, $"create database {name}", stop);
        return new Scratch(settings, name);
    }

    static async Task AdministerAsync(Settings settings, string sql, CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(settings.Postgres) { Pooling = false, CommandTimeout = 300 }.ConnectionString);
        await connection.OpenAsync(stop);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(stop);
    }

    public async Task ExecuteAsync(string sql, CancellationToken stop, params NpgsqlParameter[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(stop);
    }

    public async Task<T> ScalarAsync<T>(string sql, CancellationToken stop, params NpgsqlParameter[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        return (T)(await command.ExecuteScalarAsync(stop))!;
    }

    public Task PublishAsync(string queue, Envelope envelope, CancellationToken stop) => PublishAsync(queue, Wire.Encode(envelope), stop);

    /// <summary>A queue of this name may have been deleted and declared anew a moment ago, and takes nothing until it has a leader: who is refused tries again.</summary>
    public Task PublishAsync(string queue, ReadOnlyMemory<byte> body, CancellationToken stop) => UntilAsync($"a leader of {queue}", async () =>
    {
        try
        {
            await Publisher.PublishAsync(queue, body, stop);
            return true;
        }
        catch (BrokerUnavailableException)
        {
            return false;
        }
    }, LeaderPatience, stop);

    /// <summary>Deletes queues, and with them what an earlier bench left in them.</summary>
    public async Task DeleteQueuesAsync(IEnumerable<string> queues, CancellationToken stop)
    {
        await using var channel = await Broker.OpenChannelAsync(channel: null, stop);
        foreach (var queue in queues)
            await channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, cancellationToken: stop);
    }

    /// <summary>Waits until the condition holds, looking every so often.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> holds, TimeSpan patience, CancellationToken stop, int everyMs = 20)
    {
        for (var began = TimeProvider.System.GetTimestamp(); !await holds(); await Task.Delay(everyMs, stop))
            if (TimeProvider.System.GetElapsedTime(began) > patience)
                throw new TimeoutException($"{what}: not within {patience.TotalSeconds:0} s");
    }

    public async ValueTask DisposeAsync()
    {
        await Publisher.DisposeAsync();
        await Broker.DisposeAsync();
        await Database.DisposeAsync();
        await AdministerAsync(Settings, $"drop database if exists {name} with (force)", CancellationToken.None);
    }
}
