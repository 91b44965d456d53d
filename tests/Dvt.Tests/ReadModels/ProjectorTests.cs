using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.ReadModels;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;
using static Dvt.Tests.ReadModels.Histories;

namespace Dvt.Tests.ReadModels;

public sealed class ProjectorTests : IAsyncLifetime
{
    readonly ReadModelsDatabase database = new();
    readonly Guid tenant = Guid.NewGuid();
    readonly CancellationToken stop = CancellationToken.None;

    public Task InitializeAsync() => ReadModelsDatabase.Server is null ? Task.CompletedTask : database.InitializeAsync();

    public Task DisposeAsync() => ReadModelsDatabase.Server is null ? Task.CompletedTask : database.DisposeAsync();

    Projector Start()
    {
        var broker = new RabbitMq(new RabbitMqOptions { Uri = "amqp://127.0.0.1:1" }, "test", NullLogger<RabbitMq>.Instance);
        return new Projector(database.Options, new ThisProcess("readmodels", []), database.Projector, new LogGrowth(broker, NullLogger<LogGrowth>.Instance), NullLogger<Projector>.Instance);
    }

    Task<bool> SeesAsync(LogPosition position, double seconds = 20) => new Freshness(database.Api).WaitAsync(position, TimeSpan.FromSeconds(seconds), stop);

    async Task<LogPosition> AppendRunsAsync(string prefix, int count)
    {
        var events = Enumerable.Range(0, count).SelectMany(i => OfRun(tenant, $"{prefix}{i}", Whole($"plan-{i % 3}"), NamedId.Of(prefix, $"{i}")));
        return await database.AppendAsync(events);
    }

    [PostgresFact]
    public async Task Views_equal_what_the_log_gives_and_a_difference_is_found()
    {
        for (var i = 0; i < 5; i++)
        {
            await AppendRunsAsync($"r{i}-", 20);
            await database.ProjectAsync();
        }
        Assert.Empty(await Invariants.ViewsEqualRebuildAsync(database.Options, stop));
        await database.ExecuteAsync("update read.run set steps_completed = 4 where run_id = 'r1-3'");
        Assert.StartsWith("run: 1 rows", Assert.Single(await Invariants.ViewsEqualRebuildAsync(database.Options, stop)), StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_failure_between_checkpoint_and_view_changes_nothing()
    {
        await AppendRunsAsync("r", 3);
        await using var connection = await database.Projector.OpenConnectionAsync();
        await using var writer = await database.Projector.OpenConnectionAsync();
        await using (var follower = new Follower(Follower.Live, [.. Views.All.Select(v => (v, ViewTables.Table(v))), (new Failing(), "none")], connection, writer))
        {
            await follower.LoadAsync(stop);
            await Assert.ThrowsAsync<PostgresException>(() => follower.StepAsync(upTo: null, stop));
        }
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from read.run"));
        Assert.Equal(0, await database.ScalarAsync<decimal>("select sum(\"offset\") from read.checkpoint"));
        await database.ProjectAsync();
        Assert.Empty(await Invariants.ViewsEqualRebuildAsync(database.Options, stop));
        Assert.Equal(3, await database.ScalarAsync<long>("select count(*) from read.run"));
    }

    [PostgresFact]
    public async Task A_projector_that_comes_back_late_is_fenced_by_the_checkpoint()
    {
        await AppendRunsAsync("r", 3);
        await using var connection = await database.Projector.OpenConnectionAsync();
        await using var writer = await database.Projector.OpenConnectionAsync();
        await using var frozen = new Follower(Follower.Live, [.. Views.All.Select(v => (v, ViewTables.Table(v)))], connection, writer);
        await frozen.LoadAsync(stop);
        await database.ProjectAsync();
        var fault = await Assert.ThrowsAsync<PostgresException>(() => frozen.StepAsync(upTo: null, stop));
        Assert.Equal("DV004", fault.SqlState);
        Assert.Empty(await Invariants.ViewsEqualRebuildAsync(database.Options, stop));
    }

    [PostgresFact]
    public async Task Two_projectors_see_each_event_once_and_the_second_takes_over()
    {
        using Projector first = Start(), second = Start();
        await first.StartAsync(stop);
        await second.StartAsync(stop);
        Assert.True(await SeesAsync(await AppendRunsAsync("a", 50)));
        var stopping = first.StopAsync(stop);
        var later = await AppendRunsAsync("b", 50);
        await stopping;
        Assert.True(await SeesAsync(later, seconds: 5));
        await second.StopAsync(stop);
        Assert.Equal(100, await database.ScalarAsync<decimal>("select sum(completed) from read.run_minute"));
        Assert.Empty(await Invariants.ViewsEqualRebuildAsync(database.Options, stop));
    }

    [PostgresFact]
    public async Task A_stream_with_a_missing_event_stops_and_the_others_go_on()
    {
        await database.AppendAsync(
        [
            .. OfRun(tenant, "broken", [Queued(), new RunStarted()]),
            .. OfRun(tenant, "broken", [new RunCompleted(null)], fromSeq: 4),
            .. OfRun(tenant, "sound", Whole()),
        ]);
        await database.ProjectAsync();
        await database.AppendAsync(OfRun(tenant, "broken", [new StepStarted("x", 1, 1, null)], fromSeq: 5));
        await database.ProjectAsync();
        Assert.Equal("RUNNING", await database.ScalarAsync<string>("select status from read.run where run_id = 'broken'"));
        Assert.Equal("COMPLETED", await database.ScalarAsync<string>("select status from read.run where run_id = 'sound'"));
        Assert.Equal(3L, await database.ScalarAsync<long>("select expected_seq from read.stopped_stream"));
        Assert.Empty(await Invariants.ViewsEqualRebuildAsync(database.Options, stop));
        Assert.All(await new ProjectionQueries(database.Api).ListAsync(stop), p => Assert.Equal(1, p.StoppedStreams));
    }

    [PostgresFact]
    public async Task A_rebuild_on_demand_gives_the_same_rows_while_events_keep_coming()
    {
        await AppendRunsAsync("a", 200);
        using var projector = Start();
        await projector.StartAsync(stop);
        await using (var requests = database.Api.CreateBatch())
        {
            requests.BatchCommands.Add(ProjectionQueries.RequestRebuild("run"));
            requests.BatchCommands.Add(ProjectionQueries.RequestRebuild("run_minute"));
            await requests.ExecuteNonQueryAsync(stop);
        }
        var before = await database.ScalarAsync<uint>("select 'read.run'::regclass::oid");
        for (var i = 0; i < 100 && await database.ScalarAsync<uint>("select 'read.run'::regclass::oid") == before; i++)
        {
            Assert.True(await SeesAsync(await AppendRunsAsync($"b{i}-", 5)));
            await Task.Delay(50);
        }
        Assert.NotEqual(before, await database.ScalarAsync<uint>("select 'read.run'::regclass::oid"));
        Assert.True(await SeesAsync(await AppendRunsAsync("c", 5)));
        Assert.All(await new ProjectionQueries(database.Api).ListAsync(stop), p => Assert.Equal(("live", 0L), (p.State, p.LagEvents)));
        await projector.StopAsync(stop);
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from pg_indexes where schemaname = 'read' and indexname like '%next%'"));
        Assert.Empty(await Invariants.ViewsEqualRebuildAsync(database.Options, stop));
    }

    [PostgresFact]
    public async Task A_view_of_another_definition_is_filled_again_and_swapped()
    {
        await AppendRunsAsync("a", 20);
        await database.ProjectAsync();
        await database.ExecuteAsync("update read.projection set definition = 'older' where name = 'run'; update read.run set status = 'OLD'");
        using var projector = Start();
        await projector.StartAsync(stop);
        Assert.True(await SeesAsync(await AppendRunsAsync("b", 5)));
        await projector.StopAsync(stop);
        Assert.Equal(25, await database.ScalarAsync<long>("select count(*) from read.run where status = 'COMPLETED'"));
        Assert.Empty(await Invariants.ViewsEqualRebuildAsync(database.Options, stop));
    }

    sealed class Failing : IView
    {
        public string Name => "failing";

        public int Version => 1;

        public IReadOnlyCollection<string> DataOf => [];

        public void Project(IReadOnlyList<TailEvent> events, NpgsqlBatch writes, string table) => writes.BatchCommands.Add(new("select 1 / 0"));
    }
}
