namespace Dvt.Bench;

/// <summary><c>run3</c> with more and more events in the log already: the rate must not fall.</summary>
static class Growth
{
    const double Flat = 0.85;
    const int Rounds = 3;

    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        var settings = session.Settings;
        int[] sizes = settings.Quick ? [0, 5_000] : [0, 1_000_000, 5_000_000];
        var (plan, tenant) = (BenchPlan.Chain("growth", "noop"), Guid.CreateVersion7());
        await using var on = await Installation.StartAsync(session, "growth", new Roles(), stop);
        await on.PublishPlanAsync(tenant, plan, stop);
        await RunLoad.MeasureAsync(on, plan, [tenant], settings.Size(3_000, quick: 32), stop); // Warm: compiled, connected, prepared.
        var filling = new LogFilling(on, plan, tenant);
        var there = 0;
        double? empty = null;
        foreach (var size in sizes)
        {
            Session.Say($"growth: {size} events");
            if (size > there)
                await filling.AddAsync((size - there) / Yardstick.EventsPerRun, stop);
            there = size;
            await (await LogWatch.StartAsync(on, stop)).VisibleAsync(TimeSpan.FromMinutes(10), stop);
            // A log that has grown over months was vacuumed on the way; the filling's own would be measured otherwise.
            if (size > 0)
                await on.Scratch.ExecuteAsync("vacuum (analyze)", stop);
            var rounds = new List<LoadTaken>();
            for (var round = 0; round < settings.Size(Rounds, quick: 1); round++)
                rounds.Add(await RunLoad.MeasureAsync(on, plan, [tenant], settings.Size(30_000, quick: 160), stop));
            var median = rounds.Median(r => r.Seconds);
            empty ??= median.PerSecond;
            session.Report(new("growth", $"{size}", median.PerSecond, "runs/s")
            {
                Yardstick = size == 0 ? null : empty,
                Wanted = size == 0 ? null : Target.RatioAtLeast(Flat),
                Inputs = new { eventsBefore = size, median.Runs, rounds = rounds.Select(r => Figure.Round(r.PerSecond)), cpuSeconds = median.Cpu },
            });
        }
    }
}
