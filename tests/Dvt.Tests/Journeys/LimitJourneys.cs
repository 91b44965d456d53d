using System.Net;
using System.Text.Json;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class LimitJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    const string Keyed = """
        {"planId":"keyed","version":"1.0.0","concurrency":{"key":"${input.unit}","limit":1},"steps":[
          {"stepId":"hold","kind":"wait","with":{"signal":"go","timeout":"${input.holds ? 'PT10M' : 'PT0.01S'}"},"onError":"continue"},
          {"stepId":"work","kind":"echo","with":{"n":1}}]}
        """;

    const string Budgeted = """
        {"planId":"budgeted","version":"1.0.0","budget":{"tokens":100,"money":{"amount":"1.00","currency":"USD"}},"steps":[
          {"stepId":"a","kind":"echo","with":{"cost":{"tokens":60,"money":{"amount":"0.25","currency":"USD"}}}},
          {"stepId":"b","kind":"echo","with":{"cost":{"tokens":60}}},
          {"stepId":"c","kind":"noop"}]}
        """;

    [ServersFact]
    public Task Twenty_runs_of_one_key_go_on_one_by_one_by_priority_and_then_as_they_came() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(Keyed);
        var holder = await StartAsync(client, holds: true, priority: 5);
        await StandsAsync(client, holder, "RUNNING", "WAITING_SIGNAL");
        var runs = new List<(string Id, int Priority)>();
        foreach (var n in Enumerable.Range(0, 20))
            runs.Add((await StartAsync(client, holds: false, priority: n % 3 == 0 ? 9 : 4), n % 3 == 0 ? 9 : 4));
        foreach (var (id, _) in runs)
            await StandsAsync(client, id, "PENDING", "WAITING_CONCURRENCY");
        await GoAsync(client, holder);
        foreach (var (id, _) in runs)
            await client.EndsAsync(id, within: 60);
        List<string> wanted = [holder, .. runs.OrderByDescending(r => r.Priority).Select(r => r.Id)];
        Assert.Equal(wanted, await System.RowsAsync(
            "select substr(stream, 5) from log.events where tenant_id = $1 and type = 'RunAdmitted' order by recorded_at", client.TenantId));
        // Each is admitted once the one before has ended.
        Assert.Empty(await System.RowsAsync(
            """
            select stream
            from (
              select stream, min(recorded_at) filter (where type = 'RunAdmitted') as began,
                lag(max(recorded_at) filter (where type = 'RunCompleted')) over (order by min(recorded_at) filter (where type = 'RunAdmitted')) as before
              from log.events
              where tenant_id = $1 and stream like 'run-%'
              group by stream
            ) r
            where began < before
            """, client.TenantId));
        Assert.Empty(await System.RowsAsync("select key from runs.concurrency_key where tenant_id = $1", client.TenantId));
    });

    [ServersFact]
    public Task A_cancelled_run_leaves_the_queue_and_a_worker_that_dies_keeps_the_slot_of_its_run() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(Keyed);
        var holder = await StartAsync(client, holds: true, priority: 5);
        await StandsAsync(client, holder, "RUNNING", "WAITING_SIGNAL");
        var (second, third) = (await StartAsync(client, holds: false, priority: 5), await StartAsync(client, holds: false, priority: 5));
        await StandsAsync(client, third, "PENDING", "WAITING_CONCURRENCY");
        await client.SignalAsync(second, "CANCEL");
        await client.EndsAsync(second, "CANCELLED");
        foreach (var worker in System.Workers.ToList())
            await DvtSystem.ReplaceAsync(worker);
        foreach (var worker in System.Workers)
            await worker.ReadyAsync();
        await StandsAsync(client, third, "PENDING", "WAITING_CONCURRENCY");
        Assert.Equal(["1 1"], await System.RowsAsync("select held, waiting from runs.concurrency_key where tenant_id = $1", client.TenantId));
        await GoAsync(client, holder);
        await client.EndsAsync(third, within: 60);
        Assert.DoesNotContain("RunAdmitted", TypesOf(await client.EventsAsync(second)));
    });

    const string BudgetedMap = """
        {"planId":"budgeted-map","version":"1.0.0","budget":{"tokens":100},"steps":[
          {"stepId":"fan","kind":"map","with":{"items":[1,2,3,4,5,6],"concurrency":1,"step":{"kind":"echo","with":{"cost":{"tokens":30}}}}},
          {"stepId":"sub","kind":"plan","with":{"planId":"budgeted","version":"1.0.0"}}]}
        """;

    [ServersFact]
    public Task A_map_that_has_spent_the_budget_rests_until_it_is_raised_and_a_sub_runs_cost_is_its_parents() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(Budgeted.Replace("\"tokens\":100", "\"tokens\":1000", StringComparison.Ordinal));
        await client.PublishAsync(BudgetedMap);
        var run = await client.StartAsync("budgeted-map");
        await StandsAsync(client, run, "PAUSED", "BUDGET_EXCEEDED");
        Assert.Equal(4, (await client.GetAsync($"/v1/runs/{run}")).GetProperty("steps").EnumerateArray().Single(s => s.GetProperty("stepId").ValueEquals("fan")).GetProperty("items").GetProperty("completed").GetInt32());
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{run}/signals", """{"type":"RESUME","payload":{"budget":{"tokens":10000}}}""", wait: 30);
        var ended = await client.EndsAsync(run);
        Assert.Equal((6 * 30) + 120, ended.GetProperty("cost").GetProperty("tokens").GetInt64());
        Assert.Equal("0.25", ended.GetProperty("cost").GetProperty("money")[0].GetProperty("amount").GetString());
        // What it cost tells what the next one will.
        JsonElement plan = default;
        await Eventually.HoldsAsync(
            async () => (plan = await client.GetAsync("/v1/plans/budgeted-map/versions/1.0.0/prediction")).GetProperty("basedOn").GetInt32() == 1,
            TimeSpan.FromSeconds(20), "the view is behind");
        var cost = plan.GetProperty("cost").GetProperty("p90");
        Assert.InRange(cost.GetProperty("tokens").GetInt64(), 280, 320);
        Assert.Equal("USD", cost.GetProperty("money")[0].GetProperty("currency").GetString());
        var simulated = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/v1/plans/simulate", """{"planRef":{"planId":"budgeted-map"}}""");
        Assert.Equal(plan.GetProperty("cost").GetRawText(), simulated.GetProperty("predicted").GetProperty("cost").GetRawText());
        var next = await client.StartAsync("budgeted-map");
        await StandsAsync(client, next, "PAUSED", "BUDGET_EXCEEDED");
        var under = await client.GetAsync($"/v1/runs/{next}/prediction");
        Assert.InRange(under.GetProperty("predictedCost").GetProperty("p50").GetProperty("tokens").GetInt64(), 280, 320);
        await client.SignalAsync(next, "CANCEL");
    });

    [ServersFact]
    public Task Runs_of_other_keys_do_not_wait() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(Keyed);
        var holder = await StartAsync(client, holds: true, priority: 5);
        await StandsAsync(client, holder, "RUNNING", "WAITING_SIGNAL");
        await client.EndsAsync(await StartAsync(client, holds: false, priority: 5, unit: "u2"));
        await GoAsync(client, holder);
        await client.EndsAsync(holder);
    });

    [ServersFact]
    public Task A_run_that_used_its_budget_up_is_parked_until_the_budget_is_raised() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(Budgeted);
        var runId = await client.StartAsync("budgeted");
        var parked = await client.EndsAsync(runId, "PAUSED");
        Assert.Equal("BUDGET_EXCEEDED", parked.GetProperty("substatus").GetString());
        Assert.Equal(120, parked.GetProperty("cost").GetProperty("tokens").GetInt64());
        Assert.Equal("0.25", parked.GetProperty("cost").GetProperty("money")[0].GetProperty("amount").GetString());
        Assert.Equal(100, parked.GetProperty("budget").GetProperty("tokens").GetInt64());
        var refused = await client.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/v1/runs/{runId}/signals", """{"type":"RESUME"}""", wait: 30);
        Assert.Equal("BUDGET_EXCEEDED", refused.GetProperty("code").GetString());
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{runId}/signals",
            """{"type":"RESUME","reason":"it is worth it","payload":{"budget":{"tokens":200}}}""", wait: 30);
        await client.EndsAsync(runId);
        Assert.Equal(
            ["RunBudgetExceeded", "RunPaused", "RunBudgetChanged", "RunResumed"],
            TypesOf(await client.EventsAsync(runId)).Where(t => t.StartsWith("RunBudget", StringComparison.Ordinal) || t is "RunPaused" or "RunResumed"));
        Assert.True((await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{runId}/verify", wait: 30)).GetProperty("equal").GetBoolean());
    });

    static async Task<string> StartAsync(ApiClient client, bool holds, int priority, string unit = "u1")
    {
        var accepted = await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/runs", JsonSerializer.Serialize(
            new { planRef = new { planId = "keyed" }, input = new { unit, holds }, context = new { priority } }));
        client.Note(accepted);
        return accepted.GetProperty("resource").GetProperty("id").GetString()!;
    }

    static async Task GoAsync(ApiClient client, string runId) => await client.ExpectAsync(
        HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{runId}/external-signals", """{"name":"go"}""", wait: 30);

    static Task StandsAsync(ApiClient client, string runId, string status, string substatus) => Eventually.HoldsAsync(async () =>
    {
        var (code, run, _) = await client.SendAsync(HttpMethod.Get, $"/v1/runs/{runId}");
        return code == HttpStatusCode.OK && run.GetProperty("status").GetString() == status
            && run.TryGetProperty("substatus", out var at) && at.GetString() == substatus;
    }, TimeSpan.FromSeconds(30), $"run {runId} is not {status}/{substatus}");
}
