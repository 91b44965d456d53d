using Dvt.Contracts;

namespace Dvt.Bench;

/// <summary>How fast the views are made from the log, and how far behind it they are under load.</summary>
static class Projection
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        var (plan, tenant) = (BenchPlan.Chain("projection", "noop"), Guid.CreateVersion7());
        await using var on = await Installation.StartAsync(session, "projection", new Roles(ReadModels: false), stop);
        await on.PublishPlanAsync(tenant, plan, stop);
        await RebuildAsync(session, on, plan, tenant, stop);
        await LagAsync(session, on, plan, tenant, stop);
        await CatchUpAsync(session, on, plan, tenant, stop);
    }

    static async Task RebuildAsync(Session session, Installation on, BenchPlan plan, Guid tenant, CancellationToken stop)
    {
        var runs = session.Settings.Size(1_000_000, quick: 9_000) / Yardstick.EventsPerRun;
        await new LogFilling(on, plan, tenant).AddAsync(runs, stop);
        var events = await on.Scratch.ScalarAsync<long>("select sum(head)::bigint from log.slot", stop);
        var began = TimeProvider.System.GetTimestamp();
        await on.StartReadModelsAsync(stop);
        await (await LogWatch.StartAsync(on, stop)).VisibleAsync(Patience, stop);
        var first = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        session.Report(new("projection", "first-fill", events / first, "events/s") { Inputs = new { events, seconds = Figure.Round(first), from = "the start of the process" } });

        var cpu = new CpuSplit(session.Settings, on.Processes);
        began = TimeProvider.System.GetTimestamp();
        await on.Scratch.ExecuteAsync("insert into read.rebuild_request (name) select name from read.projection", stop);
        await Scratch.UntilAsync("rebuild", () => on.Scratch.ScalarAsync<bool>(
            """
            select not exists (select from read.rebuild_request)
              and not exists (select from read.projection where state <> 'live')
            """, stop), Patience, stop);
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        session.Report(new("projection", Part: null, events / seconds, "events/s")
        {
            Wanted = Target.ValueAtLeast(60_000),
            Inputs = new
            {
                events,
                views = await on.Scratch.ScalarAsync<long>("select count(*) from read.projection", stop),
                seconds = Figure.Round(seconds),
                from = "the request to the swap of all views, indexes included",
                cpuSeconds = cpu.Seconds(),
            },
        });
        var missing = runs - await on.Scratch.ScalarAsync<long>("select count(*) from read.run where status = 'COMPLETED' and run_id like 'copy-%'", stop);
        if (missing != 0)
            throw new InvalidOperationException($"{missing} runs are not in the rebuilt list");
    }

    /// <summary>Age of the oldest event that the views do not have, while runs are started at a steady rate.</summary>
    static async Task LagAsync(Session session, Installation on, BenchPlan plan, Guid tenant, CancellationToken stop)
    {
        var perSecond = session.Settings.Size(2_000, quick: 160);
        var time = session.Settings.Span(seconds: 15, quick: 2);
        var messages = RunLoad.Pack(plan, [tenant], (int)(perSecond * time.TotalSeconds));
        var log = await LogWatch.StartAsync(on, stop);
        var lags = new List<double>();
        var publishing = new List<Task>();
        var began = TimeProvider.System.GetTimestamp();
        for (var n = 0; n < messages.Count; n++)
        {
            while (TimeProvider.System.GetElapsedTime(began) < time * n / messages.Count)
            {
                await Task.Delay(20, stop);
                lags.Add(await on.Scratch.ScalarAsync<double>(
                    "select coalesce(max(extract(epoch from clock_timestamp() - behind_since)), 0)::float8 from read.lag() where tail = 'live'", stop));
            }
            publishing.Add(on.Scratch.PublishAsync(messages[n].Queue, messages[n].Body, stop));
        }
        await Task.WhenAll(publishing);
        var runs = (int)(perSecond * time.TotalSeconds);
        await log.GrownAsync((long)runs * Yardstick.EventsPerRun, Patience, stop);
        await log.VisibleAsync(Patience, stop);
        var achieved = runs / await log.CheckAsync(runs, Yardstick.EventsPerRun, stop);
        session.Report(new("projection", "lag", new Percentiles(lags).Max, "s")
        {
            Wanted = Target.ValueAtMost(1),
            Inputs = new { runsPerSecond = perSecond, achievedRunsPerSecond = Figure.Round(achieved), looks = lags.Count, p50 = Figure.Round(new Percentiles(lags).P50) },
        });
    }

    static async Task CatchUpAsync(Session session, Installation on, BenchPlan plan, Guid tenant, CancellationToken stop)
    {
        var taken = await RunLoad.MeasureAsync(on, plan, [tenant], session.Settings.Size(30_000, quick: 160), stop);
        session.Report(new("projection", "catch-up", taken.VisibleSeconds!.Value - taken.Seconds, "s")
        {
            Wanted = Target.ValueAtMost(10),
            Inputs = new { taken.Runs, runsPerSecond = Figure.Round(taken.PerSecond), from = "the last RunCompleted", cpuSeconds = taken.Cpu },
        });
    }
}
