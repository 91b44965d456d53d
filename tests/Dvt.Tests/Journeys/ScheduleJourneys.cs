using System.Net;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Schedules;
using Dvt.Pipeline;
using Dvt.Tests.Support;
using Dvt.Workers.Schedule;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class ScheduleJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    /// <summary>Names no moment near the present.</summary>
    const string Rare = "0 0 12 29 2 ?";

    static string New(string cron, string more = "") =>
        $$"""{"planRef":{"planId":"inline"},"cron":"{{cron}}","timeZone":"America/Santo_Domingo"{{more}}}""";

    static async Task<(string Id, JsonElement Schedule)> CreateAsync(ApiClient client, string body)
    {
        var schedule = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/schedules", body, wait: 30);
        return (schedule.GetProperty("scheduleId").GetString()!, schedule);
    }

    Task<long> RunsAsync(ApiClient client, string id) => System.ReadAsync<long>(
        "select count(*) from log.events where tenant_id = $1 and type = 'RunQueued' and stream like 'run-' || $2 || ':%'", client.TenantId, id);

    [ServersFact]
    public Task A_schedule_starts_a_run_at_each_second_until_it_is_paused() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var (id, made) = await CreateAsync(client, New("* * * * * ?"));
        Assert.Equal(10, made.GetProperty("next").GetArrayLength());
        await Eventually.HoldsAsync(async () => await RunsAsync(client, id) >= 3, TimeSpan.FromSeconds(30), "no three occurrences were started");
        var paused = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/schedules/{id}/pause", wait: 30);
        Assert.False(paused.GetProperty("enabled").GetBoolean());
        Assert.Equal(0, paused.GetProperty("next").GetArrayLength());
        var run = (await client.GetAsync($"/v1/runs?planId=inline&label.schedule={id}&limit=1")).GetProperty("items")[0];
        await client.EndsAsync(run.GetProperty("runId").GetString()!);
        await Invariants.QueuesDrainAsync(System);
        var now = await System.ReadAsync<DateTime>("select clock_timestamp()");
        var started = await RunsAsync(client, id);
        await Eventually.HoldsAsync(
            async () => await System.ReadAsync<DateTime>("select clock_timestamp()") > now.AddSeconds(3), TimeSpan.FromSeconds(10), "the clock stands still");
        Assert.Equal(started, await RunsAsync(client, id));
    });

    [ServersFact]
    public Task A_schedule_is_made_read_listed_changed_and_deleted_with_its_etag() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var body = New(Rare, ""","name":"Leap","jitter":"PT5M","input":{"a":1}""");
        var (id, _) = await CreateAsync(client, body);
        Assert.Equal("Leap", (await client.GetAsync($"/v1/schedules/{id}")).GetProperty("name").GetString());
        Assert.Equal(id, (await client.GetAsync("/v1/schedules?planId=inline&enabled=true")).GetProperty("items")[0].GetProperty("scheduleId").GetString());
        var changed = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Patch, $"/v1/schedules/{id}", """{"cron":"0 0 9 * * ?","catchUp":"all"}""", wait: 30);
        Assert.Equal(("0 0 9 * * ?", "all", 2L, 1), (changed.GetProperty("cron").GetString(), changed.GetProperty("catchUp").GetString(),
            changed.GetProperty("revision").GetInt64(), changed.GetProperty("input").GetProperty("a").GetInt32()));
        var same = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Patch, $"/v1/schedules/{id}", """{"cron":"0 0 9 * * ?","input":{"a":1}}""", wait: 30);
        Assert.Equal(2, same.GetProperty("revision").GetInt64());
        var stale = await client.ExpectAsync(HttpStatusCode.PreconditionFailed, HttpMethod.Delete, $"/v1/schedules/{id}", ifMatch: "\"1\"", wait: 30);
        Assert.Equal("REVISION_MISMATCH", stale.GetProperty("code").GetString());
        await client.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, $"/v1/schedules/{id}", ifMatch: "\"2\"", wait: 30);
        foreach (var (method, path) in ((HttpMethod, string)[])[
            (HttpMethod.Get, ""), (HttpMethod.Get, "/next"), (HttpMethod.Post, "/pause"), (HttpMethod.Post, "/trigger"), (HttpMethod.Delete, "")])
            Assert.Equal("SCHEDULE_NOT_FOUND",
                (await client.ExpectAsync(HttpStatusCode.NotFound, method, $"/v1/schedules/{id}{path}", wait: 30)).GetProperty("code").GetString());
    });

    [ServersFact]
    public Task The_same_key_makes_one_schedule_and_another_body_with_it_is_refused() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var one = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/schedules", New(Rare), key: "k", wait: 30);
        var again = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/schedules", New(Rare), key: "k", wait: 30);
        Assert.Equal(one.GetProperty("scheduleId").GetString(), again.GetProperty("scheduleId").GetString());
        var other = await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/v1/schedules", New("0 0 9 * * ?"), key: "k", wait: 30);
        Assert.Equal("idempotency_key_reused", other.GetProperty("code").GetString());
    });

    [ServersFact]
    public Task What_cannot_be_understood_is_told_with_pointers_and_changes_nothing() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var problem = await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/v1/schedules",
            """{"planRef":{"planId":"inline"},"cron":"0 0 25 * * ?","timeZone":"Mars/Olympus","jitter":"PT2H"}""");
        Assert.Equal(["/cron", "/jitter", "/timeZone"], problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString()).Order());
        await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/v1/schedules", New("0 0 12 1 1 ? 2020"));
        await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/v1/schedules", New(Rare, ""","catchUp":"some" """));
        await client.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Post, "/v1/schedules", New(Rare).Replace("inline", "nowhere", StringComparison.Ordinal));
        Assert.Equal(0, await System.ReadAsync<long>("select count(*) from runs.schedule where tenant_id = $1", client.TenantId));
        var viewer = await client.WithRoleAsync("viewer");
        await viewer.ExpectAsync(HttpStatusCode.Forbidden, HttpMethod.Post, "/v1/schedules", New(Rare));
    });

    [ServersFact]
    public Task A_preview_tells_the_hour_that_the_clocks_leave_out() => AsTenantAsync(async client =>
    {
        var preview = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/v1/schedules/preview",
            """{"cron":"0 30 2 * * ?","timeZone":"America/New_York","after":"2026-03-08T00:00:00-05:00","count":2}""");
        Assert.Equal(["2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00"],
            preview.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("local").GetString()));
        await client.PublishAsync(TestPlans.Inline);
        var (id, _) = await CreateAsync(client, New(Rare, ""","enabled":false"""));
        var next = await client.GetAsync($"/v1/schedules/{id}/next?count=2&after=2027-01-01T00:00:00Z");
        Assert.Equal(["2028-02-29T12:00:00-04:00", "2032-02-29T12:00:00-04:00"],
            next.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("local").GetString()));
    });

    [ServersFact]
    public Task A_backfill_starts_each_occurrence_of_its_range_once_however_often_it_is_asked_for() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var (id, _) = await CreateAsync(client, New("0 0/5 * * * ?", ""","enabled":false"""));
        const string Range = """{"from":"2025-01-01T00:00:00Z","to":"2025-01-02T00:00:00Z"}""";
        var told = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/schedules/{id}/backfill", Range, wait: 30);
        Assert.Equal(288, told.GetProperty("occurrences").GetInt32());
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/schedules/{id}/backfill",
            """{"from":"2025-01-01T23:00:00Z","to":"2025-01-02T01:00:00Z"}""", wait: 30);
        await Eventually.HoldsAsync(async () => await RunsAsync(client, id) == 300, TimeSpan.FromSeconds(30),
            async () => $"{await RunsAsync(client, id)} runs were started");
        await Eventually.HoldsAsync(
            async () => await System.ReadAsync<long>("select count(*) from runs.schedule_backfill where tenant_id = $1", client.TenantId) == 0,
            TimeSpan.FromSeconds(10), "a range is left");
        Assert.Equal(300, await RunsAsync(client, id));
        var many = await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, $"/v1/schedules/{id}/backfill",
            """{"from":"2024-01-01T00:00:00Z","to":"2025-01-01T00:00:00Z"}""", wait: 30);
        Assert.Equal("TOO_MANY_OCCURRENCES", many.GetProperty("code").GetString());
        await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, $"/v1/schedules/{id}/backfill",
            """{"from":"2025-01-01T00:00:00Z","to":"2999-01-01T00:00:00Z"}""");
    });

    [ServersFact]
    public Task A_run_out_of_turn_is_started_once_for_a_key() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var (id, _) = await CreateAsync(client, New(Rare, ""","enabled":false"""));
        var one = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, $"/v1/schedules/{id}/trigger", key: "now", wait: 30);
        var again = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, $"/v1/schedules/{id}/trigger", key: "now", wait: 30);
        Assert.Equal(one.GetProperty("runId").GetString(), again.GetProperty("runId").GetString());
        Assert.Equal(1, await RunsAsync(client, id));
    });

    [ServersFact]
    public Task Concurrent_ticks_a_lost_settlement_and_a_repeated_order_make_one_run_of_each_occurrence() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var (id, _) = await CreateAsync(client, New("0 0/10 * * * ?", ""","catchUp":"all" """));
        await using var postgres = Postgres.Open(new PostgresOptions { ConnectionString = System.Options.ConnectionString, MaxPoolSize = 8 }, Postgres.WorkerRole);
        var tick = new FireSchedules(postgres, System.Orders.Publisher, NullLogger<FireSchedules>.Instance);
        var now = await System.ReadAsync<DateTime>("select clock_timestamp()");
        var from = now.AddDays(-1);
        var occurrences = Occurrences.Of("0 0/10 * * * ?", "America/Santo_Domingo").Between(new(from), new(now)).ToList();
        // As after a crash behind the publishing, and before the commit, three times over.
        for (var i = 0; i < 3; i++)
        {
            await System.ExecuteAsync("update runs.schedule set settled_to = $3, look_at = $3 where tenant_id = $1 and schedule_id = $2", client.TenantId, id, from);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => tick.FireAsync(CancellationToken.None)));
        }
        await Eventually.HoldsAsync(async () => await RunsAsync(client, id) >= occurrences.Count, TimeSpan.FromSeconds(30),
            async () => $"{await RunsAsync(client, id)} of {occurrences.Count} occurrences were started");
        var definition = new ScheduleDefinition(new PlanRef("inline"), "0 0/10 * * * ?", "America/Santo_Domingo", JsonElement.Parse("{}"), CatchUps.All);
        await System.Orders.PublishAsync([.. occurrences.Take(20).Select(o => OccurrenceRuns.Start(client.TenantId, id, definition, o, DateTimeOffset.UnixEpoch))]);
        await Invariants.QueuesDrainAsync(System);
        Assert.Equal(
            occurrences.Select(o => $"run-{OccurrenceRuns.RunIdOf(id, o)}"),
            (await System.RowsAsync(
                "select stream from log.events where tenant_id = $1 and type = 'RunQueued' and occurred_at < $2 order by stream", client.TenantId, now.AddMinutes(5)))
                .Take(occurrences.Count));
    });

    [ServersFact]
    public Task A_refused_occurrence_is_told_with_its_reason_and_made_up_for_under_a_command_of_its_own() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var (id, _) = await CreateAsync(client, New(Rare));
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/v1/plans/inline/versions/1.0.0/archive", wait: 30);
        var occurrence = new DateTimeOffset(2024, 2, 29, 16, 0, 0, TimeSpan.Zero);
        var definition = new ScheduleDefinition(new PlanRef("inline"), Rare, "America/Santo_Domingo", JsonElement.Parse("{}"));
        var order = OccurrenceRuns.Start(client.TenantId, id, definition, occurrence, DateTimeOffset.UnixEpoch);
        await System.Orders.PublishAsync(order);
        async Task<string> ToldAsync() => string.Join(", ", (await client.GetAsync($"/v1/schedules/{id}/occurrences")).GetProperty("items").EnumerateArray()
            .Select(o => $"{o.GetProperty("occurrence")} {o.GetProperty("status")} {(o.TryGetProperty("code", out var code) ? code : default)}".Trim()));
        await Eventually.HoldsAsync(async () => await ToldAsync() == "2024-02-29T16:00:00Z REFUSED PLAN_NOT_FOUND", TimeSpan.FromSeconds(30), ToldAsync);

        await client.PublishAsync(TestPlans.Inline.Replace("1.0.0", "1.0.1", StringComparison.Ordinal));
        // Repeated, it stays refused; asked for anew, it starts.
        await System.Orders.PublishAsync(order);
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/schedules/{id}/backfill", """{"from":"2024-01-01T00:00:00Z","to":"2025-01-01T00:00:00Z"}""", wait: 30);
        await Eventually.HoldsAsync(async () => await ToldAsync() == "2024-02-29T16:00:00Z COMPLETED", TimeSpan.FromSeconds(30), ToldAsync);
        Assert.Equal("CommandRefused", await System.ReadAsync<string>("select string_agg(type, ' ') from log.events where tenant_id = $1 and command_id = $2", client.TenantId, order.Id));
    });

    [ServersFact]
    public Task A_schedule_that_lost_its_moment_gets_it_back_from_its_definition() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var (id, _) = await CreateAsync(client, New("* * * * * ?"));
        await System.ExecuteAsync("update runs.schedule set look_at = 'infinity' where tenant_id = $1 and schedule_id = $2", client.TenantId, id);
        await using var postgres = Postgres.Open(new PostgresOptions { ConnectionString = System.Options.ConnectionString, MaxPoolSize = 2 }, Postgres.WorkerRole);
        await new RepairSchedules(postgres, NullLogger<RepairSchedules>.Instance).RunAsync(CancellationToken.None);
        var before = await RunsAsync(client, id);
        await Eventually.HoldsAsync(async () => await RunsAsync(client, id) > before, TimeSpan.FromSeconds(20), "it starts nothing any more");
        await client.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, $"/v1/schedules/{id}", wait: 30);
    });

    [ServersFact]
    public Task While_its_tenant_is_suspended_a_schedule_starts_nothing() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var (id, _) = await CreateAsync(client, New("* * * * * ?", ""","catchUp":"all" """));
        await Eventually.HoldsAsync(async () => await RunsAsync(client, id) > 0, TimeSpan.FromSeconds(20), "it starts nothing");
        await System.ExecuteAsync("update identity.tenant set suspended = true where tenant_id = $1", client.TenantId);
        Task<bool> NotedAsync() => System.ReadAsync<bool>(
            "select look_at > clock_timestamp() + interval '30 seconds' from runs.schedule where tenant_id = $1", client.TenantId);
        await Eventually.HoldsAsync(NotedAsync, TimeSpan.FromSeconds(20), "the suspension was not noticed");
        await Invariants.QueuesDrainAsync(System);
        var started = await RunsAsync(client, id);
        await System.ExecuteAsync("update runs.schedule set look_at = clock_timestamp() where tenant_id = $1", client.TenantId);
        await Eventually.HoldsAsync(NotedAsync, TimeSpan.FromSeconds(20), "it was not looked at again");
        Assert.Equal(started, await RunsAsync(client, id));
    });

    [ServersFact]
    public Task Ten_thousand_schedules_due_at_once_are_started_once_each() => AsTenantAsync(async client =>
    {
        const int Many = 10_000;
        await client.PublishAsync(TestPlans.Inline);
        await System.ExecuteAsync(
            """
            insert into runs.schedule (tenant_id, schedule_id, command_id, seq, revision, definition, enabled, settled_to, look_at)
            select $1, 's-' || n, gen_random_uuid(), 1, 1, $3::json, true, clock_timestamp() - interval '36 hours', clock_timestamp()
            from generate_series(1, $2) n
            """, client.TenantId, Many,
            JsonSerializer.Serialize(new ScheduleDefinition(new PlanRef("inline"), "0 0 0 * * ?", "UTC", JsonElement.Parse("{}"), CatchUps.Last), ContractsJson.Options));
        try
        {
            await System.Orders.AllCompleteAsync(client.TenantId, Many, TimeSpan.FromSeconds(120));
        }
        finally
        {
            await System.ExecuteAsync("delete from runs.schedule where tenant_id = $1", client.TenantId);
        }
    });
}
