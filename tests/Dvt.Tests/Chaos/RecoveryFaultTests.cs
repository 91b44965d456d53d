using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Chaos;

public sealed class RecoveryFaultTests(ChaosServers servers, ITestOutputHelper output) : ChaosTest(servers, output)
{
    [ServersFact]
    [Trait("Category", "Slow")]
    public Task What_was_decided_by_the_moment_of_a_backup_goes_on_after_a_restore_beside_an_empty_broker() => RunAsync(["sandbox", "workers", "readmodels"], async (system, random) =>
    {
        var tenant = await MixedPlansAsync(system);
        var file = Path.Combine(Path.GetTempPath(), $"dvt-{Guid.NewGuid():n}.backup");
        try
        {
            var load = LoadAsync(system, tenant, out var stop);
            await Eventually.HoldsAsync(async () => await system.Orders.CompletedAsync(tenant) > 50, Seconds(30), "no run completed");
            await Task.Delay(random.Next(0, 1_000));
            await ChaosServers.BackUpAsync(system, file);
            await stop.CancelAsync();
            Output.WriteLine($"{await load} runs were accepted");
            await system.KillAllAsync();
            await Servers.RestoreAsync(system, file);
        }
        finally
        {
            File.Delete(file);
        }
        var runs = await system.ReadAsync<long>("select count(*) from runs.run where tenant_id = $1", tenant);
        var going = await system.ReadAsync<long>("select count(*) from runs.run where not terminal");
        Output.WriteLine($"{runs} runs are in the backup, {going} of them under way");
        Assert.True(going > 0, "nothing was under way at the moment of the backup");
        // What the broker had and nobody had decided is gone with it: the price that the page on recovery names.
        var decided = (await system.RowsAsync("select command_id from log.events where command_id is not null")).Select(Guid.Parse).ToHashSet();
        system.Orders.Forget(id => !decided.Contains(id));
        await system.StartAllAgainAsync();
        await system.Orders.AllCompleteAsync(tenant, (int)runs, Seconds(90));
    });
}
