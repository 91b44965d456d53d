using Dvt.Contracts;

namespace Dvt.Bench;

/// <summary>Start a run, three steps, nine events, a row in the run list: how many a second.</summary>
static class Run3
{
    /// <summary>The median of these; one alone may meet a checkpoint or a neighbour.</summary>
    const int Rounds = 3;

    const int WarmRounds = 2;

    /// <summary>Steps advance in the transaction that starts the run.</summary>
    public static Task RunAsync(Session session, CancellationToken stop) =>
        RunAsync(session, "run3", BenchPlan.Chain("run3", "noop"), runs: 30_000, ratio: 25, stop);

    /// <summary>Every step goes through a worker queue and back.</summary>
    public static Task RunHopAsync(Session session, CancellationToken stop) =>
        RunAsync(session, "run3-hop", BenchPlan.Chain("run3-hop", "echo"), runs: 15_000, ratio: 8, stop);

    /// <summary>Each step is committed before the next begins.</summary>
    public static Task RunDurableAsync(Session session, CancellationToken stop) =>
        RunAsync(session, "run3-durable", BenchPlan.Chain("run3-durable", "noop", checkpoint: true), runs: 30_000, ratio: 16, stop);

    static async Task RunAsync(Session session, string name, BenchPlan plan, int runs, double ratio, CancellationToken stop)
    {
        var limits = await session.LimitsAsync(stop);
        var yardstick = await Yardstick.MeasureAsync(session, stop);
        runs = session.Settings.Size(runs, quick: 320);
        var tenants = new[] { Guid.CreateVersion7() };
        await using var on = await Installation.StartAsync(session, name, new Roles(), stop);
        await on.PublishPlanAsync(tenants[0], plan, stop);
        // Warm: compiled (what is hot comes to its last form in the second round), connected, prepared.
        for (var round = 0; round < session.Settings.Size(WarmRounds, quick: 1); round++)
            await RunLoad.MeasureAsync(on, plan, tenants, runs, stop);
        await Statements.ForgetAsync(on.Scratch, stop);
        var rounds = new List<LoadTaken>();
        for (var round = 0; round < session.Settings.Size(Rounds, quick: 1); round++)
            rounds.Add(await RunLoad.MeasureAsync(on, plan, tenants, runs, stop));
        Session.Say(await Statements.DearestAsync(on.Scratch, stop));
        var median = rounds.Median(r => r.Seconds);
        session.Report(new(name, Part: null, median.PerSecond, "runs/s")
        {
            Yardstick = yardstick.PerSecond,
            Limit = limits.CommitsPerSecond,
            Wanted = Target.RatioAtLeast(ratio),
            Inputs = new
            {
                runs,
                steps = Yardstick.Steps,
                events = Yardstick.EventsPerRun,
                workers = 1,
                rounds = rounds.Select(r => Figure.Round(r.PerSecond)),
                cpuSeconds = median.Cpu,
                cpuMsPerRun = Figure.Round(median.CpuMs),
                cpuRatio = Figure.Round(yardstick.CpuMs / median.CpuMs),
            },
        });
        session.Report(new(name, "visible", median.Runs / median.VisibleSeconds!.Value, "runs/s")
        {
            Yardstick = yardstick.PerSecond,
            Inputs = new { runs, until = "the last row of read.run", behindSeconds = Figure.Round(median.VisibleSeconds!.Value - median.Seconds) },
        });
    }
}
