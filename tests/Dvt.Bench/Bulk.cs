using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dvt.Bench;

/// <summary>As many runs as a bulk job may have, all waiting, and a job that pauses them at the highest rate there is.</summary>
static class Bulk
{
    const string PlanId = "bulk";

    /// <summary>A job may ask for no more.</summary>
    const int PerSecond = 1_000;

    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        await using var on = await Installation.StartAsync(session, "bulk", new Roles(Api: true), stop);
        using var accounts = new ApiAccounts(on.Api);
        var account = await accounts.MakeAsync("bulk", stop);
        var runs = session.Settings.Size(100_000, quick: 200);
        await FillAsync(on, accounts, account, runs, stop);
        using var http = new HttpClient { BaseAddress = new(on.Api.Url), Timeout = TimeSpan.FromMinutes(5) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", account.Token);

        var began = TimeProvider.System.GetTimestamp();
        var chosen = (await SendAsync(http, dryRun: true, stop)).GetProperty("count").GetInt32();
        var choosing = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        var cpu = new CpuSplit(session.Settings, on.Processes);
        began = TimeProvider.System.GetTimestamp();
        await SendAsync(http, dryRun: false, stop);
        var accepting = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        var job = await EndAsync(session, http, stop);
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        if (chosen != runs || job.GetProperty("changed").GetInt32() != runs)
            throw new InvalidOperationException($"{runs} runs wait, {chosen} were chosen: {job}");

        session.Report(new("bulk", "choose", choosing, "s") { Inputs = new { runs, from = "a dry run is asked for, until its answer" } });
        session.Report(new("bulk", "accept", accepting, "s") { Inputs = new { runs, from = "the job is asked for, until the answer" } });
        session.Report(new("bulk", Part: null, runs / seconds, "signals/s")
        {
            Limit = PerSecond,
            Inputs = new { runs, ratePerSecond = PerSecond, seconds = Figure.Round(seconds), from = "the job is asked for, until each signal has been judged", cpuSeconds = cpu.Seconds() },
        });
    }

    static async Task FillAsync(Installation on, ApiAccounts accounts, ApiAccount account, int runs, CancellationToken stop)
    {
        var plan = BenchPlan.Chain(PlanId, "wait", steps: 1, with: new JsonObject { ["duration"] = "P30D" });
        await accounts.PublishAsync(account, plan, stop);
        Session.Say($"bulk: starting {runs} runs that wait");
        await RunLoad.PublishAsync(on.Scratch, RunLoad.Pack(plan, [account.TenantId], runs), RunLoad.InFlight, stop);
        await Scratch.UntilAsync("waiting runs", () => on.Scratch.ScalarAsync<bool>(
            """
            select count(*) = $2
            from read.run
            where tenant_id = $1
              and status = 'RUNNING'
            """, stop, new() { Value = account.TenantId }, new() { Value = (long)runs }), on.Scratch.Settings.Span(seconds: 600, quick: 60), stop, everyMs: 200);
    }

    static async Task<JsonElement> SendAsync(HttpClient http, bool dryRun, CancellationToken stop)
    {
        using var answer = await http.PostAsJsonAsync(
            "/v1/runs/bulk-signals", new { filter = new { planId = PlanId }, type = "PAUSE", reason = "bench", dryRun, ratePerSecond = PerSecond }, stop);
        var text = await answer.Content.ReadAsStringAsync(stop);
        return answer.IsSuccessStatusCode ? JsonElement.Parse(text) : throw new InvalidOperationException($"POST /v1/runs/bulk-signals: {(int)answer.StatusCode} {text}");
    }

    /// <summary>The only job there is, once it has come to its end.</summary>
    static async Task<JsonElement> EndAsync(Session session, HttpClient http, CancellationToken stop)
    {
        JsonElement job = default;
        await Scratch.UntilAsync("the bulk job", async () =>
        {
            var jobs = (await http.GetFromJsonAsync<JsonElement>("/v1/bulk-jobs", stop)).GetProperty("items");
            job = jobs.GetArrayLength() == 1 ? jobs[0] : default;
            return job.ValueKind == JsonValueKind.Object && job.GetProperty("status").GetString() == "COMPLETED";
        }, session.Settings.Span(seconds: 900, quick: 60), stop, everyMs: 100);
        return job;
    }
}
