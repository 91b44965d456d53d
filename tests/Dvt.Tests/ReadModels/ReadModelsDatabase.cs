using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.ReadModels;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Dvt.Tests.ReadModels;

/// <summary>Needs a server: skipped without one on a laptop, failed under CI.</summary>
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute()
    {
        if (ReadModelsDatabase.Server is null && Environment.GetEnvironmentVariable("CI") is null or "")
            Skip = "DVT_TEST_POSTGRES is not set";
    }
}

/// <summary>A migrated database of one test class, gone after it.</summary>
public sealed class ReadModelsDatabase : IAsyncLifetime
{
    public static string? Server => Environment.GetEnvironmentVariable("DVT_TEST_POSTGRES") is { Length: > 0 } given ? given : null;

    readonly string name = $"dvt_readmodels_{Guid.NewGuid():n}";

    public PostgresOptions Options { get; private set; } = null!;

    public NpgsqlDataSource Api { get; private set; } = null!;

    public NpgsqlDataSource Worker { get; private set; } = null!;

    public NpgsqlDataSource Projector { get; private set; } = null!;

    public NpgsqlDataSource Owner { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        // On a laptop without servers every test of the class is skipped.
        if (Server is null)
            return;
        await OnServerAsync($"create database {name}");
        Options = new PostgresOptions { ConnectionString = new NpgsqlConnectionStringBuilder(Server!) { Database = name }.ConnectionString, MaxPoolSize = 10 };
        await Migrator.MigrateAsync(Options.ConnectionString, NullLogger.Instance, CancellationToken.None);
        Api = Postgres.Open(Options, Postgres.ApiRole);
        Worker = Postgres.Open(Options, Postgres.WorkerRole);
        Projector = Postgres.Open(Options, Postgres.ProjectorRole);
        Owner = ViewTables.OpenOwner(Options);
        await using var connection = await Owner.OpenConnectionAsync();
        await Dvt.ReadModels.Projector.PrepareAsync(Owner, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (Server is null)
            return;
        await Api.DisposeAsync();
        await Worker.DisposeAsync();
        await Projector.DisposeAsync();
        await Owner.DisposeAsync();
        await OnServerAsync($"drop database {name} with (force)");
    }

    static async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(Server ?? throw new InvalidOperationException("DVT_TEST_POSTGRES is not set")) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Appends, and tells the position at which all of it is visible.</summary>
    public async Task<LogPosition> AppendAsync(params IEnumerable<NewEvent> events)
    {
        await using var batch = Worker.CreateBatch();
        EventLog.AddAppend(batch, [.. events], _ => EventLog.NoLease);
        await using var reader = await batch.ExecuteReaderAsync();
        return await EventLog.ReadHeadsAsync(reader, CancellationToken.None);
    }

    /// <summary>Brings the views up to the log without a projector process.</summary>
    public async Task ProjectAsync()
    {
        await using var reader = await Projector.OpenConnectionAsync();
        await using var writer = await Projector.OpenConnectionAsync();
        await using var live = new Follower(Follower.Live, [.. Views.All.Select(v => (v, ViewTables.Table(v)))], reader, writer);
        await live.LoadAsync(CancellationToken.None);
        while (await live.StepAsync(upTo: null, CancellationToken.None) > 0)
        {
            // More to take.
        }
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Owner.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>Hand-made histories.</summary>
static class Histories
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Events of one stream, from <paramref name="fromSeq"/>, a second apart.</summary>
    public static IEnumerable<NewEvent> Stream(
        Guid tenantId, Domain domain, string stream, string key, IEnumerable<IEvent> events, Guid? commandId = null, long fromSeq = 1, DateTimeOffset? at = null) =>
        events.Select((e, i) => new NewEvent(
            Slot.Of(domain, tenantId, key), tenantId, stream, fromSeq + i, e.GetType().Name, JsonSerializer.Serialize(e, e.GetType(), ContractsJson.Options),
            commandId, "case-7", "user:ana", (at ?? Noon).AddSeconds(fromSeq + i - 1)));

    public static IEnumerable<NewEvent> OfRun(
        Guid tenantId, string runId, IEnumerable<IEvent> events, Guid? commandId = null, long fromSeq = 1, DateTimeOffset? at = null) =>
        Stream(tenantId, Domain.Runs, "run-" + runId, runId, events, commandId, fromSeq, at);

    public static RunQueued Queued(string planId = "stay", IReadOnlyDictionary<string, string>? labels = null, string? actorId = null, RunLineage? lineage = null) =>
        new(planId, "1.0.0", "digest", ContractsJson.Element(new { unit = 7 }), new RunContext(actorId, labels), lineage);

    public static StepError Error(string code = "HTTP_STATUS") => new(code, "said 500", Retryable: true, "SYSTEM");

    /// <summary>Nine events: three steps, to the end.</summary>
    public static IEnumerable<IEvent> Whole(string planId = "stay", IReadOnlyDictionary<string, string>? labels = null) =>
    [
        Queued(planId, labels), new RunStarted(),
        new StepStarted("a", 1, 1, null), new StepCompleted("a", 1, 1, null),
        new StepStarted("b", 1, 1, null), new StepCompleted("b", 1, 1, null),
        new StepStarted("c", 1, 1, null), new StepCompleted("c", 1, 1, null),
        new RunCompleted(null),
    ];
}
