using System.Net;
using System.Text.Json;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class BulkJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Starts so many runs that wait for a signal, and returns once the list shows all of them.</summary>
    static async Task<string> StartAsync(ApiClient client, int count)
    {
        await client.PublishAsync(TestPlans.Signals);
        var body = JsonSerializer.Serialize(new
        {
            planRef = new { planId = "signals" },
            inputs = Enumerable.Range(0, count).Select(n => new { n }),
            context = new { labels = new { wave = "one" } },
        });
        var started = await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/runs/bulk", body, key: "start");
        Assert.Equal(count, started.GetProperty("items").GetArrayLength());
        var jobId = started.GetProperty("bulkJobId").GetString()!;
        var again = await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/runs/bulk", body, key: "start");
        Assert.Equal(started.GetRawText(), again.GetRawText());
        var job = await EndsAsync(client, jobId);
        Assert.Equal((count, count, 0), (job.GetProperty("total").GetInt32(), job.GetProperty("accepted").GetInt32(), job.GetProperty("rejected").GetInt32()));
        await Eventually.HoldsAsync(async () => await CountAsync(client, "RUNNING") == count, Patience, "not all runs are in the list");
        return jobId;
    }

    static async Task<JsonElement> EndsAsync(ApiClient client, string jobId, string status = "COMPLETED")
    {
        JsonElement job = default;
        await Eventually.HoldsAsync(async () =>
        {
            job = await client.GetAsync($"/v1/bulk-jobs/{jobId}");
            return job.GetProperty("status").GetString() == status && (job.GetProperty("kind").GetString() == "start" || job.TryGetProperty("finishedAt", out _))
                && job.GetProperty("decided").GetInt32() == job.GetProperty("sent").GetInt32();
        }, Patience, () => Task.FromResult($"the job is not {status}: {job}"));
        return job;
    }

    static async Task<int> CountAsync(ApiClient client, string status) =>
        (await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/v1/runs/bulk-signals",
            JsonSerializer.Serialize(new { filter = new { planId = "signals", status }, type = "PAUSE", dryRun = true }))).GetProperty("count").GetInt32();

    static async Task<string> SignalAsync(ApiClient client, object body)
    {
        var accepted = await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/runs/bulk-signals", JsonSerializer.Serialize(body));
        client.Note(accepted);
        return accepted.GetProperty("resource").GetProperty("id").GetString()!;
    }

    [ServersFact]
    public Task A_job_is_previewed_then_signals_each_run_once_although_a_worker_is_killed_and_is_undone() => AsTenantAsync(async client =>
    {
        const int Runs = 400;
        await StartAsync(client, Runs);
        var preview = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/v1/runs/bulk-signals",
            """{"filter":{"labels":{"wave":"one"}},"type":"PAUSE","reason":"test","dryRun":true,"ratePerSecond":80}""");
        Assert.Equal((Runs, 0, 5, 20), (preview.GetProperty("count").GetInt32(), preview.GetProperty("wouldRefuse").GetArrayLength(),
            preview.GetProperty("seconds").GetInt32(), preview.GetProperty("sample").GetArrayLength()));
        // One run is paused already: for it the job changes nothing, and its undo must not touch it.
        var paused = preview.GetProperty("sample")[0].GetProperty("runId").GetString()!;
        await client.SignalAsync(paused, "PAUSE");
        var jobId = await SignalAsync(client, new { filter = new { labels = new { wave = "one" } }, type = "PAUSE", reason = "test", ratePerSecond = 80 });
        await Eventually.HoldsAsync(
            async () => await System.ReadAsync<long>("select count(*) from log.events where tenant_id = $1 and type = 'RunPaused'", client.TenantId) > 60, Patience, "no run was paused");
        await Task.WhenAll(System.Workers.Select(DvtSystem.ReplaceAsync));
        var job = await EndsAsync(client, jobId);
        Assert.Equal((Runs, Runs, Runs - 1), (job.GetProperty("sent").GetInt32(), job.GetProperty("accepted").GetInt32(), job.GetProperty("changed").GetInt32()));
        Assert.Equal(Runs, await System.ReadAsync<long>("select count(*) from log.events where tenant_id = $1 and type = 'RunPaused'", client.TenantId));
        Assert.Equal(0, await System.ReadAsync<long>(
            "select count(*) from (select stream from log.events where tenant_id = $1 and type = 'SignalAccepted' group by stream having count(*) > 2) s", client.TenantId));
        var undo = await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, $"/v1/bulk-jobs/{jobId}/undo");
        var undoId = undo.GetProperty("resource").GetProperty("id").GetString()!;
        Assert.Equal(undoId, (await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, $"/v1/bulk-jobs/{jobId}/undo")).GetProperty("resource").GetProperty("id").GetString());
        var undone = await EndsAsync(client, undoId);
        Assert.Equal((Runs - 1, Runs - 1, jobId), (undone.GetProperty("total").GetInt32(), undone.GetProperty("changed").GetInt32(), undone.GetProperty("undoOf").GetString()));
        Assert.Equal(undoId, (await client.GetAsync($"/v1/bulk-jobs/{jobId}")).GetProperty("undoneBy").GetString());
        Assert.Equal("PAUSED", (await client.GetAsync($"/v1/runs/{paused}")).GetProperty("status").GetString());
        await Eventually.HoldsAsync(async () => await CountAsync(client, "PAUSED") == 1, Patience, "more than one run is paused");
        var results = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await client.GetAsync($"/v1/bulk-jobs/{jobId}/results?limit=100&cursor={cursor}");
            results.AddRange(page.GetProperty("items").EnumerateArray().Select(r => r.GetProperty("runId").GetString()!));
            cursor = page.TryGetProperty("nextCursor", out var next) && next.ValueKind == JsonValueKind.String ? next.GetString() : null;
        }
        Assert.Equal(Runs, results.Distinct().Count());
        Assert.Equal([undoId, jobId], (await client.GetAsync("/v1/bulk-jobs")).GetProperty("items").EnumerateArray().Take(2).Select(j => j.GetProperty("bulkJobId").GetString()));
    });

    [ServersFact]
    public Task A_cancelled_job_sends_nothing_more_and_what_a_run_refuses_is_told() => AsTenantAsync(async client =>
    {
        await StartAsync(client, 60);
        var ended = (await client.GetAsync("/v1/runs?planId=signals&limit=1")).GetProperty("items")[0].GetProperty("runId").GetString()!;
        await client.SignalAsync(ended, "CANCEL");
        await Eventually.HoldsAsync(async () => await CountAsync(client, "CANCELLED") == 1, Patience, "the list is behind");
        var preview = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/v1/runs/bulk-signals", """{"filter":{"planId":"signals"},"type":"PAUSE","dryRun":true}""");
        Assert.Equal(("RUN_TERMINAL", 1), (preview.GetProperty("wouldRefuse")[0].GetProperty("code").GetString(), preview.GetProperty("wouldRefuse")[0].GetProperty("count").GetInt32()));
        var all = await EndsAsync(client, await SignalAsync(client, new { filter = new { planId = "signals" }, type = "PAUSE", ratePerSecond = 1000 }));
        Assert.Equal((59, 1), (all.GetProperty("accepted").GetInt32(), all.GetProperty("rejected").GetInt32()));
        var slow = await SignalAsync(client, new { filter = new { planId = "signals", status = "PAUSED" }, type = "RESUME", ratePerSecond = 1 });
        await Eventually.HoldsAsync(async () => (await client.GetAsync($"/v1/bulk-jobs/{slow}")).TryGetProperty("sent", out var sent) && sent.GetInt32() > 0, Patience, "nothing was sent");
        await client.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/v1/bulk-jobs/{slow}/undo");
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/bulk-jobs/{slow}/cancel", wait: 30);
        var stopped = await EndsAsync(client, slow, "CANCELLED");
        Assert.InRange(stopped.GetProperty("sent").GetInt32(), 1, 58);
        await client.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/v1/bulk-jobs/{slow}/cancel", wait: 30);
        await client.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Post, $"/v1/bulk-jobs/{Guid.NewGuid()}/cancel", wait: 30);
    });

    [ServersFact]
    public Task One_word_of_a_second_person_lets_a_whole_job_go_and_none_is_signalled_before() => AsTenantAsync(async client =>
    {
        using (var platform = ApiClient.Platform(System))
            await platform.ExpectAsync(HttpStatusCode.OK, HttpMethod.Patch, $"/v1/tenants/{client.TenantId}", """{"signalPolicy":{"secondPerson":["PAUSE"],"expiresAfter":"PT1H"}}""");
        using var second = await client.WithRoleAsync("operator");
        using var viewer = await client.WithRoleAsync("viewer");
        await StartAsync(client, 30);
        const string Wanted = """{"filter":{"planId":"signals","status":"RUNNING"},"type":"PAUSE","reason":"supplier is down","dryRun":true}""";
        await Eventually.HoldsAsync(
            async () => (await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/v1/runs/bulk-signals", Wanted)).GetProperty("needsSecondPerson").GetBoolean(), Patience, "the policy does not hold");
        var jobId = await SignalAsync(client, new { filter = new { planId = "signals", status = "RUNNING" }, type = "PAUSE", reason = "supplier is down" });
        await HasStatusAsync(client, jobId, "WAITING_APPROVAL");
        await client.ExpectAsync(HttpStatusCode.Forbidden, HttpMethod.Post, $"/v1/bulk-jobs/{jobId}/approve", wait: 30);
        await viewer.ExpectAsync(HttpStatusCode.Forbidden, HttpMethod.Post, $"/v1/bulk-jobs/{jobId}/approve", wait: 30);
        Assert.Equal(0, await System.ReadAsync<long>("select count(*) from log.events where tenant_id = $1 and type = 'RunPaused'", client.TenantId));
        await second.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/bulk-jobs/{jobId}/approve", """{"reason":"seen"}""", wait: 30);
        await second.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/bulk-jobs/{jobId}/approve", """{"reason":"seen"}""", wait: 30);
        var job = await EndsAsync(client, jobId);
        Assert.Equal((30, 0), (job.GetProperty("changed").GetInt32(), job.GetProperty("revisionRequired").GetInt32()));
        Assert.StartsWith("user:", job.GetProperty("approvedBy").GetString(), StringComparison.Ordinal);
        Assert.Equal(30, await System.ReadAsync<long>(
            "select count(*) from log.events where tenant_id = $1 and type = 'SignalAccepted' and data ->> 'approvedBy' = $2", client.TenantId, job.GetProperty("approvedBy").GetString()!));
        await client.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/v1/bulk-jobs/{jobId}/reject", wait: 30);

        // Withdrawn by who asked for it, and one that nobody looks at in time.
        var withdrawn = await SignalAsync(client, new { filter = new { planId = "signals" }, type = "PAUSE" });
        await HasStatusAsync(client, withdrawn, "WAITING_APPROVAL");
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/bulk-jobs/{withdrawn}/reject", wait: 30);
        Assert.Equal("REVISION_REJECTED", (await HasStatusAsync(client, withdrawn, "REJECTED")).GetProperty("code").GetString());
        var forgotten = await SignalAsync(client, new { filter = new { planId = "signals" }, type = "PAUSE" });
        await HasStatusAsync(client, forgotten, "WAITING_APPROVAL");
        await System.ExecuteAsync("update runs.bulk_job set next_at = clock_timestamp() where job_id = $1", forgotten);
        await System.ExecuteAsync("update pipeline.timers set due = clock_timestamp(), fire_at = clock_timestamp() where key = $1", $"bulk-job:{forgotten}");
        Assert.Equal("REVISION_EXPIRED", (await HasStatusAsync(client, forgotten, "REJECTED")).GetProperty("code").GetString());
        await client.ExpectAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/v1/bulk-jobs/{forgotten}/approve", wait: 30);
    });

    static async Task<JsonElement> HasStatusAsync(ApiClient client, string jobId, string status)
    {
        JsonElement job = default;
        await Eventually.HoldsAsync(
            async () => (job = await client.GetAsync($"/v1/bulk-jobs/{jobId}")).GetProperty("status").GetString() == status, Patience, () => Task.FromResult($"the job is not {status}: {job}"));
        return job;
    }

    [ServersFact]
    public Task Faults_of_many_runs_are_told_with_their_places_and_none_is_started() => AsTenantAsync(async client =>
    {
        await client.PublishAsync("""
            {"planId":"picky","version":"1.0.0","inputSchema":{"type":"object","properties":{"n":{"type":"integer"}}},"steps":[{"stepId":"a","kind":"noop"}]}
            """);
        var refused = await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/v1/runs/bulk",
            """{"planRef":{"planId":"picky"},"inputs":[{"n":1},{"n":"x"},{"n":2},{"n":"y"}]}""");
        Assert.Equal(["/inputs/1/n", "/inputs/3/n"], refused.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString()));
        Assert.Equal(0, await System.ReadAsync<long>("select count(*) from log.events where tenant_id = $1 and type = 'RunQueued'", client.TenantId));
        var denied = await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/v1/runs/bulk-signals", """{"filter":{"planId":"picky"},"type":"EMERGENCY_STOP"}""");
        Assert.Equal("AUTHZ_REASON_REQUIRED", denied.GetProperty("code").GetString());
        await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/v1/runs/bulk-signals", """{"filter":{},"type":"PAUSE"}""");
    });
}
