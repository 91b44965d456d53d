using System.Net;
using System.Text.Json;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class NestingJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    static string Fan(string planId, string kind, string with, string more) => $$"""
        {"planId":"{{planId}}","version":"1.0.0","steps":[
          {"stepId":"fan","kind":"map","with":{"items":"${input.all}","step":{"kind":"{{kind}}","with":{{with}} }{{more}} } },
          {"stepId":"sum","kind":"transform","with":{"count":"${steps.fan.result.size()}","last":"${steps.fan.result[size(steps.fan.result) - 1]}"} }],
         "output":"${steps.sum.result}"}
        """;

    [ServersFact]
    public Task A_thousand_items_are_carried_out_once_each_although_a_worker_is_killed_in_between() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(Fan("many", "echo", """{"n":"${item}","at":"${index}"}""", ",\"concurrency\":64"));
        var runId = await client.StartAsync("many", new { all = Enumerable.Range(5_000, 1_000) });
        await Eventually.HoldsAsync(async () => await CompletedAsync(client, runId) > 100, Patience, "the map does not get going");
        await DvtSystem.ReplaceAsync(System.Workers[0]);
        var run = await client.EndsAsync(runId, within: 120);
        Assert.Equal(1_000, run.GetProperty("output").GetProperty("count").GetInt32());
        Assert.Equal("""{"at":999,"n":5999}""", run.GetProperty("output").GetProperty("last").GetRawText());
        var completed = await ItemEventsAsync(client, runId, "StepItemsCompleted");
        Assert.Equal(Enumerable.Range(0, 1_000), completed.Select(i => i.GetProperty("index").GetInt32()).Order());
        var page = await client.GetAsync($"/v1/runs/{runId}/steps/fan/items?limit=2&status=COMPLETED");
        Assert.Equal([5_000, 5_001], page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("item").GetInt32()));
        var next = await client.GetAsync($"/v1/runs/{runId}/steps/fan/items?limit=2&status=COMPLETED&cursor={page.GetProperty("nextCursor").GetString()}");
        Assert.Equal(2, next.GetProperty("items")[0].GetProperty("index").GetInt32());
        await FoldsAsync(client, runId);
        await System.Workers[0].ReadyAsync();
    });

    [ServersFact]
    public Task Failed_items_stand_in_the_result_and_a_parked_map_is_mended_by_doing_only_those_again() => AsTenantAsync(async client =>
    {
        var with = $$"""{"url":"${item == 2 ? '{{System.Sandbox}}http/status/404' : '{{System.Sandbox}}http/echo?n=' + string(item)}"}""";
        await client.PublishAsync(Fan("tolerant", "http", with, ",\"onItemError\":\"continue\",\"maxFailures\":1"));
        var tolerated = await client.StartAsync("tolerant", new { all = new[] { 1, 3, 2 } });
        var run = await client.EndsAsync(tolerated);
        Assert.Equal("HTTP_STATUS", run.GetProperty("output").GetProperty("last").GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("""{"total":3,"completed":2,"failed":1,"running":0,"waiting":0}""", run.GetProperty("steps")[0].GetProperty("items").GetRawText());

        await client.PublishAsync($$"""
            {"planId":"mended","version":"1.0.0","steps":[{"stepId":"fan","kind":"map","onError":"park","with":{"items":[0,1,2],"step":{
              "kind":"http","retry":{"maxAttempts":1},"with":{"url":"{{System.Sandbox}}http/flaky/mended?failures=${item == 1 ? 1 : 0}","headers":{"Idempotency-Key":"${run.id}-${index}"} } } } }]}
            """);
        var runId = await client.StartAsync("mended");
        await Eventually.HoldsAsync(async () => (await client.GetAsync($"/v1/runs/{runId}")).TryGetProperty("substatus", out var s) && s.GetString() == "STEP_FAILED", Patience, "the run did not park");
        Assert.Single((await client.GetAsync($"/v1/runs/{runId}/steps/fan/items?status=FAILED")).GetProperty("items").EnumerateArray());
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{runId}/signals", """{"type":"RETRY_STEP","payload":{"stepId":"fan"}}""", wait: 30);
        await client.EndsAsync(runId);
        Assert.Equal(
            ["0 1", "1 1", "1 2", "2 1"],
            (await ItemEventsAsync(client, runId, "StepItemsStarted")).Select(i => $"{i.GetProperty("index")} {i.GetProperty("attempt")}").Order());
        await FoldsAsync(client, runId);
    });

    [ServersFact]
    public Task A_sub_run_gives_its_output_tells_its_failure_and_both_show_where_they_belong() => AsTenantAsync(async client =>
    {
        await client.PublishAsync($$"""
            {"planId":"leaf","version":"1.0.0","inputSchema":{"type":"object","properties":{"n":{"type":"integer"} } },"steps":[
              {"stepId":"call","kind":"http","with":{"url":"${input.n > 1 ? '{{System.Sandbox}}http/status/404' : '{{System.Sandbox}}http/echo'}"} }],
             "output":{"n":"${input.n}"} }
            """);
        await client.PublishAsync("""
            {"planId":"middle","version":"1.0.0","steps":[
              {"stepId":"each","kind":"map","with":{"items":"${input.all}","step":{"kind":"plan","with":{"planId":"leaf","input":{"n":"${item}"}}}}}],
             "output":"${steps.each.result}"}
            """);
        await client.PublishAsync("""
            {"planId":"top","version":"1.0.0","steps":[{"stepId":"below","kind":"plan","with":{"planId":"middle","input":"${input}"}}],"output":"${steps.below.result}"}
            """);
        var runId = await client.StartAsync("top", new { all = new[] { 0, 1 } });
        var run = await client.EndsAsync(runId, within: 60);
        Assert.Equal("""[{"n":0},{"n":1}]""", run.GetProperty("output").GetRawText());
        var middleId = run.GetProperty("steps")[0].GetProperty("subRunId").GetString()!;
        var items = (await client.GetAsync($"/v1/runs/{middleId}/steps/each/items")).GetProperty("items");
        var leaf = (await client.GetAsync($"/v1/runs/{items[1].GetProperty("subRunId").GetString()}")).GetProperty("lineage");
        Assert.Equal((middleId, runId, "each[1]"), (leaf.GetProperty("parentRunId").GetString(), leaf.GetProperty("rootRunId").GetString(), leaf.GetProperty("parentStepId").GetString()));
        await Eventually.HoldsAsync(
            async () => (await client.GetAsync($"/v1/runs?parentRunId={middleId}")).GetProperty("items").GetArrayLength() == 2, Patience, "the list does not show both");

        var failed = await client.EndsAsync(await client.StartAsync("top", new { all = new[] { 0, 5 } }), "FAILED", within: 60);
        Assert.Equal("SUBRUN_FAILED", failed.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("MAP_ITEM_FAILED", failed.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        var refused = await client.EndsAsync(await client.StartAsync("top", new { all = new[] { "a" } }), "FAILED", within: 60);
        Assert.Contains("invalid_input", refused.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        await FoldsAsync(client, runId);
    });

    [ServersFact]
    public Task Pause_resume_and_cancel_reach_the_run_below_the_run_below() => AsTenantAsync(async client =>
    {
        await client.PublishAsync("""{"planId":"waiting","version":"1.0.0","steps":[{"stepId":"ask","kind":"wait","with":{"signal":"go"}}],"output":"${steps.ask.result}"}""");
        await client.PublishAsync("""{"planId":"between","version":"1.0.0","steps":[{"stepId":"sub","kind":"plan","with":{"planId":"waiting"}}],"output":"${steps.sub.result}"}""");
        await client.PublishAsync("""{"planId":"above","version":"1.0.0","steps":[{"stepId":"sub","kind":"plan","with":{"planId":"between"}}],"output":"${steps.sub.result}"}""");
        var (runId, lowest) = await ToTheLowestAsync(client);
        await client.SignalAsync(runId, "PAUSE");
        await BecomesAsync(client, lowest, "PAUSED");
        await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, $"/v1/runs/{lowest}/external-signals", """{"name":"go","payload":{"by":"Luis"}}""");
        await client.SignalAsync(runId, "RESUME");
        var run = await client.EndsAsync(runId, within: 60);
        Assert.Equal("""{"by":"Luis"}""", run.GetProperty("output").GetRawText());

        (runId, lowest) = await ToTheLowestAsync(client);
        await client.SignalAsync(runId, "CANCEL");
        await client.EndsAsync(runId, "CANCELLED");
        await client.EndsAsync(lowest, "CANCELLED", within: 60);

        (runId, lowest) = await ToTheLowestAsync(client);
        await client.SignalAsync(lowest, "CANCEL");
        var told = await client.EndsAsync(runId, "FAILED", within: 60);
        Assert.Contains("SUBRUN_CANCELLED", told.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(0L, await System.ReadAsync<long>("select count(*) from runs.child where tenant_id = $1", client.TenantId));
    });

    static async Task<(string Top, string Lowest)> ToTheLowestAsync(ApiClient client)
    {
        var top = await client.StartAsync("above");
        return (top, await SubRunAsync(client, await SubRunAsync(client, top)));
    }

    static async Task<string> SubRunAsync(ApiClient client, string runId)
    {
        string? found = null;
        await Eventually.HoldsAsync(async () =>
        {
            var (status, run, _) = await client.SendAsync(HttpMethod.Get, $"/v1/runs/{runId}");
            if (status == HttpStatusCode.OK && run.GetProperty("steps").EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } step
                && step.TryGetProperty("subRunId", out var id))
                found = id.GetString();
            return found is not null && (await client.SendAsync(HttpMethod.Get, $"/v1/runs/{found}")).Status == HttpStatusCode.OK;
        }, Patience, $"{runId} has no sub-run");
        return found!;
    }

    static Task BecomesAsync(ApiClient client, string runId, string status) => Eventually.HoldsAsync(
        async () => (await client.GetAsync($"/v1/runs/{runId}")).GetProperty("status").GetString() == status, Patience, $"{runId} did not become {status}");

    static async Task<int> CompletedAsync(ApiClient client, string runId) =>
        (await client.GetAsync($"/v1/runs/{runId}")).GetProperty("steps").EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } step
        && step.TryGetProperty("items", out var items) ? items.GetProperty("completed").GetInt32() : 0;

    static async Task<List<JsonElement>> ItemEventsAsync(ApiClient client, string runId, string type) =>
        [.. (await client.EventsAsync(runId)).Where(e => e.GetProperty("type").GetString() == type).SelectMany(e => e.GetProperty("data").GetProperty("items").EnumerateArray())];

    static async Task FoldsAsync(ApiClient client, string runId) =>
        Assert.True((await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{runId}/verify", wait: 30)).GetProperty("equal").GetBoolean());
}
