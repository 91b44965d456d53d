using System.Net;
using System.Text.Json;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class SignalJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    [ServersFact]
    public Task A_pause_lets_the_layer_in_flight_finish_starts_nothing_new_and_keeps_signals_until_it_resumes() => AsTenantAsync(async client =>
    {
        await client.PublishAsync($$"""
            {"planId":"layer","version":"1.0.0","steps":[
              {"stepId":"x","kind":"http","dependsOn":[],"with":{"url":"{{System.Sandbox}}http/delay/1500"} },
              {"stepId":"y","kind":"http","dependsOn":[],"with":{"url":"{{System.Sandbox}}http/delay/1500"} },
              {"stepId":"z","kind":"http","dependsOn":[],"with":{"url":"{{System.Sandbox}}http/delay/1500"} },
              {"stepId":"go","kind":"wait","dependsOn":["x","y","z"],"with":{"signal":"go"} },
              {"stepId":"end","kind":"transform","dependsOn":["go"],"with":"${steps.go.result.n}"}],
             "output":"${steps.end.result}"}
            """);
        var runId = await client.StartAsync("layer");
        await Eventually.HoldsAsync(async () => TypesOf(await client.EventsAsync(runId)).Count(t => t == "StepStarted") == 3, TimeSpan.FromSeconds(20), "the layer did not start");
        await client.SignalAsync(runId, "PAUSE");
        client.Note(await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, $"/v1/runs/{runId}/external-signals", """{"name":"go","payload":{"n":42}}"""));
        var paused = TypesOf(await client.EventsAsync(runId)).ToList();
        Assert.DoesNotContain("StepStarted", paused.Skip(paused.IndexOf("RunPaused")));
        await Eventually.HoldsAsync(async () => TypesOf(await client.EventsAsync(runId)).Count(t => t == "StepCompleted") == 3, TimeSpan.FromSeconds(20), "the layer did not drain");
        var drained = await client.GetAsync($"/v1/runs/{runId}");
        Assert.Equal("PAUSED", drained.GetProperty("status").GetString());
        var before = await client.EventsAsync(runId);
        Assert.DoesNotContain("StepStarted", TypesOf(before).Skip(paused.IndexOf("RunPaused")));
        await client.SignalAsync(runId, "RESUME");
        var run = await client.EndsAsync(runId);
        Assert.Equal(42, run.GetProperty("output").GetInt32());
        var events = await client.EventsAsync(runId);
        Assert.All(events.Where(e => e.GetProperty("type").GetString() == "StepStarted").GroupBy(e => e.GetProperty("stepId").GetString()), step => Assert.Single(step));
        Assert.True((await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{runId}/verify", wait: 30)).GetProperty("equal").GetBoolean());
    });

    [ServersFact]
    public Task External_signals_are_taken_in_the_order_they_were_sent_also_before_anybody_waits() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Signals);
        var runId = await client.StartAsync("signals");
        for (var n = 1; n <= 5; n++)
            client.Note(await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, $"/v1/runs/{runId}/external-signals",
                JsonSerializer.Serialize(new { name = "go", signalId = $"s{n}", payload = new { n } })));
        // The same again changes nothing, the same id with another payload is refused.
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{runId}/external-signals", """{"name":"go","signalId":"s1","payload":{"n":1}}""", wait: 20);
        Assert.Equal("[1,2,3,4,5]", (await client.EndsAsync(runId)).GetProperty("output").GetRawText());
    });

    [ServersFact]
    public Task A_signal_id_names_one_signal_and_an_ended_run_takes_none() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Signals);
        var runId = await client.StartAsync("signals");
        var path = $"/v1/runs/{runId}/signals";
        const string Pause = """{"signalId":"p","type":"PAUSE","reason":"test"}""";
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, path, Pause, wait: 20);
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, path, Pause, wait: 20);
        var duplicate = await client.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, path, """{"signalId":"p","type":"PAUSE","reason":"other"}""", wait: 20);
        Assert.Equal("SIGNAL_DUPLICATE", duplicate.GetProperty("code").GetString());
        Assert.Single(await client.EventsAsync(runId), e => e.GetProperty("type").GetString() == "RunPaused");
        await client.SignalAsync(runId, "CANCEL");
        await client.EndsAsync(runId, "CANCELLED");
        var late = await client.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, path, """{"type":"PAUSE","reason":"late"}""", wait: 20);
        Assert.Equal("RUN_TERMINAL", late.GetProperty("code").GetString());
    });

    [ServersFact]
    public Task An_emergency_stop_ends_at_once_and_the_late_answer_changes_nothing() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Http(System.Sandbox, milliseconds: 1_000));
        var runId = await client.StartAsync("http");
        await Eventually.HoldsAsync(async () => TypesOf(await client.EventsAsync(runId)).Contains("StepStarted"), TimeSpan.FromSeconds(20), "the step did not start");
        await client.SignalAsync(runId, "EMERGENCY_STOP");
        var stopped = await client.EndsAsync(runId, "CANCELLED");
        await Eventually.HoldsAsync(
            async () => await System.ReadAsync<long>("select count(*) from log.events where tenant_id = $1 and type = 'CompletionOrphaned'", client.TenantId) == 1,
            TimeSpan.FromSeconds(20), "the late answer was not kept for the audit");
        Assert.Equal(stopped.GetProperty("snapshotHash").GetString(), (await client.GetAsync($"/v1/runs/{runId}")).GetProperty("snapshotHash").GetString());
        JsonElement[] audit = [];
        await Eventually.HoldsAsync(
            async () => (audit = [.. (await client.GetAsync("/v1/audit?action=CompletionOrphaned")).GetProperty("items").EnumerateArray()]).Length == 1,
            TimeSpan.FromSeconds(20), "the audit does not show the late answer");
        Assert.Equal(("ORPHANED_TASK", runId), (audit[0].GetProperty("code").GetString(), audit[0].GetProperty("resource").GetProperty("id").GetString()));
    });
}
