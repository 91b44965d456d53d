namespace Dvt.Bench;

/// <summary>One run whose steps are all parallel, and one that joins them: the time must grow with the steps, not with their square.</summary>
static class Fanout
{
    /// <summary>How much dearer a step of the largest run may be than one of the smallest.</summary>
    const double Linear = 1.5;

    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        int[] sizes = session.Settings.Quick ? [50, 200] : [1_000, 5_000, 25_000 - 1];
        await RunAsync(session, "noop", sizes, stop);
        await RunAsync(session, "echo", session.Settings.Quick ? [50] : [1_000, 5_000, 25_000 - 1], stop);
    }

    static async Task RunAsync(Session session, string kind, int[] sizes, CancellationToken stop)
    {
        var tenant = Guid.CreateVersion7();
        await using var on = await Installation.StartAsync(session, "fanout", new Roles(), stop);
        double? perStepOfFirst = null;
        foreach (var steps in sizes)
        {
            var plan = BenchPlan.Fan($"fan-{kind}-{steps}", kind, steps);
            await on.PublishPlanAsync(tenant, plan, stop);
            // The first run compiles the plan and warms the code; the median of the others counts.
            var taken = new List<LoadTaken>();
            for (var round = 0; round < session.Settings.Size(4, quick: 2); round++)
                taken.Add(await RunLoad.MeasureAsync(on, plan, [tenant], runs: 1, stop, eventsPerRun: 3 + 2 * (steps + 1)));
            var seconds = taken.Skip(1).Select(t => t.Seconds).Order().ElementAt((taken.Count - 1) / 2);
            var perStep = seconds * 1e6 / (steps + 1);
            perStepOfFirst ??= perStep;
            session.Report(new("fanout", $"{kind}-{steps}", perStep, "us/step")
            {
                Yardstick = perStep == perStepOfFirst ? null : perStepOfFirst,
                Wanted = perStep == perStepOfFirst ? null : Target.RatioAtMost(Linear),
                Inputs = new { steps, join = 1, kind, seconds = Figure.Round(seconds), firstSeconds = Figure.Round(taken[0].Seconds), cpuSeconds = taken[^1].Cpu },
            });
        }
    }
}
