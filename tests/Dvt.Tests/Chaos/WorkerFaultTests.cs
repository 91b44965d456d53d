using Dvt.Contracts;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Chaos;

public sealed class WorkerFaultTests(ChaosServers servers, ITestOutputHelper output) : ChaosTest(servers, output)
{
    static readonly string[] TwoWorkers = ["sandbox", "workers", "workers"];

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task Runs_survive_workers_that_are_killed_at_random() => KillAtRandomAsync(runs: 400, kills: 5, projectors: true);

    [ServersFact]
    [Trait("Category", "Chaos")]
    public Task Two_thousand_runs_in_flight_survive_ten_kills_of_workers() => KillAtRandomAsync(runs: 2_000, kills: 10, projectors: true);

    Task KillAtRandomAsync(int runs, int kills, bool projectors) => RunAsync(projectors ? [.. TwoWorkers, "readmodels"] : TwoWorkers, async (system, random) =>
    {
        var tenant = await MixedPlansAsync(system);
        var sending = system.Orders.SendAllAsync(MixedRuns(tenant, 0, runs), atOnce: 16);
        for (var i = 0; i < kills; i++)
        {
            await Task.Delay(random.Next(200, 1_500));
            await DvtSystem.ReplaceAsync(system.Workers[random.Next(system.Workers.Count)]);
        }
        await sending;
        await system.Orders.AllCompleteAsync(tenant, runs, Seconds(180));
    });

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task A_second_worker_takes_half_of_the_slots_and_either_takes_all_when_the_other_dies() => RunAsync(["sandbox", "workers"], async (system, random) =>
    {
        var tenant = await MixedPlansAsync(system);
        await OwnsAsync(system, owners: 1, within: 10);
        var load = LoadAsync(system, tenant, out var stop);
        await system.StartAsync("workers");
        await OwnsAsync(system, owners: 2, within: 10);
        var killed = system.Workers[random.Next(2)];
        await killed.KillAsync();
        await OwnsAsync(system, owners: 1, within: 10);
        killed.StartAgain();
        await killed.ReadyAsync();
        await OwnsAsync(system, owners: 2, within: 10);
        await system.Workers.First(w => w != killed).KillAsync();
        await OwnsAsync(system, owners: 1, within: 10);
        await stop.CancelAsync();
        await system.Orders.AllCompleteAsync(tenant, await load, Seconds(90));
    });

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task A_worker_frozen_for_8_s_and_let_go_changes_nothing() => FreezeAsync(Seconds(8));

    [ServersFact]
    [Trait("Category", "Chaos")]
    public Task A_worker_frozen_for_25_s_and_let_go_changes_nothing() => FreezeAsync(Seconds(25));

    Task FreezeAsync(TimeSpan frozenFor) => RunAsync(TwoWorkers, async (system, random) =>
    {
        var tenant = await MixedPlansAsync(system);
        await OwnsAsync(system, owners: 2, within: 15);
        var load = LoadAsync(system, tenant, out var stop);
        await Eventually.HoldsAsync(async () => await system.Orders.CompletedAsync(tenant) > 20, Seconds(20), "no run completed before the freeze");
        var frozen = system.Workers[random.Next(2)];
        var letGo = TimeProvider.System.GetTimestamp();
        var its = (await system.RowsAsync("select slot from log.lease where owner like $1", $"%-{frozen.Pid}-%")).Select(int.Parse).ToHashSet();
        frozen.Freeze();
        try
        {
            var probe = Enumerable.Range(0, 64).Select(i => Orders.Start(tenant, $"probe-{i}", "inline")).ToList();
            await system.Orders.SendAllAsync(probe);
            // The others are held up for 5 s at most; its own slots wait for the broker to notice as well.
            await AllEndAsync(system, tenant, [.. probe.Where(p => !its.Contains(Slot.Of(Domain.Runs, tenant, p.Key))).Select(p => p.Key)], within: 5);
            await AllEndAsync(system, tenant, [.. probe.Select(p => p.Key)], within: 10);
            await Task.Delay(frozenFor - TimeProvider.System.GetElapsedTime(letGo) is { Ticks: > 0 } left ? left : TimeSpan.Zero);
        }
        finally
        {
            frozen.LetGo();
        }
        await OwnsAsync(system, owners: 2, within: 15);
        await stop.CancelAsync();
        await system.Orders.AllCompleteAsync(tenant, await load + 64, Seconds(90));
    });
}
