using System.Net;
using System.Text.Json;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class ApprovalJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    static string Asks(string with, string more = "") => $$"""
        {"planId":"asks","version":"1.0.0","steps":[{"stepId":"ok","kind":"approval","with":{{with}}{{more}}}],"output":"${steps.ok.result.decision}"}
        """;

    [ServersFact]
    public Task Somebody_else_of_the_role_finds_what_waits_and_approves_it_and_who_started_it_may_not() => AsTenantAsync(async client =>
    {
        using var finance = await client.WithRoleAsync("finance");
        using var viewer = await client.WithRoleAsync("viewer");
        await client.PublishAsync(Asks("""{"role":"finance","title":"Pay?","data":{"amount":"5.00"}}"""));
        var runId = await client.StartAsync("asks");
        await OpensAsync(client, runId);
        var listed = Assert.Single(await ListAsync(finance, "mine=true&role=finance"));
        Assert.Equal((runId, "ok", "Pay?", "asks"), (Text(listed, "runId"), Text(listed, "stepId"), Text(listed, "title"), Text(listed, "planId")));
        Assert.Empty(await ListAsync(client, "mine=true"));
        Assert.Empty(await ListAsync(viewer, "mine=true"));
        Assert.Single(await ListAsync(viewer, $"runId={runId}"));

        await RefusedAsync(client, runId, "AUTHZ_DENIED", HttpStatusCode.Forbidden);
        // Another key of the same user is the same person.
        using var again = client.With(await OtherKeyAsync(client));
        await RefusedAsync(again, runId, "AUTHZ_DENIED", HttpStatusCode.Forbidden);
        await RefusedAsync(viewer, runId, "AUTHZ_DENIED", HttpStatusCode.Forbidden);
        await RefusedAsync(finance, runId, "STEP_NOT_FOUND", HttpStatusCode.NotFound, step: "none");

        await DecideAsync(finance, runId, """{"decision":"approve","comment":"fine"}""");
        await DecideAsync(finance, runId, """{"decision":"approved","comment":"fine"}""");
        var run = await client.EndsAsync(runId);
        Assert.Equal("approved", Text(run, "output"));
        var step = Assert.Single(run.GetProperty("steps").EnumerateArray());
        Assert.Equal(("approved", "fine"), (Text(step.GetProperty("approval"), "status"), Text(step.GetProperty("result"), "comment")));
        Assert.Single(TypesOf(await client.EventsAsync(runId)), t => t == "ApprovalGranted");
        var bar = Assert.Single((await client.GetAsync($"/v1/runs/{runId}/timeline")).GetProperty("bars").EnumerateArray());
        Assert.Equal("approved", Text(Assert.Single(bar.GetProperty("approval").GetProperty("marks").EnumerateArray()), "what"));
        await Eventually.HoldsAsync(async () => (await ListAsync(viewer, "")).Count == 0, TimeSpan.FromSeconds(20), "what is decided is still listed");
        await RefusedAsync(viewer, runId, "RUN_TERMINAL", HttpStatusCode.Conflict);
        await FoldsAsync(client, runId);
    });

    [ServersFact]
    public Task Whoever_made_a_schedule_changed_it_or_asked_for_its_runs_may_not_approve_what_they_ask() => AsTenantAsync(async client =>
    {
        using var finance = await client.WithRoleAsync("finance");
        using var changing = await client.WithRoleAsync("tenant-admin");
        using var asking = await client.WithRoleAsync("tenant-admin");
        await client.PublishAsync(Asks("""{"role":"finance"}"""));
        var made = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/schedules", """{"planRef":{"planId":"asks"},"cron":"0 0 0 * * ?","enabled":false}""");
        var schedule = $"/v1/schedules/{Text(made, "scheduleId")}";
        var changed = await changing.ExpectAsync(HttpStatusCode.OK, HttpMethod.Patch, schedule, """{"name":"nightly"}""");
        Assert.Equal(2, changed.GetProperty("startedBy").GetArrayLength());
        var midnight = DateTimeOffset.UtcNow.Date;
        await asking.ExpectAsync(
            HttpStatusCode.OK, HttpMethod.Post, $"{schedule}/backfill", JsonSerializer.Serialize(new { from = midnight.ToString("yyyy-MM-dd'T'00:00:00'Z'"), to = midnight.ToString("yyyy-MM-dd'T'00:00:01'Z'") }));
        var runId = $"{Text(made, "scheduleId")}:{midnight:yyyyMMdd}T000000Z";
        await OpensAsync(client, runId);
        foreach (var person in (ApiClient[])[client, changing, asking])
            await RefusedAsync(person, runId, "AUTHZ_DENIED", HttpStatusCode.Forbidden);
        await DecideAsync(finance, runId, """{"decision":"approve"}""");
        await client.EndsAsync(runId);
    });

    [ServersFact]
    public Task A_denial_fails_the_step_with_what_was_said() => AsTenantAsync(async client =>
    {
        using var finance = await client.WithRoleAsync("finance");
        await client.PublishAsync(Asks("""{"roles":["finance","operator"],"minApprovals":2}"""));
        var runId = await client.StartAsync("asks");
        await OpensAsync(client, runId);
        await DecideAsync(finance, runId, """{"decision":"deny","comment":"too much"}""");
        var run = await client.EndsAsync(runId, "FAILED");
        Assert.Equal("APPROVAL_DENIED", Text(run.GetProperty("error"), "code"));
        Assert.EndsWith(": too much", Text(run.GetProperty("error"), "message"), StringComparison.Ordinal);
        await FoldsAsync(client, runId);
    });

    [ServersFact]
    public Task Nobody_in_time_asks_the_next_level_and_then_lets_the_deadline_decide() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(Asks(
            """{"role":"finance","deadline":"PT3S","escalation":[{"after":"PT1S","role":"operator"},{"after":"PT1S","role":"host"}]}"""));
        var runId = await client.StartAsync("asks");
        var run = await client.EndsAsync(runId, "FAILED");
        Assert.Equal("APPROVAL_TIMEOUT", Text(run.GetProperty("error"), "code"));
        Assert.Equal(
            ["ApprovalRequested", "ApprovalEscalated", "ApprovalEscalated", "ApprovalExpired"],
            TypesOf(await client.EventsAsync(runId)).Where(t => t.StartsWith("Approval", StringComparison.Ordinal)));
        await client.PublishAsync(Asks("""{"role":"finance","deadline":"PT1S","onDeadline":"approve"}""").Replace("1.0.0", "1.1.0", StringComparison.Ordinal));
        Assert.Equal("approved", Text(await client.EndsAsync(await client.StartAsync("asks")), "output"));
    });

    [ServersFact]
    public Task Somebody_of_the_next_level_may_decide_once_it_is_asked() => AsTenantAsync(async client =>
    {
        using var host = await client.WithRoleAsync("host");
        await client.PublishAsync(Asks("""{"role":"finance","escalation":{"after":"PT1S","role":"host"}}"""));
        var runId = await client.StartAsync("asks");
        await Eventually.HoldsAsync(async () => (await ListAsync(host, "mine=true")).Count == 1, TimeSpan.FromSeconds(20), "the next level was not asked");
        await DecideAsync(host, runId, """{"decision":"approve"}""");
        await client.EndsAsync(runId);
    });

    [ServersFact]
    public Task An_answer_to_a_paused_run_is_kept_until_it_resumes() => AsTenantAsync(async client =>
    {
        using var finance = await client.WithRoleAsync("finance");
        await client.PublishAsync(Asks("""{"role":"finance"}"""));
        var runId = await client.StartAsync("asks");
        await OpensAsync(client, runId);
        await client.SignalAsync(runId, "PAUSE");
        await DecideAsync(finance, runId, """{"decision":"approve"}""");
        var paused = await client.GetAsync($"/v1/runs/{runId}");
        Assert.Equal(("PAUSED", "RUNNING"), (Text(paused, "status"), Text(Assert.Single(paused.GetProperty("steps").EnumerateArray()), "status")));
        await RefusedAsync(client, runId, "STEP_TERMINAL", HttpStatusCode.Conflict, """{"decision":"deny"}""");
        await client.SignalAsync(runId, "RESUME");
        await client.EndsAsync(runId);
        await FoldsAsync(client, runId);
    });

    [ServersFact]
    public Task Another_tenant_sees_no_request_and_answers_none() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(Asks("""{"role":"tenant-admin"}"""));
        var runId = await client.StartAsync("asks");
        await OpensAsync(client, runId);
        using var stranger = await ApiClient.TenantAsync(System);
        await RefusedAsync(stranger, runId, "RUN_NOT_FOUND", HttpStatusCode.NotFound);
        Assert.Empty(await ListAsync(stranger, ""));
        await client.SignalAsync(runId, "CANCEL");
        await client.EndsAsync(runId, "CANCELLED");
        Assert.Contains("ApprovalWithdrawn", TypesOf(await client.EventsAsync(runId)));
    });

    [ServersFact]
    public Task An_answer_that_makes_no_sense_changes_nothing() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(Asks("""{"role":"finance"}"""));
        var runId = await client.StartAsync("asks");
        await OpensAsync(client, runId);
        foreach (var body in (string[])["{}", """{"decision":"perhaps"}""", """{"decision":"approve","comment":7}""", """{"decision":"approve","by":"me"}"""])
            await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, $"/v1/runs/{runId}/approvals/ok", body);
        await client.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/v1/approvals?role=pope");
        await client.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/v1/approvals?cursor=x");
        Assert.DoesNotContain("ApprovalGranted", TypesOf(await client.EventsAsync(runId)));
    });

    [ServersFact]
    public Task What_a_step_emits_is_told_once_on_the_stream_and_kept_in_the_log() => AsTenantAsync(async client =>
    {
        await client.PublishAsync("""
            {"planId":"tells","version":"1.0.0","steps":[
              {"stepId":"t","kind":"emit","with":{"type":"com.example.told","subject":"order/7","data":{"n":7} } }],"output":"${steps.t.result.eventId}"}
            """);
        var from = (await client.SendAsync(HttpMethod.Get, "/v1/runs")).Headers.GetValues("Dvt-Position").Single();
        var runId = await client.StartAsync("tells");
        var told = await client.FollowAsync("/v1/stream?topics=events", from, (_, type, _) => type == "EventEmitted");
        var (_, _, shown) = Assert.Single(told);
        var data = shown.GetProperty("data");
        Assert.Equal(("events", runId, "com.example.told", "order/7", 7), (
            Text(shown, "topic"), Text(shown, "resourceId"), Text(data, "type"), Text(data, "subject"), data.GetProperty("data").GetProperty("n").GetInt32()));
        Assert.Equal(Text(await client.EndsAsync(runId), "output"), Text(data, "eventId"));
        Assert.Equal(1, await System.ReadAsync<long>("select count(*) from log.events where tenant_id = $1 and type = 'EventEmitted'", client.TenantId));
    });

    static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    static async Task<List<JsonElement>> ListAsync(ApiClient client, string query) =>
        [.. (await client.GetAsync($"/v1/approvals?{query}")).GetProperty("items").EnumerateArray()];

    static Task OpensAsync(ApiClient client, string runId) => Eventually.HoldsAsync(
        async () => (await ListAsync(client, $"runId={runId}")).Count == 1, TimeSpan.FromSeconds(20), "nothing was asked");

    static Task<JsonElement> DecideAsync(ApiClient client, string runId, string body) =>
        client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{runId}/approvals/ok", body, wait: 30);

    static async Task RefusedAsync(
        ApiClient client, string runId, string code, HttpStatusCode status, string body = """{"decision":"approve"}""", string step = "ok") => Assert.Equal(
        code, Text(await client.ExpectAsync(status, HttpMethod.Post, $"/v1/runs/{runId}/approvals/{step}", body, wait: 30), "code"));

    static async Task<string> OtherKeyAsync(ApiClient client)
    {
        var userId = Text(await client.GetAsync("/v1/me"), "userId");
        return Text(await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/api-keys",
            JsonSerializer.Serialize(new { userId, name = "another", roles = new[] { "tenant-admin" } })), "apiKey")!;
    }

    static async Task FoldsAsync(ApiClient client, string runId) =>
        Assert.True((await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{runId}/verify", wait: 30)).GetProperty("equal").GetBoolean());
}
