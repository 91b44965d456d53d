namespace Dvt.Bench;

/// <summary>What each process keeps resident when nothing happens and under <c>run3</c>.</summary>
static class Memory
{
    const double IdleMb = 150;
    const double BusyMb = 400;

    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        var (plan, tenant) = (BenchPlan.Chain("memory", "noop"), Guid.CreateVersion7());
        await using var on = await Installation.StartAsync(session, "memory", new Roles(Api: true), stop);
        await on.PublishPlanAsync(tenant, plan, stop);
        await Task.Delay(session.Settings.Span(seconds: 10, quick: 1), stop);
        foreach (var process in on.Processes)
            Report(session, process, "idle", process.Usage.ResidentMb, IdleMb);
        var peaks = on.Processes.ToDictionary(p => p.Name, _ => 0.0);
        using var sampling = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var sampler = SampleAsync(on, peaks, sampling.Token);
        for (var round = 0; round < session.Settings.Size(3, quick: 1); round++)
            await RunLoad.MeasureAsync(on, plan, [tenant], session.Settings.Size(30_000, quick: 160), stop);
        await sampling.CancelAsync();
        await sampler;
        foreach (var process in on.Processes)
            Report(session, process, "run3", peaks[process.Name], BusyMb);
    }

    static async Task SampleAsync(Installation on, Dictionary<string, double> peaks, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var process in on.Processes)
                peaks[process.Name] = Math.Max(peaks[process.Name], process.Usage.ResidentMb);
            await Task.Delay(100, CancellationToken.None);
        }
    }

    static void Report(Session session, RoleProcess process, string load, double mb, double atMost) =>
        session.Report(new("memory", $"{process.Name}-{load}", mb, "MB") { Wanted = Target.ValueAtMost(atMost), Inputs = new { process = process.Name, load } });
}
