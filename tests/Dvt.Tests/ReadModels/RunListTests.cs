using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.ReadModels;
using Xunit;
using static Dvt.Tests.ReadModels.Histories;

namespace Dvt.Tests.ReadModels;

/// <summary>More runs than a window looks through, so that both ways of finding are taken.</summary>
public sealed class ManyRuns : IAsyncLifetime
{
    const int Count = 8_000;

    readonly ReadModelsDatabase database = new();

    internal ReadModelsDatabase Database => database;

    internal Guid Tenant { get; } = Guid.NewGuid();

    internal List<RunRow> Rows { get; private set; } = [];

    internal RunQueries Runs => new(database.Api, new PlanCache(StepKinds.BuiltIn));

    public async Task InitializeAsync()
    {
        if (ReadModelsDatabase.Server is null)
            return;
        await database.InitializeAsync();
        var random = new Random(7);
        var events = new List<NewEventOfRun>();
        for (var i = 0; i < Count; i++)
        {
            var labels = new Dictionary<string, string> { ["unit"] = $"{random.Next(200)}", ["odd 'one'"] = i % 2 == 0 ? "a=b" : "c\\d" };
            IEvent end = random.Next(50) == 0 ? new RunFailed(Error(), null) : new RunCompleted(null);
            IEnumerable<IEvent> history = [Queued($"plan-{random.Next(40)}", labels, actorId: $"guest-{i % 500}"), new RunStarted(), .. i % 10 == 0 ? (IEvent[])[] : [end]];
            events.Add(new($"run-{i:x5}-{random.Next(1 << 20):x}", history, Noon.AddSeconds(random.Next(100_000))));
        }
        foreach (var chunk in events.Chunk(2_000))
            await database.AppendAsync(chunk.SelectMany(r => OfRun(Tenant, r.RunId, r.Events, at: r.At)));
        await database.AppendAsync(OfRun(Guid.NewGuid(), "foreign", Whole("plan-1")));
        await database.ProjectAsync();
        await database.ExecuteAsync("analyze read.run");
        Rows = await AllAsync(new(null, null, null, new Dictionary<string, string>(), null, null, null, "queuedAt", 100, null));
    }

    sealed record NewEventOfRun(string RunId, IEnumerable<IEvent> Events, DateTimeOffset At);

    internal async Task<List<RunRow>> AllAsync(RunFilter filter)
    {
        var all = new List<RunRow>();
        do
        {
            var page = (await Runs.ListAsync(Tenant, filter, CancellationToken.None)).Value;
            all.AddRange(page.Items);
            filter = filter with { Cursor = page.NextCursor };
        }
        while (filter.Cursor is not null);
        return all;
    }

    public Task DisposeAsync() => ReadModelsDatabase.Server is null ? Task.CompletedTask : database.DisposeAsync();
}

public sealed class RunListTests(ManyRuns many) : IClassFixture<ManyRuns>
{
    static readonly Dictionary<string, string> NoLabels = [];

    static RunFilter Filter(string? status = null, string? planId = null, Dictionary<string, string>? labels = null, string? q = null, string? sort = null) =>
        new(status, planId, null, labels ?? NoLabels, null, null, q, sort, 100, null);

    async Task AssertSameAsync(RunFilter filter, Func<RunRow, bool> wanted)
    {
        var expected = many.Rows.Where(wanted);
        expected = (filter.Sort ?? "-queuedAt") switch
        {
            "queuedAt" => expected.OrderBy(r => r.QueuedAt).ThenBy(r => r.RunId, StringComparer.Ordinal),
            "-queuedAt" => expected.OrderByDescending(r => r.QueuedAt).ThenByDescending(r => r.RunId, StringComparer.Ordinal),
            "finishedAt" => expected.OrderBy(r => r.FinishedAt ?? DateTimeOffset.MinValue).ThenBy(r => r.RunId, StringComparer.Ordinal),
            _ => expected.OrderByDescending(r => r.FinishedAt ?? DateTimeOffset.MinValue).ThenByDescending(r => r.RunId, StringComparer.Ordinal),
        };
        Assert.Equal(expected.Select(r => r.RunId), (await many.AllAsync(filter)).Select(r => r.RunId));
    }

    static DateTimeOffset? At(RunRow run, string? sort) => sort is "finishedAt" or "-finishedAt" ? run.FinishedAt : run.QueuedAt;

    [PostgresFact]
    public async Task Every_filter_with_every_sort_gives_exactly_the_runs_wanted()
    {
        Assert.Equal(8_000, many.Rows.Count);
        var unit = new Dictionary<string, string> { ["unit"] = "17" };
        var odd = new Dictionary<string, string> { ["odd 'one'"] = "c\\d", ["unit"] = "3" };
        foreach (var sort in (string?[])[null, "queuedAt", "finishedAt", "-finishedAt"])
        {
            await AssertSameAsync(Filter(status: "FAILED", sort: sort), r => r.Status == "FAILED");
            await AssertSameAsync(Filter(planId: "plan-3", sort: sort), r => r.PlanId == "plan-3");
            await AssertSameAsync(Filter(labels: unit, sort: sort), r => r.Labels["unit"] == "17");
            await AssertSameAsync(Filter(status: "COMPLETED", planId: "plan-3", labels: unit, sort: sort),
                r => r.Status == "COMPLETED" && r.PlanId == "plan-3" && r.Labels["unit"] == "17");
            await AssertSameAsync(Filter(labels: odd, sort: sort), r => r.Labels["odd 'one'"] == "c\\d" && r.Labels["unit"] == "3");
            await AssertSameAsync(Filter(q: "run-000", sort: sort), r => r.RunId.StartsWith("run-000", StringComparison.Ordinal));
            await AssertSameAsync(Filter(q: "GUEST-33 plan-7", sort: sort),
                r => r.ActorId!.StartsWith("guest-33", StringComparison.Ordinal) && r.PlanId == "plan-7");
            await AssertSameAsync(Filter(q: "it's\\ not:* & here | '", sort: sort), r => false);
            var (from, to) = (Noon.AddSeconds(30_000), Noon.AddSeconds(60_000));
            await AssertSameAsync(Filter(status: "FAILED", planId: "plan-5", sort: sort) with { From = from, To = to, Version = "1.0.0" },
                r => r.Status == "FAILED" && r.PlanId == "plan-5" && At(r, sort) >= from && At(r, sort) < to);
            await AssertSameAsync(Filter(labels: unit, sort: sort) with { To = to }, r => r.Labels["unit"] == "17" && At(r, sort) < to);
        }
    }

    [PostgresFact]
    public async Task Pages_neither_repeat_nor_skip_while_runs_are_added()
    {
        var filter = Filter(status: "COMPLETED") with { Limit = 50, To = Noon.AddYears(1) };
        var before = many.Rows.Where(r => r.Status == "COMPLETED").Select(r => r.RunId).ToHashSet();
        var seen = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            var page = (await many.Runs.ListAsync(many.Tenant, filter, CancellationToken.None)).Value;
            seen.AddRange(page.Items.Select(r => r.RunId));
            filter = filter with { Cursor = page.NextCursor };
            await many.Database.AppendAsync(OfRun(many.Tenant, $"new-{i}", Whole("late"), at: Noon.AddYears(2)));
            await many.Database.ProjectAsync();
        }
        var expected = many.Rows.Where(r => before.Contains(r.RunId)).OrderByDescending(r => r.QueuedAt).ThenByDescending(r => r.RunId, StringComparer.Ordinal).Take(1_000);
        Assert.Equal(expected.Select(r => r.RunId), seen);
        await many.Database.ExecuteAsync("delete from read.run where plan_id = 'late'");
    }

    [PostgresFact]
    public async Task What_is_not_understood_is_named()
    {
        async Task<string> ParameterOfAsync(RunFilter filter) =>
            (await Assert.ThrowsAsync<InvalidQueryException>(() => many.Runs.ListAsync(many.Tenant, filter, CancellationToken.None))).Parameter;

        Assert.Equal("sort", await ParameterOfAsync(Filter(sort: "name")));
        Assert.Equal("status", await ParameterOfAsync(Filter(status: "DONE")));
        Assert.Equal("limit", await ParameterOfAsync(Filter() with { Limit = 101 }));
        Assert.Equal("cursor", await ParameterOfAsync(Filter() with { Cursor = "%%%" }));
        Assert.Equal("cursor", await ParameterOfAsync(Filter(sort: "queuedAt") with { Cursor = Cursor.Of("-queuedAt", "1", "r") }));
        Assert.Equal("q", await ParameterOfAsync(Filter(q: "a\0b")));
    }
}
