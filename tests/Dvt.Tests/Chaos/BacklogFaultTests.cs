using Dvt.Contracts;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Chaos;

public sealed class BacklogFaultTests(ChaosServers servers, ITestOutputHelper output) : ChaosTest(servers, output)
{
    const string One = """{"planId":"one","version":"1.0.0","steps":[{"stepId":"a","kind":"noop"}]}""";

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task A_backlog_of_30_000_is_worked_off_within_bounded_memory() => WorkOffAsync(30_000, megabytes: 500, p99: 500, Seconds(120));

    [ServersFact]
    [Trait("Category", "Chaos")]
    public Task A_backlog_of_1_000_000_is_worked_off_within_bounded_memory_while_publishing_stays_quick() => WorkOffAsync(1_000_000, megabytes: 600, p99: 100, Seconds(1_800));

    /// <param name="p99">Milliseconds of a confirmed publish while the backlog is worked off.</param>
    Task WorkOffAsync(int messages, double megabytes, double p99, TimeSpan within) => RunAsync([], async (system, _) =>
    {
        var tenant = Guid.CreateVersion7();
        var worker = system.Launch("workers");
        await worker.ReadyAsync();
        await system.Orders.PublishPlansAsync(tenant, One);
        await worker.KillAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, messages).Chunk(2_000), new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (some, _) => await system.Orders.PublishAsync([.. some.Select(i => Orders.Start(tenant, $"r-{i}", "one") with { Resource = null })]));
        worker.StartAgain();
        await worker.ReadyAsync();
        var (most, took, sent) = (0.0, new List<double>(), 0);
        for (var began = TimeProvider.System.GetTimestamp(); took.Count < 300 || TimeProvider.System.GetElapsedTime(began) < Seconds(10);)
        {
            var asked = TimeProvider.System.GetTimestamp();
            await system.Orders.SendAsync(Orders.Start(tenant, $"late-{sent++}", "one"));
            took.Add(TimeProvider.System.GetElapsedTime(asked).TotalMilliseconds);
            most = Math.Max(most, worker.Megabytes);
            await Task.Delay(Seconds(0.02));
        }
        await Eventually.HoldsAsync(async () =>
        {
            most = Math.Max(most, worker.Megabytes);
            return await system.ReadAsync<long>("select count(*) from runs.run where tenant_id = $1 and terminal", tenant) == messages + sent;
        }, within, async () => $"{await system.ReadAsync<long>("select count(*) from runs.run where terminal")} runs ended");
        took.Sort();
        var late = took[(int)(took.Count * 0.99)];
        Output.WriteLine($"at most {most:0} MB; {sent} publishes, p99 {late:0.0} ms");
        await Invariants.QueuesDrainAsync(system);
        await Invariants.BacklogDrainsAsync(system);
        Assert.True(most < megabytes, $"the worker took {most:0} MB");
        Assert.True(late < p99, $"p99 of publishing was {late:0} ms");
    }, tooMuchToFold: true);
}
