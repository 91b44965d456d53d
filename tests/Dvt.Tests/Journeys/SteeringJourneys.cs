using System.Net;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

/// <summary>Signals that change what a run works with, and those that a second person approves.</summary>
public sealed class SteeringJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    static Task<JsonElement> SendAsync(ApiClient client, string runId, HttpStatusCode expected, string type, string payload = "null", string? id = null) =>
        client.ExpectAsync(expected, HttpMethod.Post, $"/v1/runs/{runId}/signals",
            $$"""{"signalId":"{{id ?? Guid.NewGuid().ToString()}}","type":"{{type}}","reason":"test","payload":{{payload}}}""", wait: 30);

    [ServersFact]
    public Task A_parked_run_is_given_another_target_and_other_params_and_a_result_and_comes_to_its_end() => AsTenantAsync(async client =>
    {
        await client.PublishAsync($$"""
            {"planId":"steered","version":"1.0.0",
             "inputSchema":{"type":"object","properties":{"name":{"type":"string"} },"required":["name"]},
             "steps":[
              {"stepId":"call","kind":"http","onError":"park","with":{"method":"POST","url":"{{System.Sandbox}}http/status/409","body":"${input.name}"} },
              {"stepId":"ask","kind":"wait","with":{"signal":"never"} },
              {"stepId":"end","kind":"transform","with":{"name":"${input.name}","asked":"${steps.ask.result}","sent":"${steps.call.result.body.body}"} }],
             "output":"${steps.end.result}"}
            """);
        var runId = await client.StartAsync("steered", new { name = "Ana" });
        await client.EndsAsync(runId, "PAUSED");
        var refused = await SendAsync(client, runId, HttpStatusCode.UnprocessableEntity, "UPDATE_PARAMS", """{"params":{"name":7}}""");
        Assert.Equal(("SIGNAL_INVALID_PAYLOAD", "/payload/params/name"),
            (refused.GetProperty("code").GetString(), refused.GetProperty("errors")[0].GetProperty("pointer").GetString()));
        await SendAsync(client, runId, HttpStatusCode.OK, "UPDATE_PARAMS", """{"params":{"name":"Eva"}}""");
        await SendAsync(client, runId, HttpStatusCode.OK, "UPDATE_TARGET", $$"""{"stepId":"call","newTarget":"{{System.Sandbox}}http/echo"}""");
        await SendAsync(client, runId, HttpStatusCode.OK, "RETRY_STEP", """{"stepId":"call"}""");
        await Eventually.HoldsAsync(async () => TypesOf(await client.EventsAsync(runId)).Contains("TimerSet"), TimeSpan.FromSeconds(20), "the run did not come to wait");
        var forbidden = await SendAsync(client, runId, HttpStatusCode.Forbidden, "ESCALATE_ALERT", """{"level":"P1"}""");
        Assert.Equal("AUTHZ_DENIED", forbidden.GetProperty("code").GetString());
        await SendAsync(client, runId, HttpStatusCode.OK, "INJECT_OVERRIDE", """{"stepId":"ask","override":{"yes":true}}""");
        var run = await client.EndsAsync(runId);
        Assert.Equal("""{"asked":{"yes":true},"name":"Eva","sent":"Eva"}""", run.GetProperty("output").GetRawText());
        Assert.True(run.GetProperty("steps")[1].GetProperty("overridden").GetBoolean());
        Assert.True((await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{runId}/verify", wait: 30)).GetProperty("equal").GetBoolean());
        var records = (await client.GetAsync($"/v1/runs/{runId}/signals")).GetProperty("items").EnumerateArray()
            .Select(r => $"{r.GetProperty("type").GetString()} {r.GetProperty("decision").GetString()}");
        Assert.Equal(
            ["UPDATE_PARAMS REJECTED", "UPDATE_PARAMS ACCEPTED", "UPDATE_TARGET ACCEPTED", "RETRY_STEP ACCEPTED", "ESCALATE_ALERT REJECTED", "INJECT_OVERRIDE ACCEPTED"],
            records);
        Assert.Equal(0, await System.ReadAsync<long>(
            """
            select count(*)
            from log.events d
            join log.events e on e.tenant_id = d.tenant_id and e.type = 'SignalAccepted' and e.data ->> 'decisionId' = d.data ->> 'policyDecisionId'
            where d.tenant_id = $1 and d.type = 'SignalDecided' and (e.slot, e."offset") < (d.slot, d."offset")
            """, client.TenantId));
    });

    [ServersFact]
    public Task An_alert_that_the_system_raises_is_shown_with_the_run() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Signals);
        var runId = await client.StartAsync("signals");
        await System.Orders.SendAsync(Orders.Envelope(client.TenantId, new SignalRun(
            runId, "alert", SignalTypes.EscalateAlert, Reason: null, JsonElement.Parse("""{"level":"P1","note":"three hours late"}"""), ["system"]), runId, new Resource("run", runId)));
        JsonElement run = default;
        await Eventually.HoldsAsync(async () => (run = await client.GetAsync($"/v1/runs/{runId}")).TryGetProperty("alerts", out _), TimeSpan.FromSeconds(20), "no alert is shown");
        Assert.Equal(("P1", "three hours late"), (run.GetProperty("alerts")[0].GetProperty("level").GetString(), run.GetProperty("alerts")[0].GetProperty("note").GetString()));
        JsonElement records = default;
        await Eventually.HoldsAsync(async () => (records = (await client.GetAsync($"/v1/runs/{runId}/signals")).GetProperty("items")).GetArrayLength() > 0, TimeSpan.FromSeconds(20), "the signal is not listed");
        Assert.Equal("system", records[0].GetProperty("effectiveRole").GetString());
    });

    [ServersFact]
    public Task A_signal_that_needs_a_second_person_is_approved_by_another_person_and_not_by_another_key_of_the_sender() => AsTenantAsync(async client =>
    {
        using var platform = ApiClient.Platform(System);
        var changed = await platform.ExpectAsync(HttpStatusCode.OK, HttpMethod.Patch, $"/v1/tenants/{client.TenantId}",
            """{"signalPolicy":{"secondPerson":["EMERGENCY_STOP"],"expiresAfter":"PT1H"}}""");
        Assert.Equal("EMERGENCY_STOP", changed.GetProperty("signalPolicy").GetProperty("secondPerson")[0].GetString());
        using var other = await client.WithRoleAsync("tenant-admin");
        await client.PublishAsync(TestPlans.Signals);
        var runId = await client.StartAsync("signals");
        // What was known of the tenant before stays in memory for some seconds.
        await Eventually.HoldsAsync(async () =>
        {
            var me = await client.GetAsync($"/v1/runs/{runId}");
            await SendAsync(client, runId, HttpStatusCode.OK, "PAUSE", id: "p");
            return await System.ReadAsync<bool>("select clock_timestamp() > created_at + interval '6 seconds' from identity.app_user where tenant_id = $1 order by created_at desc limit 1", client.TenantId);
        }, TimeSpan.FromSeconds(30), "the clock stands still");
        var held = await SendAsync(client, runId, HttpStatusCode.OK, "EMERGENCY_STOP", id: "stop");
        Assert.Equal(("PAUSED", "stop"), (held.GetProperty("status").GetString(), held.GetProperty("heldSignals")[0].GetProperty("signalId").GetString()));
        var approve = $"/v1/runs/{runId}/signals/stop/approve";
        var own = await client.ExpectAsync(HttpStatusCode.Forbidden, HttpMethod.Post, approve, wait: 30);
        Assert.Equal("AUTHZ_DENIED", own.GetProperty("code").GetString());
        var users = await client.GetAsync("/v1/users");
        var admin = users.GetProperty("items")[0].GetProperty("userId").GetGuid();
        var key = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/api-keys", JsonSerializer.Serialize(new { userId = admin, name = "second" }));
        using var sameUser = client.With(key.GetProperty("apiKey").GetString()!);
        await sameUser.ExpectAsync(HttpStatusCode.Forbidden, HttpMethod.Post, approve, wait: 30);
        await client.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Post, $"/v1/runs/{runId}/signals/other/approve", wait: 30);
        var stopped = await other.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, approve, """{"reason":"seen"}""", wait: 30);
        Assert.Equal("CANCELLED", stopped.GetProperty("status").GetString());
        await other.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, approve, """{"reason":"seen"}""", wait: 30);
        await other.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/v1/runs/{runId}/signals/stop/reject", wait: 30);
        var records = (await client.GetAsync($"/v1/runs/{runId}/signals")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(
            ["ACCEPTED", "REVISION_REQUIRED", "REJECTED AUTHZ_DENIED", "REJECTED AUTHZ_DENIED", "ACCEPTED"],
            records.Select(r => r.TryGetProperty("code", out var code) ? $"{r.GetProperty("decision").GetString()} {code.GetString()}" : r.GetProperty("decision").GetString()));
        Assert.NotEqual(records[1].GetProperty("person").GetString(), records[4].GetProperty("person").GetString());
        Assert.Equal("tenant-admin", records[4].GetProperty("effectiveRole").GetString());
    });
}
