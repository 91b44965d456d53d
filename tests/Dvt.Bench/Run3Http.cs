namespace Dvt.Bench;

/// <summary><c>run3</c> from authenticated POSTs of many tenants to the rows of their run lists.</summary>
static class Run3Http
{
    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        var yardstick = (await Yardstick.MeasureAsync(session, stop)).PerSecond;
        var plan = BenchPlan.Chain("run3-http", "noop");
        await using var on = await Installation.StartAsync(session, "run3-http", new Roles(Api: true), stop);
        var requests = await RequestsAsync(on, plan, session.Settings.Size(50, quick: 3), stop);
        await MeasureAsync(on, requests, session.Settings.Size(2_000, quick: 30), stop); // Warm: compiled, connected, prepared.
        var runs = session.Settings.Size(20_000, quick: 150);
        var (posted, logged, visible, cpu) = await MeasureAsync(on, requests, runs, stop);
        var inputs = new { runs, tenants = requests.Count, connections = LoadGenerator.Connections, cpuSeconds = cpu };
        session.Report(new("run3-http", Part: null, runs / visible, "runs/s") { Yardstick = yardstick, Inputs = inputs });
        session.Report(new("run3-http", "accepted", posted.PerSecond, "requests/s") { Inputs = new { p50Ms = Figure.Round(posted.Latency.P50), p99Ms = Figure.Round(posted.Latency.P99) } });
        session.Report(new("run3-http", "completed", runs / logged, "runs/s") { Yardstick = yardstick, Inputs = new { until = "the last RunCompleted" } });
    }

    static async Task<List<byte[]>> RequestsAsync(Installation on, BenchPlan plan, int tenants, CancellationToken stop)
    {
        using var accounts = new ApiAccounts(on.Api);
        var requests = new List<byte[]>();
        for (var n = 0; n < tenants; n++)
        {
            var account = await accounts.MakeAsync($"tenant-{n}", stop);
            await accounts.PublishAsync(account, plan, stop);
            requests.Add(ApiAccounts.StartRequest(account.Token, plan));
        }
        return requests;
    }

    static async Task<(LoadResult Posted, double Logged, double Visible, Dictionary<string, double> Cpu)> MeasureAsync(
        Installation on, List<byte[]> requests, int runs, CancellationToken stop)
    {
        var patience = on.Scratch.Settings.Span(seconds: 300, quick: 60);
        var log = await LogWatch.StartAsync(on, stop);
        var cpu = new CpuSplit(on.Scratch.Settings, on.Processes);
        var posted = await LoadGenerator.AllAsync(on.Api.Port, [.. Enumerable.Range(0, runs).Select(n => requests[n % requests.Count])], LoadGenerator.Connections, stop);
        if (posted.Statuses.GetValueOrDefault(202) != runs)
            throw new InvalidOperationException($"not all were accepted: {string.Join(", ", posted.Statuses)}");
        await log.GrownAsync((long)runs * Yardstick.EventsPerRun, patience, stop);
        await log.VisibleAsync(patience, stop);
        var visible = TimeProvider.System.GetElapsedTime(log.Began).TotalSeconds;
        var used = cpu.Seconds();
        return (posted, await log.CheckAsync(runs, Yardstick.EventsPerRun, stop), visible, used);
    }
}
