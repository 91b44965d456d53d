using System.Net;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Tests.Support;
using Dvt.Workers.Schedule;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class ArchiveJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    [ServersFact]
    public Task A_run_whose_history_is_archived_is_shown_verified_and_repeated_as_before() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Echo);
        var runId = await client.StartAsync("echo");
        await client.EndsAsync(runId);
        var before = await ShownAsync(client, runId);
        await RetainAsync(client, "0");
        await ArchiveAsync(client, runId);
        Assert.Equal(before, await ShownAsync(client, runId));
        Assert.Equal(0, await CountAsync(client, "only log.entry", runId));
        Assert.True(await CountAsync(client, "log.archive", runId) > 0);
        Assert.Equal(0, await client.System.ReadAsync<long>("select octet_length(state)::bigint from runs.run where tenant_id = $1 and run_id = $2", client.TenantId, runId));
        var verified = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{runId}/verify");
        Assert.True(verified.GetProperty("equal").GetBoolean());
        await Eventually.HoldsAsync(
            async () => (await client.GetAsync("/v1/runs?archived=true&planId=echo")).GetProperty("items").EnumerateArray().Any(r => Is(r, runId) && r.TryGetProperty("archivedAt", out _)),
            TimeSpan.FromSeconds(20), "the list does not know that the run is archived");
        Assert.Contains((await client.GetAsync($"/v1/runs?q={runId}")).GetProperty("items").EnumerateArray(), r => Is(r, runId));
    });

    [ServersFact]
    public Task What_comes_late_to_an_archived_run_is_answered_as_before() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Echo);
        var start = Orders.Start(client.TenantId, $"late-{Guid.NewGuid():n}", "echo");
        await System.Orders.SendAsync(start);
        await client.EndsAsync(start.Key);
        await RetainAsync(client, "0");
        await ArchiveAsync(client, start.Key);
        // The very message that started it, and another one that wants its id.
        await System.Orders.PublishAsync(start);
        var again = await client.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, "/v1/runs", $$"""{"planRef":{"planId":"echo"},"runId":"{{start.Key}}"}""", wait: 30);
        Assert.Equal("RUN_ALREADY_EXISTS", again.GetProperty("code").GetString());
        var paused = await client.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/v1/runs/{start.Key}/signals", """{"type":"PAUSE"}""", wait: 30);
        Assert.Equal("RUN_TERMINAL", paused.GetProperty("code").GetString());
        Assert.Equal(0, await CountAsync(client, "only log.entry", start.Key));
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{start.Key}/signals", """{"type":"RETRY_RUN","reason":"again","payload":{"fromStep":"join"},"signalId":"s1"}""", wait: 30);
        JsonElement repeated = default;
        await Eventually.HoldsAsync(async () =>
        {
            repeated = (await client.GetAsync($"/v1/runs?q={start.Key}&status=COMPLETED&sort=queuedAt")).GetProperty("items").EnumerateArray().LastOrDefault();
            return repeated.ValueKind == JsonValueKind.Object && !Is(repeated, start.Key);
        }, TimeSpan.FromSeconds(30), "the run was not repeated");
        var run = await client.GetAsync($"/v1/runs/{repeated.GetProperty("runId").GetString()}");
        Assert.Equal(3, run.GetProperty("steps").EnumerateArray().Single(s => s.GetProperty("stepId").GetString() == "join").GetProperty("result").GetProperty("sum").GetInt32());
        // What RETRY_RUN added to the history follows into the archive.
        await ArchiveAsync(client, start.Key);
        Assert.Equal("SignalAccepted", (await client.EventsAsync(start.Key))[^1].GetProperty("type").GetString());
    });

    [ServersFact]
    public Task Runs_that_go_on_and_tenants_that_keep_theirs_are_left_alone() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Signals);
        await client.PublishAsync(TestPlans.Inline);
        var open = await client.StartAsync("signals");
        var ended = await client.StartAsync("inline");
        await client.EndsAsync(ended);
        await RetainAsync(client, "null");
        await MoveAsync();
        Assert.True(await CountAsync(client, "only log.entry", ended) > 0);
        await RetainAsync(client, "0");
        await ArchiveAsync(client, ended);
        Assert.Equal(0, await CountAsync(client, "log.archive", open));
        for (var n = 1; n <= 5; n++)
            await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{open}/external-signals", $$"""{"name":"go","payload":{"n":{{n}}} }""", wait: 30);
        await client.EndsAsync(open);
        await ArchiveAsync(client, open);
    });

    [ServersFact]
    public Task A_history_is_deleted_for_good_only_where_its_tenant_says_so_and_statistics_do_not_change() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Echo);
        await client.PublishAsync(TestPlans.Signals);
        var (kept, open) = (await client.StartAsync("echo"), await client.StartAsync("signals"));
        // Not over the API, which remembers for a while what it has accepted.
        var start = Orders.Start(client.TenantId, $"old-{Guid.NewGuid():n}", "echo");
        var runId = start.Key;
        await System.Orders.SendAsync(start);
        await client.EndsAsync(runId);
        await client.EndsAsync(kept);
        await client.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/v1/runs/{runId}/signals", """{"type":"PAUSE","reason":"a secret"}""", wait: 30);
        await RetainAsync(client, "0");
        await ArchiveAsync(client, runId);
        await ArchiveAsync(client, kept);
        // Old enough, but nobody said that anything is to be deleted; then said, but not old enough.
        Assert.Equal(0, await DeleteAsync());
        await RetainAsync(client, "0", delete: "1");
        Assert.Equal(0, await DeleteAsync());
        await System.ExecuteAsync($"update runs.run set last_event_at = last_event_at - interval '1 day' where run_id = '{runId}'");
        var before = await System.RowsAsync("select plan_id, step_id, bucket, runs from read.duration where tenant_id = $1 order by 1, 2, 3", client.TenantId);
        // A worker's own job may have been faster.
        await DeleteAsync();
        // The seals were over what is gone now, or come after it; either way nobody has tampered.
        Assert.True((await client.GetAsync("/v1/audit/verify")).GetProperty("ok").GetBoolean());
        foreach (var path in (string[])["", "/events", "/timeline", "/blockers", "/export?format=json"])
            await client.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/v1/runs/{runId}{path}");
        await client.EndsAsync(kept);
        Assert.Equal(0, await System.ReadAsync<long>(
            "select count(*) from log.entry where tenant_id = $1 and (stream = 'run-' || $2 or (stream = 'gone-' || $2 and events like '%sum%'))", client.TenantId, runId));
        var signal = await client.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Post, $"/v1/runs/{runId}/signals", """{"type":"RETRY_RUN"}""", wait: 30);
        Assert.Equal("RUN_NOT_FOUND", signal.GetProperty("code").GetString());
        var again = await client.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, "/v1/runs", $$"""{"planRef":{"planId":"echo"},"runId":"{{runId}}"}""", wait: 30);
        Assert.Equal("RUN_ALREADY_EXISTS", again.GetProperty("code").GetString());
        await Eventually.HoldsAsync(
            async () => !(await client.GetAsync("/v1/runs?planId=echo")).GetProperty("items").EnumerateArray().Any(r => Is(r, runId))
                && (await client.GetAsync($"/v1/runs?q={runId}")).GetProperty("items").GetArrayLength() == 0,
            TimeSpan.FromSeconds(20), "the list still has the run");
        var audit = (await client.GetAsync("/v1/audit?action=HistoriesDeleted")).GetProperty("items").EnumerateArray().Single();
        Assert.Contains(runId, audit.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(before, await System.RowsAsync("select plan_id, step_id, bucket, runs from read.duration where tenant_id = $1 order by 1, 2, 3", client.TenantId));
        await Invariants.ViewsEqualRebuildAsync(System);
        await client.SignalAsync(open, "CANCEL");
        await client.EndsAsync(open, "CANCELLED");
    });

    [ServersFact]
    public Task What_is_to_be_deleted_must_be_archived_before() => AsTenantAsync(async client =>
    {
        using var platform = ApiClient.Platform(System);
        foreach (var retention in (string[])["""{"archiveAfterDays":null,"deleteAfterDays":10}""", """{"archiveAfterDays":90,"deleteAfterDays":89}""", """{"deleteAfterDays":10}"""])
            await platform.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Patch, $"/v1/tenants/{client.TenantId}", $$"""{"retention":{{retention}} }""");
    });

    [ServersFact]
    public async Task Nothing_but_the_archiving_takes_anything_out_of_the_log()
    {
        foreach (var sql in (string[])["delete from only log.entry", "delete from log.archive", "update log.archive set actor = 'x'", "update log.entry set actor = 'x'", "truncate log.archive"])
            Assert.Equal("DV003", (await Assert.ThrowsAsync<PostgresException>(() => System.ExecuteAsync(sql))).SqlState);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => System.ExecuteAsync("set role dvt_worker; set dvt.archiving = 'on'; delete from log.entry"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        refused = await Assert.ThrowsAsync<PostgresException>(() => System.ExecuteAsync("set role dvt_worker; set dvt.deleting = 'on'; update log.archive set actor = 'x'"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    static bool Is(JsonElement run, string runId) => run.GetProperty("runId").GetString() == runId;

    Task<int> DeleteAsync() => new DeleteHistories(System.Database, NullLogger<DeleteHistories>.Instance).RunAsync(CancellationToken.None);

    async Task RetainAsync(ApiClient client, string days, string delete = "null")
    {
        using var platform = ApiClient.Platform(System);
        var tenant = await platform.ExpectAsync(
            HttpStatusCode.OK, HttpMethod.Patch, $"/v1/tenants/{client.TenantId}", $$"""{"retention":{"archiveAfterDays":{{days}},"deleteAfterDays":{{delete}}} }""");
        Assert.Equal(days, tenant.GetProperty("retention").TryGetProperty("archiveAfterDays", out var told) ? told.GetRawText() : "null");
    }

    Task<int> MoveAsync() => new ArchiveRuns(System.Database, NullLogger<ArchiveRuns>.Instance).RunAsync(CancellationToken.None);

    Task ArchiveAsync(ApiClient client, string runId) => Eventually.HoldsAsync(async () =>
    {
        await MoveAsync();
        return await CountAsync(client, "only log.entry", runId) == 0;
    }, TimeSpan.FromSeconds(30), "the history was not moved");

    static Task<long> CountAsync(ApiClient client, string table, string runId) =>
        client.System.ReadAsync<long>($"select count(*) from {table} where tenant_id = $1 and stream = 'run-' || $2", client.TenantId, runId);

    static async Task<string> ShownAsync(ApiClient client, string runId)
    {
        var parts = new List<string> { (await client.GetAsync($"/v1/runs/{runId}")).GetRawText(), (await client.GetAsync($"/v1/runs/{runId}/timeline")).GetRawText() };
        parts.AddRange((await client.EventsAsync(runId)).Select(e => e.GetRawText()));
        return string.Join('\n', parts);
    }
}
