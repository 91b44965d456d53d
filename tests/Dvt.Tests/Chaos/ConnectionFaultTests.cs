using Dvt.Contracts;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Chaos;

/// <summary>Processes whose wires to the servers are ours to break.</summary>
public sealed class ConnectionFaultTests(ChaosServers servers, ITestOutputHelper output) : ChaosTest(servers, output)
{
    [ServersFact]
    [Trait("Category", "Slow")]
    public Task Connections_cut_delayed_and_torn_in_mid_frame_lose_nothing() => BreakAsync(rounds: 1, hanging: false);

    [ServersFact]
    [Trait("Category", "Chaos")]
    public Task Connections_cut_delayed_torn_and_left_hanging_again_and_again_lose_nothing() => BreakAsync(rounds: 6, hanging: true);

    Task BreakAsync(int rounds, bool hanging) => RunAsync(["sandbox", "workers"], async (system, random) =>
    {
        await using var wires = new Wires(system);
        await wires.LaunchAsync("workers");
        await wires.LaunchAsync("readmodels");
        var tenant = await MixedPlansAsync(system);
        var load = LoadAsync(system, tenant, out var stop);
        List<Func<TcpProxy, Task>> faults =
        [
            async wire => { wire.Cut(); await Task.Delay(random.Next(500, 1_500)); },
            async wire => { wire.TearAfter(random.Next(1, 20_000)); await Task.Delay(random.Next(500, 1_500)); },
            async wire => { wire.Delay(Seconds(0.2)); await Task.Delay(random.Next(2_000, 4_000)); },
        ];
        if (hanging)
            faults.Add(async wire => { wire.Hang(); await Task.Delay(random.Next(4_000, 12_000)); });
        for (var round = 0; round < rounds; round++)
            foreach (var fault in faults.OrderBy(_ => random.Next()).ToList())
                foreach (var wire in wires.Both.OrderBy(_ => random.Next()).ToList())
                {
                    await fault(wire);
                    wire.Mend();
                }
        await stop.CancelAsync();
        await system.Orders.AllCompleteAsync(tenant, await load, Seconds(90));
    });

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task A_worker_that_loses_the_broker_alone_leaves_its_slots_to_the_others() => LoseAsync(wires => wires.RabbitMq, within: 25);

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task A_worker_that_loses_the_database_alone_leaves_its_slots_to_the_others() => LoseAsync(wires => wires.Postgres, within: 20);

    /// <summary>Half-open: nothing tells the worker, which must notice by itself.</summary>
    Task LoseAsync(Func<Wires, TcpProxy> which, double within) => RunAsync(["sandbox", "workers"], async (system, _) =>
    {
        await using var wires = new Wires(system);
        await wires.LaunchAsync("workers");
        var tenant = await MixedPlansAsync(system);
        await OwnsAsync(system, owners: 2, within: 15);
        await system.Orders.SendAllAsync(MixedRuns(tenant, 0, 40));
        which(wires).Hang();
        var probe = Enumerable.Range(0, 64).Select(i => Orders.Start(tenant, $"probe-{i}", "inline")).ToList();
        await system.Orders.SendAllAsync(probe);
        await AllEndAsync(system, tenant, [.. probe.Select(p => p.Key)], within);
        which(wires).Mend();
        await OwnsAsync(system, owners: 2, within: 45);
        await system.Orders.AllCompleteAsync(tenant, 104, Seconds(60));
    });
}
