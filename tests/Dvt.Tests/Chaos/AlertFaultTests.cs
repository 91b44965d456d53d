using Dvt.Contracts;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Chaos;

/// <summary>What is broken makes the condition of its alert true, from the numbers that the processes themselves tell.</summary>
public sealed class AlertFaultTests(ChaosServers servers, ITestOutputHelper output) : ChaosTest(servers, output)
{
    static Task FiresAsync(DvtSystem system, Scrape before, string alert, double within = 30) => Eventually.HoldsAsync(
        async () => AlertRules.Fires(alert, before, await Scrape.OfAsync(system)), Seconds(within), $"{alert} does not fire");

    [ServersFact]
    [Trait("Category", "Slow")]
    public async Task What_fails_or_is_used_in_an_emergency_raises_its_alert()
    {
        Guid[] poisons = [];
        await RunAsync(["workers", "readmodels"], async (system, _) =>
        {
            var tenant = await system.Orders.TenantAsync();
            await system.Orders.PublishPlansAsync(tenant, TestPlans.Inline, TestPlans.Signals);
            // Lags are told once they were looked at, every second.
            await Eventually.HoldsAsync(async () => await Scrape.OfAsync(system) is var now && !AlertRules.Fires("DvtProjectionStopped", now, now), Seconds(10), "nobody tells how far the views are");
            var calm = await Scrape.OfAsync(system);
            foreach (var alert in (string[])["DvtDestructiveSignal", "DvtDeadLettersOpen", "DvtDeadLettersGrowing", "DvtProjectionGap", "DvtCommandsParked", "DvtNoWorker", "DvtProjectionStopped"])
                Assert.False(AlertRules.Fires(alert, calm, await Scrape.OfAsync(system)), $"{alert} fires in peace");

            await system.Orders.SendAsync(Orders.Start(tenant, "stopped", "signals"));
            await system.Orders.SendAsync(Orders.Signal(tenant, "stopped", SignalTypes.EmergencyStop));
            await FiresAsync(system, calm, "DvtDestructiveSignal");

            var messages = Enumerable.Range(0, 24).Select(i => Orders.Envelope(tenant, new { mode = "throw" }, $"poisoned-{i}", resource: null, "TestPoison")).ToList();
            poisons = [.. messages.Select(m => m.Id)];
            await system.Orders.PublishAsync(messages);
            await FiresAsync(system, calm, "DvtDeadLettersOpen", within: 60);
            await FiresAsync(system, calm, "DvtDeadLettersGrowing", within: 60);
        }, () => poisons);
    }

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task What_is_gone_or_stands_still_raises_its_alert() => RunAsync(["workers", "readmodels"], async (system, _) =>
    {
        var tenant = await system.Orders.TenantAsync();
        await system.Orders.PublishPlansAsync(tenant, TestPlans.Inline, TestPlans.Waits);
        var calm = await Scrape.OfAsync(system);
        await system.ReadModels.KillAsync();
        await FiresAsync(system, calm, "DvtProjectionStopped");
        system.ReadModels.StartAgain();
        await system.ReadModels.ReadyAsync();

        await system.Workers[0].KillAsync();
        await FiresAsync(system, calm, "DvtNoWorker");
        // One that decides and does nothing else: what is due is late.
        var half = system.Launch("workers", ("Workers__Roles", "runs"));
        await half.ReadyAsync();
        await FiresAsync(system, calm, "DvtSlotsWithoutOwner", within: 3);
        await system.Orders.SendAllAsync(Enumerable.Range(0, 5).Select(i => Orders.Start(tenant, $"waits-{i}", "waits")));
        await FiresAsync(system, calm, "DvtTimersOverdue");

        Servers.RabbitMq.Kill();
        try
        {
            await Servers.RabbitMq.Exited;
            await system.Orders.SendAsync(Orders.Start(tenant, "parked", "inline"));
            await FiresAsync(system, calm, "DvtCommandsParked");
        }
        finally
        {
            await Servers.RabbitMq.RestartAsync();
        }
        system.Workers[0].StartAgain();
        await system.Workers[0].ReadyAsync();
        await system.Orders.AllCompleteAsync(tenant, runs: 6, Seconds(60));
    });
}
