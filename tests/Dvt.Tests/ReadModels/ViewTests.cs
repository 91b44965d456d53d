using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.ReadModels;
using Npgsql;
using Xunit;
using static Dvt.Tests.ReadModels.Histories;

namespace Dvt.Tests.ReadModels;

public sealed class ViewTests(ReadModelsDatabase database) : IClassFixture<ReadModelsDatabase>
{
    readonly Guid tenant = Guid.NewGuid();
    readonly CancellationToken stop = CancellationToken.None;

    RunQueries Runs => new(database.Api, new PlanCache(StepKinds.BuiltIn));

    static RunFilter All(string? sort = null) => new(null, null, null, new Dictionary<string, string>(), null, null, null, sort, 20, null);

    async Task<RunRow> OnlyRunAsync() => Assert.Single((await Runs.ListAsync(tenant, All(), stop)).Value.Items);

    [PostgresFact]
    public async Task A_completed_run_is_one_line_with_its_counts()
    {
        await database.AppendAsync(OfRun(tenant, "r1", Whole(labels: new Dictionary<string, string> { ["unit"] = "7" })));
        await database.ProjectAsync();
        var run = await OnlyRunAsync();
        Assert.Equal(("r1", "stay", "COMPLETED", 3, 9L, "user:ana", "case-7"),
            (run.RunId, run.PlanId, run.Status, run.StepsCompleted, run.LastSeq, run.Actor, run.CorrelationId));
        Assert.Equal(Noon, run.QueuedAt);
        Assert.Equal(Noon.AddSeconds(8), run.FinishedAt);
        Assert.Equal("7", run.Labels["unit"]);
    }

    [PostgresFact]
    public async Task A_run_shows_the_same_however_its_events_are_cut_into_batches()
    {
        List<IEvent> events =
        [
            Queued(lineage: new RunLineage("o", "p", 2)), new RunPaused("SIGNAL", "s", null), new RunResumed("s2", null), new RunStarted(),
            new StepStarted("a", 1, 1, null), new StepFailed("a", 1, 1, Error(), false), new StepRetryScheduled("a", 2, 1, Noon),
            new StepFailed("a", 2, 1, Error(), true), new StepSkipped("b", 1, 1, "DEPENDENCY_FAILED"), new RunFailed(Error("X"), "a"),
        ];
        await database.AppendAsync(OfRun(tenant, "whole", events));
        await database.ProjectAsync();
        for (var i = 0; i < events.Count; i++)
        {
            await database.AppendAsync(OfRun(tenant, "cut", [events[i]], fromSeq: i + 1));
            await database.ProjectAsync();
        }
        var runs = (await Runs.ListAsync(tenant, All(), stop)).Value.Items;
        Assert.Equal(2, runs.Count);
        Assert.Equal(runs[0] with { RunId = "", Labels = runs[1].Labels }, runs[1] with { RunId = "" });
        Assert.Equal(("FAILED", 2, 1, "X", "o", "p"),
            (runs[0].Status, runs[0].StepsFailed, runs[0].StepsSkipped, runs[0].ErrorCode, runs[0].OriginRunId, runs[0].ParentRunId));
    }

    [PostgresFact]
    public async Task A_run_that_is_undone_says_so_and_shows_at_its_end_what_failed_and_what_was_not_undone()
    {
        List<IEvent> undone =
        [
            Queued(), new RunStarted(), new StepCompleted("a", 1, 1, null), new StepFailed("b", 1, 1, Error("X"), true),
            new RunCompensationStarted(Error("X"), "b"), new StepCompensationStarted("a", 1, 1, null),
        ];
        await database.AppendAsync(OfRun(tenant, "r", undone));
        await database.ProjectAsync();
        var run = await OnlyRunAsync();
        Assert.Equal(("RUNNING", "COMPENSATING", "X"), (run.Status, run.Substatus, run.ErrorCode));
        var left = new StepError("COMPENSATION_FAILED", "not undone: a (Y)", Retryable: false, "SYSTEM");
        await database.AppendAsync(OfRun(tenant, "r",
            [new StepCompensationFailed("a", 1, 1, Error("Y"), Final: true), new RunFailed(Error("X"), "b", left)], fromSeq: undone.Count + 1));
        await database.ProjectAsync();
        run = await OnlyRunAsync();
        Assert.Equal(("FAILED", null, "X", $"{Error("X").Message}; not undone: a (Y)"), (run.Status, run.Substatus, run.ErrorCode, run.ErrorMessage));
        var timeline = (await Runs.TimelineAsync(tenant, "r", stop))!.Value;
        Assert.Equal(("a", "FAILED", true), timeline.Bars.Where(b => b.Compensation).Select(b => (b.StepId, b.Status, b.Compensation)).Single());
    }

    [PostgresFact]
    public async Task A_cancelled_run_shows_in_the_list_what_was_not_undone()
    {
        var left = new StepError("COMPENSATION_FAILED", "not undone: a", Retryable: false, "SYSTEM");
        await database.AppendAsync(OfRun(tenant, "r", [Queued(), new RunStarted(), new RunCompensationStarted(null, null), new RunCancelled("why", left)]));
        await database.ProjectAsync();
        var run = await OnlyRunAsync();
        Assert.Equal(("CANCELLED", "COMPENSATION_FAILED", "not undone: a"), (run.Status, run.ErrorCode, run.ErrorMessage));
    }

    [PostgresFact]
    public async Task A_run_resumed_before_it_began_is_pending_again()
    {
        await database.AppendAsync(OfRun(tenant, "r", [Queued(), new RunPaused("SIGNAL", "s", null)]));
        await database.ProjectAsync();
        Assert.Equal("PAUSED", (await OnlyRunAsync()).Status);
        await database.AppendAsync(OfRun(tenant, "r", [new RunResumed("s", null)], fromSeq: 3));
        await database.ProjectAsync();
        Assert.Equal("PENDING", (await OnlyRunAsync()).Status);
    }

    [PostgresFact]
    public async Task A_command_ends_with_its_first_event_and_a_later_success_outweighs_a_failure()
    {
        Guid start = Guid.NewGuid(), signal = Guid.NewGuid(), refused = Guid.NewGuid(), failed = Guid.NewGuid();
        await database.AppendAsync(
        [
            .. OfRun(tenant, "r", [Queued(), new RunStarted()], start),
            .. OfRun(tenant, "r", [new SignalRejected("s", "PAUSE", null, null, "RUN_TERMINAL", Guid.NewGuid(), "d")], signal, fromSeq: 3),
            .. Stream(tenant, Domain.Runs, $"command-{refused}", "k", [new CommandRefused("StartRun", "PLAN_NOT_FOUND", "no plan x", new Resource("run", "r9"))], refused),
            .. Stream(tenant, Domain.Runs, $"command-{failed}", "k", [new CommandFailed("PublishPlan", "FAULT", "boom", null, Guid.NewGuid())], failed),
        ]);
        await database.ProjectAsync();
        var queries = new CommandQueries(database.Api);
        var started = (await queries.FindAsync(tenant, start, stop))!.Value;
        Assert.Equal(("StartRun", "done", new Resource("run", "r")), (started.Type, started.Status, started.Resource));
        var rejected = (await queries.FindAsync(tenant, signal, stop))!.Value;
        Assert.Equal(("SignalRun", "refused", "RUN_TERMINAL"), (rejected.Type, rejected.Status, rejected.Code));
        var refusal = (await queries.FindAsync(tenant, refused, stop))!.Value;
        Assert.Equal(("StartRun", "refused", "PLAN_NOT_FOUND", new Resource("run", "r9")), (refusal.Type, refusal.Status, refusal.Code, refusal.Resource));
        Assert.Equal("failed", (await queries.FindAsync(tenant, failed, stop))!.Value.Status);

        await database.AppendAsync(Stream(tenant, Domain.Runs, "plan-p", "p", [new PlanPublished("p", "1.0.0", "d", 1)], failed));
        await database.ProjectAsync();
        Assert.Equal("done", (await queries.FindAsync(tenant, failed, stop))!.Value.Status);
        Assert.Null(await queries.FindAsync(tenant, Guid.NewGuid(), stop));
    }

    [PostgresFact]
    public async Task Minutes_count_starts_ends_failures_and_durations_per_plan()
    {
        await database.AppendAsync(
        [
            .. OfRun(tenant, "a", Whole("one")),
            .. OfRun(tenant, "b", [Queued("one"), new RunStarted(), new StepFailed("s", 1, 1, Error(), false), new StepRetryScheduled("s", 2, 1, Noon)]),
        ]);
        await database.ProjectAsync();
        await database.AppendAsync(OfRun(tenant, "b", [new RunFailed(Error(), "s")], fromSeq: 5));
        await database.ProjectAsync();
        var minute = Assert.Single((await Runs.ThroughputAsync(tenant, "one", Noon, Noon.AddMinutes(5), "minute", stop)).Value);
        Assert.Equal(new RunMinute(Noon, "one", 2, 1, 1, 0, 1, 1, 8_000 + 4_000, 8_000), minute);
        var hour = Assert.Single((await Runs.ThroughputAsync(tenant, planId: null, Noon, Noon.AddHours(1), "hour", stop)).Value);
        Assert.Equal(minute, hour);
    }

    [PostgresFact]
    public async Task Throughput_by_the_hour_counts_the_same_as_by_the_minute_wherever_it_begins_and_ends()
    {
        for (var i = 0; i < 30; i++)
            await database.AppendAsync(OfRun(tenant, $"m{i}", Whole(planId: $"p{i % 2}"), at: Noon.AddMinutes(7 * i)));
        await database.ProjectAsync();
        foreach (var (from, to) in new[] { (0, 240), (5, 200), (10, 40), (30, 65), (60, 120), (59, 121), (61, 119), (0, 60), (45, 45) })
        {
            async Task<IReadOnlyList<RunMinute>> By(string span) =>
                (await Runs.ThroughputAsync(tenant, planId: null, Noon.AddMinutes(from), Noon.AddMinutes(to), span, stop)).Value;
            var expected = (await By("minute"))
                .GroupBy(m => (new DateTimeOffset(m.Minute.UtcTicks - m.Minute.UtcTicks % TimeSpan.TicksPerHour, TimeSpan.Zero), m.PlanId))
                .Select(g => (g.Key.Item1, g.Key.PlanId, g.Sum(m => m.Started), g.Sum(m => m.Completed), g.Sum(m => m.DurationSumMs), g.Max(m => m.DurationMaxMs)))
                .OrderBy(h => h.Item1).ThenBy(h => h.PlanId, StringComparer.Ordinal);
            Assert.Equal(expected, (await By("hour")).Select(m => (m.Minute, m.PlanId, m.Started, m.Completed, m.DurationSumMs, m.DurationMaxMs)));
        }
    }

    [PostgresFact]
    public async Task A_plan_goes_from_draft_to_published_to_archived()
    {
        var document = ContractsJson.Element(new { planId = "p", name = "Stay", steps = new[] { new { stepId = "a" } } });
        await database.AppendAsync(Stream(tenant, Domain.Runs, "plan-p", "p",
            [new PlanDrafted("p", "1.0.0-rc.1", "d0", document, 1), new PlanDrafted("p", "1.0.0", "d1", document, 1), new PlanPublished("p", "1.0.0", "d1", 2)]));
        await database.ProjectAsync();
        var queries = new PlanQueries(database.Api);
        var found = (await queries.FindAsync(tenant, "p", stop))!.Value;
        Assert.Equal("1.0.0", found.NewestPublished);
        Assert.Equal(["1.0.0", "1.0.0-rc.1"], found.Versions.Select(v => v.Version));
        await database.AppendAsync(Stream(tenant, Domain.Runs, "plan-p", "p", [new PlanArchived("p", "1.0.0", 3)], fromSeq: 4));
        await database.ProjectAsync();
        var version = (await queries.FindVersionAsync(tenant, "p", "1.0.0", stop))!.Value;
        Assert.Equal(("archived", 3L, 1, "Stay"), (version.Row.State, version.Row.Revision, version.Row.StepCount, version.Row.Name));
        Assert.Equal("Stay", version.Document.GetProperty("name").GetString());
        Assert.Single((await queries.ListAsync(tenant, "draft", q: null, 20, cursor: null, stop)).Value.Items);
    }

    [PostgresFact]
    public async Task A_schedule_is_shown_as_it_is_now_until_it_is_deleted()
    {
        var definition = new ScheduleDefinition(new PlanRef("p"), "0 0 9 * * ?", "UTC", ContractsJson.Element(new { a = 1 }));
        var queries = new ScheduleQueries(database.Api);
        await database.AppendAsync(Stream(tenant, Domain.Runs, "schedule-s", "s", [new ScheduleCreated("s", definition, 1)]));
        await database.ProjectAsync();
        await database.AppendAsync(Stream(tenant, Domain.Runs, "schedule-s", "s",
            [new ScheduleBackfilled("s", Noon, Noon.AddDays(1), 1), new ScheduleChanged("s", definition with { Enabled = false }, 2)], fromSeq: 2));
        await database.ProjectAsync();
        var shown = (await queries.FindAsync(tenant, "s", stop))!.Value;
        Assert.Equal((2L, false, "p", Noon, Noon.AddSeconds(2)), (shown.Revision, shown.Definition.Enabled, shown.Definition.PlanRef.PlanId, shown.CreatedAt, shown.ChangedAt));
        Assert.Single((await queries.ListAsync(tenant, "p", enabled: false, 20, cursor: null, stop)).Value.Items);
        Assert.Empty((await queries.ListAsync(tenant, planId: null, enabled: true, 20, cursor: null, stop)).Value.Items);
        Assert.Null(await queries.FindAsync(Guid.NewGuid(), "s", stop));
        await database.AppendAsync(Stream(tenant, Domain.Runs, "schedule-s", "s", [new ScheduleDeleted("s", 3)], fromSeq: 4));
        await database.ProjectAsync();
        Assert.Null(await queries.FindAsync(tenant, "s", stop));
    }

    [PostgresFact]
    public async Task The_audit_shows_commands_and_what_the_api_did_newest_first_and_no_personal_data()
    {
        var user = Guid.NewGuid();
        await database.AppendAsync(
        [
            .. Stream(tenant, Domain.Identity, $"user-{user}", "users", [new UserCreated(user, "ana@example.org", "Ana", ["viewer"])]),
            .. Stream(tenant, Domain.Identity, "access", "access", [new AccessRefused("POST /v1/runs", "forbidden", null, "10.0.0.1")], at: Noon.AddHours(1)),
            .. OfRun(tenant, "r", [Queued()], Guid.NewGuid(), at: Noon.AddHours(2)),
        ]);
        await database.ProjectAsync();
        var audit = new AuditQueries(database.Api);
        var first = (await audit.ListAsync(tenant, new(null, null, null, null, 2, null), stop)).Value;
        var rest = (await audit.ListAsync(tenant, new(null, null, null, null, 2, first.NextCursor), stop)).Value;
        Assert.Equal(["StartRun", "POST /v1/runs", "UserCreated"], first.Items.Concat(rest.Items).Select(r => r.Action));
        Assert.Null(rest.NextCursor);
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from read.audit a where a::text ~ 'ana@|\"Ana\"|10\\.0\\.0'"));
    }

    [PostgresFact]
    public async Task A_query_that_forgets_the_tenant_sees_nothing()
    {
        await database.AppendAsync(OfRun(tenant, "r", Whole(), Guid.NewGuid()));
        await database.ProjectAsync();
        foreach (var view in Views.All)
        {
            await using var forgetful = database.Api.CreateCommand($"select count(*) from {ViewTables.Table(view)}");
            Assert.Equal(0L, await forgetful.ExecuteScalarAsync());
        }
        Assert.Empty((await Runs.ListAsync(Guid.NewGuid(), All(), stop)).Value.Items);
        await using var writing = database.Api.CreateCommand("delete from read.run");
        await Assert.ThrowsAsync<PostgresException>(() => writing.ExecuteNonQueryAsync());
    }

    [PostgresFact]
    public async Task History_and_timeline_come_from_the_log_itself()
    {
        await database.AppendAsync(OfRun(tenant, "r", Whole()));
        var events = (await Runs.EventsAsync(tenant, "r", cursor: null, 5, stop))!.Value;
        var rest = (await Runs.EventsAsync(tenant, "r", events.NextCursor, 5, stop))!.Value;
        Assert.Equal(Enumerable.Range(1, 9), events.Items.Concat(rest.Items).Select(e => (int)e.Seq));
        Assert.Equal("a", events.Items[2].StepId);
        Assert.Equal(64, events.Items[0].IdempotencyKey.Length);
        var timeline = (await Runs.TimelineAsync(tenant, "r", stop))!.Value;
        Assert.Equal(("COMPLETED", 3), (timeline.Status, timeline.Bars.Count));
        Assert.All(timeline.Bars, b => Assert.Equal(TimeSpan.FromSeconds(1), b.EndedAt - b.StartedAt));
        Assert.Null(await Runs.EventsAsync(tenant, "absent", cursor: null, 5, stop));
        Assert.Null(await Runs.TimelineAsync(Guid.NewGuid(), "r", stop));
    }
}
