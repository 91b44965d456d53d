namespace Dvt.Bench;

/// <summary>One run with one map: the time must grow with the items, not with their square, called or done by the engine itself.</summary>
static class Map
{
    /// <summary>How much dearer an item of the largest map may be than one of the smallest.</summary>
    const double Linear = 1.5;

    const int Concurrency = 256;

    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        int[] sizes = session.Settings.Quick ? [300, 600] : [1_000, 3_000, 10_000];
        // Many items share an event where the engine does them itself; each that is called has one for its end.
        await RunAsync(session, "transform", sizes, items => 5 + ((items + 255) / 256), stop);
        await RunAsync(session, "echo", sizes, items => 6 + (2 * items) - Concurrency, stop);
    }

    static async Task RunAsync(Session session, string kind, int[] sizes, Func<int, int> eventsOf, CancellationToken stop)
    {
        var tenant = Guid.CreateVersion7();
        await using var on = await Installation.StartAsync(session, "map", new Roles(), stop);
        double? perItemOfFirst = null;
        foreach (var items in sizes)
        {
            var plan = BenchPlan.Map($"map-{kind}-{items}", kind, items, Concurrency);
            await on.PublishPlanAsync(tenant, plan, stop);
            // The first run compiles the plan and warms the code; the median of the others counts.
            var taken = new List<LoadTaken>();
            for (var round = 0; round < session.Settings.Size(4, quick: 2); round++)
                taken.Add(await RunLoad.MeasureAsync(on, plan, [tenant], runs: 1, stop, eventsOf(items)));
            var seconds = taken.Skip(1).Select(t => t.Seconds).Order().ElementAt((taken.Count - 1) / 2);
            var perItem = seconds * 1e6 / items;
            perItemOfFirst ??= perItem;
            session.Report(new("map", $"{kind}-{items}", perItem, "us/item")
            {
                Yardstick = perItem == perItemOfFirst ? null : perItemOfFirst,
                Wanted = perItem == perItemOfFirst ? null : Target.RatioAtMost(Linear),
                Inputs = new { items, concurrency = Concurrency, kind, seconds = Figure.Round(seconds), firstSeconds = Figure.Round(taken[0].Seconds), cpuSeconds = taken[^1].Cpu },
            });
        }
    }
}
