using System.Net;
using System.Text.Json;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class CompensationJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    string Saga(string planId, string last) => $$"""
        {"planId":"{{planId}}","version":"1.0.0","onCancel":"compensate","timeout":"PT10M","steps":[
          {"stepId":"hold","kind":"http","with":{"method":"POST","url":"{{System.Sandbox}}http/echo","body":{"code":"H1"} },
           "compensate":{"kind":"http","with":{"method":"DELETE","url":"{{System.Sandbox}}http/echo?undo=${steps.hold.result.status}"} } },
          {"stepId":"charge","kind":"echo","with":{"paid":true},
           "compensate":{"kind":"http","with":{"method":"POST","url":"{{System.Sandbox}}http/echo","body":{"refund":"${steps.charge.result.paid}"} } } },
          {"stepId":"ticket","kind":"transform","with":{"n":1},
           "compensate":{"kind":"http","with":{"url":"{{System.Sandbox}}http/status/503"},"retry":{"maxAttempts":2,"initial":"PT0.2S"} } },
          {{last}}]}
        """;

    [ServersFact]
    public Task A_failed_run_is_undone_in_reverse_order_and_what_could_not_be_undone_is_told() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(Saga("saga", $$"""{"stepId":"confirm","kind":"http","onError":"compensate","with":{"url":"{{System.Sandbox}}http/status/409"} }"""));
        var runId = await client.StartAsync("saga");
        var run = await client.EndsAsync(runId, "FAILED");
        Assert.Equal(("confirm", "HTTP_STATUS"), (run.GetProperty("failedStepId").GetString(), run.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal("not undone: ticket (HTTP_STATUS)", run.GetProperty("compensationError").GetProperty("message").GetString());
        var steps = run.GetProperty("steps").EnumerateArray().ToDictionary(s => s.GetProperty("stepId").GetString()!);
        Assert.Equal(
            ["COMPENSATED", "COMPENSATED", "COMPLETED", "FAILED"],
            ((string[])["hold", "charge", "ticket", "confirm"]).Select(s => steps[s].GetProperty("status").GetString()));
        Assert.Equal(("FAILED", 2), (steps["ticket"].GetProperty("compensation").GetProperty("status").GetString(), steps["ticket"].GetProperty("compensation").GetProperty("attempt").GetInt32()));
        Assert.True(steps["charge"].GetProperty("compensation").GetProperty("result").GetProperty("body").GetProperty("body").GetProperty("refund").GetBoolean());
        Assert.Equal(
            ["ticket FAILED", "ticket WAITED", "ticket FAILED", "charge COMPLETED", "hold COMPLETED"],
            (await client.GetAsync($"/v1/runs/{runId}/timeline")).GetProperty("bars").EnumerateArray()
                .Where(b => b.TryGetProperty("compensation", out var undone) && undone.GetBoolean())
                .Select(b => $"{b.GetProperty("stepId").GetString()} {b.GetProperty("status").GetString()}"));
        await EachWasCalledOnceAsync(client, runId, "charge/compensate:1", "hold/compensate:1", "ticket/compensate:1", "ticket/compensate:2");
        await Eventually.HoldsAsync(async () => (await RowAsync(client, runId)).GetProperty("status").GetString() == "FAILED", TimeSpan.FromSeconds(20), "the list is behind");
        Assert.EndsWith("; not undone: ticket (HTTP_STATUS)", (await RowAsync(client, runId)).GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
        await FoldsAsync(client, runId);
    });

    [ServersFact]
    public Task A_cancelled_run_is_undone_before_it_ends() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(Saga("patient", """{"stepId":"ask","kind":"wait","with":{"signal":"go"} }"""));
        var runId = await client.StartAsync("patient");
        await Eventually.HoldsAsync(async () => TypesOf(await client.EventsAsync(runId)).Contains("TimerSet"), TimeSpan.FromSeconds(20), "the run did not come to wait");
        await client.SignalAsync(runId, "CANCEL");
        var run = await client.EndsAsync(runId, "CANCELLED");
        Assert.False(run.TryGetProperty("error", out _));
        Assert.Equal("COMPENSATION_FAILED", run.GetProperty("compensationError").GetProperty("code").GetString());
        Assert.Equal(
            ["RunCancelRequested ", "RunCompensationStarted ", "StepCancelled ask", "StepCompensationStarted ticket", "StepCompensationFailed ticket",
             "StepCompensationStarted ticket", "StepCompensationFailed ticket", "StepCompensationStarted charge", "StepCompensated charge",
             "StepCompensationStarted hold", "StepCompensated hold", "RunCancelled "],
            (await client.EventsAsync(runId)).Select(e => $"{e.GetProperty("type").GetString()} {(e.TryGetProperty("stepId", out var step) ? step.GetString() : "")}")
                .SkipWhile(e => e != "RunCancelRequested "));
        await FoldsAsync(client, runId);
    });

    [ServersFact]
    public Task A_run_past_the_deadline_of_its_plan_is_undone_and_fails() => AsTenantAsync(async client =>
    {
        await client.PublishAsync("""
            {"planId":"late","version":"1.0.0","timeout":"PT1S","steps":[
              {"stepId":"hold","kind":"echo","with":{"code":"H1"},"compensate":{"kind":"echo","with":{"code":"${steps.hold.result.code}"} } },
              {"stepId":"ask","kind":"wait","with":{"signal":"go"},"onError":"compensate"}]}
            """);
        var runId = await client.StartAsync("late");
        var run = await client.EndsAsync(runId, "FAILED");
        Assert.Equal("RUN_TIMEOUT", run.GetProperty("error").GetProperty("code").GetString());
        Assert.False(run.TryGetProperty("compensationError", out _));
        Assert.Equal(["COMPENSATED", "CANCELLED"], run.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("status").GetString()));
        await FoldsAsync(client, runId);
    });

    async Task EachWasCalledOnceAsync(ApiClient client, string runId, params string[] keys) => Assert.Equal(
        keys.Select(key => $"{runId}:{key}"),
        await System.RowsAsync("select key from pipeline.effect where tenant_id = $1 and key like '%/compensate:%' order by key", client.TenantId));

    static async Task<JsonElement> RowAsync(ApiClient client, string runId) =>
        (await client.GetAsync($"/v1/runs?q={runId}")).GetProperty("items").EnumerateArray().FirstOrDefault(r => r.GetProperty("runId").GetString() == runId);

    static async Task FoldsAsync(ApiClient client, string runId) =>
        Assert.True((await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{runId}/verify", wait: 30)).GetProperty("equal").GetBoolean());
}
