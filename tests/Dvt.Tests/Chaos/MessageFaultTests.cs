using Dvt.Contracts;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Chaos;

public sealed class MessageFaultTests(ChaosServers servers, ITestOutputHelper output) : ChaosTest(servers, output)
{
    /// <summary>Failures of our own limit, and the try that exceeds it.</summary>
    const int TriesOfPoison = 6;

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task Messages_delivered_three_times_and_reordered_within_100_change_nothing() => RunAsync(["sandbox", "workers", "workers", "readmodels"], async (system, random) =>
    {
        var tenant = await MixedPlansAsync(system);
        var starts = MixedRuns(tenant, 0, 300).ToList();
        var thrice = starts.SelectMany((e, i) => Enumerable.Range(0, 3).Select(_ => (Place: i + random.Next(100), e))).OrderBy(e => e.Place).Select(e => e.e);
        foreach (var some in thrice.Chunk(50))
            await system.Orders.PublishAsync(some);
        await system.Orders.AllCompleteAsync(tenant, runs: 300, Seconds(60));
        // Once more, now that all have ended.
        foreach (var some in starts.Chunk(50))
            await system.Orders.PublishAsync(some);
        await Invariants.QueuesDrainAsync(system);
        Assert.Equal(300, await system.Orders.CompletedAsync(tenant));
    });

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task Plans_and_signals_delivered_three_times_have_one_result_each() => RunAsync(["workers", "readmodels"], async (system, random) =>
    {
        var tenant = await system.Orders.TenantAsync();
        await system.Orders.PublishPlansAsync(tenant, TestPlans.Signals);
        var runs = Enumerable.Range(0, 20).Select(i => $"signals-{i}").ToList();
        await system.Orders.SendAllAsync(runs.Select(run => Orders.Start(tenant, run, "signals")));
        var signals = runs.SelectMany(run => Enumerable.Range(1, 4).Select(n => Orders.External(tenant, run, n))
            .Append(Orders.Signal(tenant, run, SignalTypes.Pause)).Append(Orders.Signal(tenant, run, SignalTypes.Resume))).ToList();
        var last = runs.Select(run => Orders.External(tenant, run, 5)).ToList();
        foreach (var some in signals.Concat(signals.OrderBy(_ => random.Next())).Concat(signals).Chunk(40))
            await system.Orders.PublishAsync(some);
        await system.Orders.PublishAsync(last);
        await system.Orders.PublishPlansAgainAsync();
        await system.Orders.AllCompleteAsync(tenant, runs.Count, Seconds(60));
        // Once more, now that all have ended.
        await system.Orders.PublishAsync(signals);
    });

    [ServersFact]
    [Trait("Category", "Slow")]
    public async Task A_message_that_throws_is_dead_lettered_after_its_tries_and_harms_no_neighbour()
    {
        Guid[] poisons = [];
        await RunAsync(["workers"], async (system, random) =>
        {
            var tenant = await system.Orders.TenantAsync();
            await system.Orders.PublishPlansAsync(tenant, TestPlans.Inline);
            var poison = Poison(tenant, "poisoned", "throw");
            poisons = [poison.Id];
            var all = Enumerable.Range(0, 300).Select(i => Orders.Start(tenant, $"run-{i}", "inline")).ToList();
            all.Insert(random.Next(all.Count), poison);
            // Same key, behind the poison: held back until it is settled.
            var behind = Orders.Start(tenant, "poisoned", "inline");
            await system.Orders.PublishAsync([.. all, behind]);
            await system.Orders.AllCompleteAsync(tenant, runs: 300, Seconds(30));
            await Eventually.HoldsAsync(async () => (await DeadAsync(system)).Count == 2, Seconds(30), "the poison was not dead-lettered");
            Assert.Equal([$"TestPoison open {TriesOfPoison} InvalidOperationException poison", "StartRun waiting 0  "], await DeadAsync(system));
            var discard = Orders.Envelope(tenant, new DiscardDeadLetter(await IdAsync(system, poison.Id), "poisoned", "test"), "poisoned", resource: null);
            await system.Orders.PublishAsync(discard);
            await system.Orders.AllCompleteAsync(tenant, runs: 301, Seconds(30));
        }, () => poisons);
    }

    [ServersFact]
    [Trait("Category", "Slow")]
    public async Task A_message_that_kills_its_process_is_dead_lettered_alone()
    {
        Guid[] poisons = [];
        await RunAsync(["workers"], async (system, random) =>
        {
            var tenant = await system.Orders.TenantAsync();
            await system.Orders.PublishPlansAsync(tenant, TestPlans.Inline);
            using var stop = new CancellationTokenSource();
            var supervisor = system.KeepAliveAsync(stop.Token);
            var poison = Poison(tenant, "poisoned", "exit");
            poisons = [poison.Id];
            // All in the slot of the poison, where they share its batches and its prefetch.
            var slot = Slot.Of(Domain.Runs, tenant, "poisoned");
            var all = Enumerable.Range(0, int.MaxValue).Select(i => $"run-{i}").Where(key => Slot.Of(Domain.Runs, tenant, key) == slot).Take(500)
                .Select(key => Orders.Start(tenant, key, "inline")).ToList();
            all.Insert(random.Next(all.Count), poison);
            await system.Orders.PublishAsync(all);
            await Eventually.HoldsAsync(async () => (await DeadAsync(system)).Count > 0, Seconds(120), "the poison was not dead-lettered");
            await system.Orders.AllCompleteAsync(tenant, runs: 500, Seconds(60));
            Assert.StartsWith("TestPoison open", Assert.Single(await DeadAsync(system)), StringComparison.Ordinal);
            await stop.CancelAsync();
            await supervisor;
        }, () => poisons);
    }

    static Envelope Poison(Guid tenant, string key, string mode) => Orders.Envelope(tenant, new { mode }, key, resource: null, "TestPoison");

    static Task<List<string>> DeadAsync(DvtSystem system) => system.RowsAsync(
        "select type, status, tries, error_code, error_detail from pipeline.dead_letter order by place");

    static async Task<Guid> IdAsync(DvtSystem system, Guid messageId) =>
        await system.ReadAsync<Guid>("select id from pipeline.dead_letter where message_id = $1", messageId);
}
