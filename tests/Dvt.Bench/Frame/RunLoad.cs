using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Bench;

/// <summary>What one load of runs took.</summary>
/// <param name="Seconds">First publish to the last <c>RunCompleted</c> in the log.</param>
/// <param name="VisibleSeconds">First publish to the last of them in the read model; null without projectors.</param>
/// <param name="Cpu">Processor seconds by role, up to the last <c>RunCompleted</c>.</param>
sealed record LoadTaken(int Runs, double Seconds, double? VisibleSeconds, IReadOnlyDictionary<string, double> Cpu)
{
    public double PerSecond => Runs / Seconds;

    /// <summary>Processor milliseconds per run, all processes together.</summary>
    public double CpuMs => Cpu.Values.Sum() * 1000 / Runs;
}

/// <summary>Starts many runs through the real queues and waits for their ends.</summary>
static class RunLoad
{
    /// <summary>AMQP messages that are not confirmed yet, at the most.</summary>
    public const int InFlight = 64;

    /// <summary>Ready-made messages, each with several starts, as the publisher packs them.</summary>
    public static List<(string Queue, byte[] Body)> Pack(BenchPlan plan, IReadOnlyList<Guid> tenants, int runs)
    {
        var packed = Enumerable.Range(0, runs)
            .Select(n => plan.Start(tenants[n % tenants.Count]))
            .GroupBy(e => Slot.Queue(Slot.Of(Domain.Runs, e.TenantId, e.Key)))
            .SelectMany(queue => Wire.Pack(queue).Select((message, place) => (queue.Key, message.Body, place)))
            .OrderBy(m => m.place)
            .Select(m => (m.Key, m.Body));
        return [.. packed];
    }

    /// <summary>Publishes bodies in order with so many unconfirmed at a time.</summary>
    public static async Task PublishAsync(
        Scratch scratch, IReadOnlyList<(string Queue, byte[] Body)> messages, int inFlight, CancellationToken stop)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            for (var place = Interlocked.Increment(ref next); place < messages.Count; place = Interlocked.Increment(ref next))
                await scratch.PublishAsync(messages[place].Queue, messages[place].Body, stop);
        }, stop)));
    }

    /// <summary>Runs them all and checks every history.</summary>
    public static async Task<LoadTaken> MeasureAsync(
        Installation on, BenchPlan plan, IReadOnlyList<Guid> tenants, int runs, CancellationToken stop, int eventsPerRun = Yardstick.EventsPerRun)
    {
        var patience = on.Scratch.Settings.Span(seconds: 600, quick: 60);
        var messages = Pack(plan, tenants, runs);
        GC.Collect();
        var log = await LogWatch.StartAsync(on, stop);
        var cpu = new CpuSplit(on.Scratch.Settings, on.Processes);
        await PublishAsync(on.Scratch, messages, InFlight, stop);
        await log.GrownAsync((long)runs * eventsPerRun, patience, stop);
        var used = cpu.Seconds();
        var isProjected = on.Processes.Any(p => p.Name == "readmodels");
        if (isProjected)
            await log.VisibleAsync(patience, stop);
        var visible = TimeProvider.System.GetElapsedTime(log.Began).TotalSeconds;
        var seconds = await log.CheckAsync(runs, eventsPerRun, stop);
        return new(runs, seconds, isProjected ? Math.Max(visible, seconds) : null, used);
    }
}
