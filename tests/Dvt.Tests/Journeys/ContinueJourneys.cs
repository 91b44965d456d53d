using System.Net;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class ContinueJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    static string Chain(string planId, int links, string step = """{"stepId":"a","kind":"transform","with":{"n":"${input.n}"} }""") => $$"""
        {"planId":"{{planId}}","version":"1.0.0","requiresCapabilities":["workflow.continue.as.new","history.rotation"],"steps":[{{step}}],
         "continueAs":{"input":{"n":"${input.n + 1}"},"when":"${run.link < {{links}}}"} }
        """;

    [ServersFact]
    public Task A_run_goes_on_as_a_chain_that_the_list_shows() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(Chain("three", 3));
        var first = await client.StartAsync("three", new { n = 1 });
        var runs = await ChainAsync(client, first, 3);
        Assert.Equal(first, runs[0].GetProperty("runId").GetString());
        Assert.Equal(["CONTINUE_AS_NEW", "CONTINUE_AS_NEW", null], runs.Select(r => Text(r, "substatus")));
        Assert.Equal([null, Text(runs[0], "runId"), Text(runs[1], "runId")], runs.Select(r => Text(r, "continuedFromRunId")));
        Assert.Equal([Text(runs[1], "runId"), Text(runs[2], "runId"), null], runs.Select(r => Text(r, "continuedAsRunId")));
        Assert.Equal($"run:{Text(runs[1], "runId")}", Text(runs[2], "actor"));
        var last = await client.GetAsync($"/v1/runs/{Text(runs[2], "runId")}");
        Assert.Equal((3, first, 3), (last.GetProperty("input").GetProperty("n").GetInt32(), last.GetProperty("lineage").GetProperty("originRunId").GetString(),
            last.GetProperty("lineage").GetProperty("continued").GetProperty("link").GetInt32()));
        Assert.Equal(Text(runs[1], "runId"), Text(last, "continuedFromRunId"));
    });

    [ServersFact]
    public Task A_chain_of_a_thousand_links_has_each_link_once() => AsTenantAsync(async client =>
    {
        const int Links = 1_000;
        await client.PublishAsync(Chain("long", Links));
        var first = await client.StartAsync("long", new { n = 1 });
        await Eventually.HoldsAsync(async () => await client.System.ReadAsync<long>(
            "select count(*) from log.events where tenant_id = $1 and type = 'RunCompleted'", client.TenantId) == Links, TimeSpan.FromSeconds(120), "the chain did not come to its end");
        Assert.Equal($"{Links} {Links} {Links - 1}", Assert.Single(await client.System.RowsAsync(
            """
            select count(distinct stream) || ' ' || max((data -> 'input' ->> 'n')::int) || ' ' || count(distinct data #>> '{lineage,continued,link}')
            from log.events
            where tenant_id = $1 and type = 'RunQueued'
            """, client.TenantId)));
        Assert.Equal(0, await client.System.ReadAsync<long>("select count(*) from pipeline.timers where tenant_id = $1", client.TenantId));
        Assert.NotNull(Text((await client.GetAsync($"/v1/runs/{first}")), "continuedAsRunId"));
    });

    [ServersFact]
    public Task Signals_that_nobody_read_or_that_come_late_reach_the_link_that_waits_for_them() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(Chain("listening", 3, """{"stepId":"a","kind":"wait","with":{"signal":"go"} }"""));
        var first = await client.StartAsync("listening", new { n = 1 });
        foreach (var id in (string[])["x1", "x2"])
            await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{first}/external-signals", $$"""{"name":"go","payload":"{{id}}","signalId":"{{id}}"}""", wait: 30);
        // Told to the first run, which has ended by now: its chain's third link takes it.
        var late = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{first}/external-signals", """{"name":"go","payload":"x3","signalId":"x3"}""", wait: 30);
        var runs = await ChainAsync(client, first, 3);
        var results = new List<string?>();
        foreach (var run in runs)
            results.Add((await client.EndsAsync(Text(run, "runId")!)).GetProperty("steps")[0].GetProperty("result").GetString());
        Assert.Equal(["x1", "x2", "x3"], results);
        Assert.Equal(JsonValueKind.Object, late.ValueKind);
    });

    [ServersFact]
    public Task A_chain_is_cancelled_by_whichever_of_its_runs_is_told() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(Chain("endless", 1_000_000, """{"stepId":"a","kind":"wait","with":{"signal":"go"} }"""));
        var first = await client.StartAsync("endless", new { n = 1 });
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{first}/external-signals", """{"name":"go","payload":1}""", wait: 30);
        await client.EndsAsync(first);
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{first}/signals", """{"type":"CANCEL","reason":"enough"}""", wait: 30);
        var runs = await ChainAsync(client, first, 2);
        await client.EndsAsync(Text(runs[1], "runId")!, "CANCELLED");
    });

    static string KeyedChain(string key, int links) => $$"""
        {"planId":"keyed-chain","version":"1.0.0","concurrency":{"key":"{{key}}","limit":1},"steps":[
          {"stepId":"a","kind":"wait","with":{"signal":"go","timeout":"${input.waits ? 'PT10M' : 'PT0.01S'}"},"onError":"continue"}],
         "continueAs":{"input":{"unit":"${input.unit}","n":"${input.n + 1}","waits":false,"chains":true},"when":"${input.chains && input.n < {{links}}}"} }
        """;

    /// <summary>The order in which runs of the tenant were admitted: <c>chain 1</c>, <c>waiter</c>.</summary>
    static Task<List<string>> AdmittedAsync(ApiClient client) => client.System.RowsAsync(
        """
        select case when q.data #>> '{input,chains}' = 'true' then 'chain ' || (q.data #>> '{input,n}') else 'waiter' end
        from log.events a
        join log.events q on q.tenant_id = a.tenant_id and q.stream = a.stream and q.type = 'RunQueued'
        where a.tenant_id = $1 and a.type = 'RunAdmitted'
        order by a.recorded_at
        """, client.TenantId);

    [ServersTheory]
    [InlineData("${input.unit}", true)]
    [InlineData("${input.unit}-${input.chains ? input.n % 2 : 1}", false)]
    public Task A_chain_keeps_its_slot_before_runs_that_wait_as_long_as_its_key_stays(string key, bool stays) => AsTenantAsync(async client =>
    {
        await client.PublishAsync(KeyedChain(key, 4));
        var chain = await client.StartAsync("keyed-chain", new { unit = "u1", n = 1, waits = true, chains = true });
        await StandsAsync(client, chain, "WAITING_SIGNAL");
        var waiter = await client.StartAsync("keyed-chain", new { unit = "u1", n = 1, waits = false, chains = false });
        await StandsAsync(client, waiter, "WAITING_CONCURRENCY");
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{chain}/external-signals", """{"name":"go"}""", wait: 30);
        await client.EndsAsync(waiter, within: 60);
        await Eventually.HoldsAsync(async () => (await AdmittedAsync(client)).Count == 5, TimeSpan.FromSeconds(60), "the chain did not come to its end");
        var admitted = await AdmittedAsync(client);
        Assert.Equal(["chain 1", "chain 2", "chain 3", "chain 4"], admitted.Where(a => a != "waiter"));
        Assert.True(stays ? admitted[^1] == "waiter" : admitted.IndexOf("waiter") < admitted.IndexOf("chain 3"), string.Join(", ", admitted));
        await Eventually.HoldsAsync(
            async () => await client.System.ReadAsync<long>("select count(*) from runs.concurrency_key where tenant_id = $1", client.TenantId) == 0,
            TimeSpan.FromSeconds(10), "a slot is held by nobody");
    });

    [ServersFact]
    public Task A_slot_handed_to_a_run_that_cannot_start_goes_to_who_waits() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(KeyedChain("${input.unit}", 4));
        var chain = await client.StartAsync("keyed-chain", new { unit = "u1", n = 1, waits = true, chains = true });
        await StandsAsync(client, chain, "WAITING_SIGNAL");
        // Somebody's run bears the name that the next link would have.
        await client.PublishAsync("""{"planId":"other","version":"1.0.0","steps":[{"stepId":"a","kind":"noop"}]}""");
        var heir = NamedId.Of("continue-run", chain).ToString();
        await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/runs", $$"""{"runId":"{{heir}}","planRef":{"planId":"other"} }""", wait: 30);
        var waiter = await client.StartAsync("keyed-chain", new { unit = "u1", n = 1, waits = false, chains = false });
        await StandsAsync(client, waiter, "WAITING_CONCURRENCY");
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{chain}/external-signals", """{"name":"go"}""", wait: 30);
        await client.EndsAsync(waiter, within: 60);
        Assert.Equal(["chain 1", "waiter"], await AdmittedAsync(client));
        Assert.Equal(0, await client.System.ReadAsync<long>("select count(*) from runs.concurrency_run where tenant_id = $1", client.TenantId));
    });

    static Task StandsAsync(ApiClient client, string runId, string substatus) => Eventually.HoldsAsync(async () =>
    {
        var (code, run, _) = await client.SendAsync(HttpMethod.Get, $"/v1/runs/{runId}");
        return code == HttpStatusCode.OK && Text(run, "substatus") == substatus;
    }, TimeSpan.FromSeconds(30), $"run {runId} is not {substatus}");

    static async Task<List<JsonElement>> ChainAsync(ApiClient client, string first, int links)
    {
        List<JsonElement> runs = [];
        await Eventually.HoldsAsync(async () =>
        {
            runs = [.. (await client.GetAsync($"/v1/runs?q={first}&sort=queuedAt")).GetProperty("items").EnumerateArray()];
            return runs.Count == links && (Text(runs[^1], "continuedAsRunId") is null);
        }, TimeSpan.FromSeconds(60), "the list does not show the chain");
        return runs;
    }

    static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
}
