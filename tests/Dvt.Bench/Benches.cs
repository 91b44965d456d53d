using System.Reflection;

namespace Dvt.Bench;

/// <summary>All benches by name. Figures go to standard output, remarks to standard error.</summary>
static class Benches
{
    static readonly IReadOnlyList<(string Name, Func<Session, CancellationToken, Task> Run)> All =
    [
        ("limits", Limits.RunAsync),
        ("yardstick", Yardstick.RunAsync),
        ("run3", Run3.RunAsync),
        ("run3-hop", Run3.RunHopAsync),
        ("run3-durable", Run3.RunDurableAsync),
        ("run3-http", Run3Http.RunAsync),
        ("run-effects", RunEffects.RunAsync),
        ("fairness", Fairness.RunAsync),
        ("schedules", Schedules.RunAsync),
        ("timers", TimersBench.RunAsync),
        ("sleepers", Sleepers.RunAsync),
        ("fanout", Fanout.RunAsync),
        ("map", Map.RunAsync),
        ("latency", Latency.RunAsync),
        ("commands", Commands.RunAsync),
        ("projection", Projection.RunAsync),
        ("queries", Queries.RunAsync),
        ("reports", Reports.RunAsync),
        ("bookings", Bookings.RunAsync),
        ("growth", Growth.RunAsync),
        ("memory", Memory.RunAsync),
        ("nlu", Nlu.RunAsync),
    ];

    public static IEnumerable<string> Names => All.Select(b => b.Name);

    /// <param name="args">Names of benches, all when none is named; <c>--quick</c> for tiny sizes, <c>--strict</c> to fail on a missed target.</param>
    /// <returns>0; 1 when a bench could not be carried out; 2 when a target was missed under <c>--strict</c>.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["serve", var mode])
            return await Counterparts.ServeAsync(mode);
        using var interrupted = new CancellationTokenSource();
        Console.CancelKeyPress += (_, key) =>
        {
            key.Cancel = true;
            interrupted.Cancel();
        };
        var names = args.Where(a => !a.StartsWith('-')).ToList();
        if (names.Except(All.Select(b => b.Name)).ToList() is [var unknown, ..])
        {
            Console.Error.WriteLine($"there is no bench {unknown}; there are {string.Join(", ", All.Select(b => b.Name))}");
            return 1;
        }
        await using var session = new Session(Settings.Read(quick: args.Contains("--quick")));
        var broken = false;
        foreach (var (name, run) in All.Where(b => names.Count == 0 || names.Contains(b.Name)))
            broken |= !await TryAsync(session, name, run, interrupted.Token);
        return broken ? 1 : session.Missed && args.Contains("--strict") ? 2 : 0;
    }

    static async Task<bool> TryAsync(Session session, string name, Func<Session, CancellationToken, Task> run, CancellationToken stop)
    {
        Session.Say($"{name} …");
        try
        {
            await run(session, stop);
            return true;
        }
        catch (Exception fault) when (!stop.IsCancellationRequested)
        {
            Session.Say($"{name} could not be carried out: {fault}");
            return false;
        }
    }
}
