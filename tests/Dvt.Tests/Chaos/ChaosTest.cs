using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Chaos;

/// <summary>A fault test: a system of its own, chance with a printed seed, the invariants after it, every process ended.</summary>
[Collection(ChaosCollection.Name)]
public abstract class ChaosTest(ChaosServers servers, ITestOutputHelper output)
{
    private protected ChaosServers Servers { get; } = servers;

    private protected ITestOutputHelper Output { get; } = output;

    /// <param name="fault">Returns once everything that was accepted should have come to its end.</param>
    private protected async Task RunAsync(string[] roles, Func<DvtSystem, Random, Task> fault, Func<IReadOnlyCollection<Guid>>? deadLetters = null)
    {
        var random = Seeded.Start(Output);
        await using var system = await Servers.MakeAsync();
        try
        {
            await system.StartAsync(roles);
            await fault(system, random);
            await Invariants.HoldAsync(system, deadLetters?.Invoke() ?? []);
        }
        catch
        {
            system.Tell(Output);
            throw;
        }
    }

    private protected static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>Runs of every kind: inline, through queues, over time, over HTTP.</summary>
    private protected static async Task<Guid> MixedPlansAsync(DvtSystem system)
    {
        var tenant = await system.Orders.TenantAsync(system.Sandbox.Authority);
        await system.Orders.PublishPlansAsync(tenant, TestPlans.Inline, TestPlans.Echo, TestPlans.Waits, TestPlans.Http(system.Sandbox, milliseconds: 30));
        return tenant;
    }

    static readonly string[] Kinds = ["inline", "echo", "waits", "http"];

    private protected static IEnumerable<Dvt.Contracts.Envelope> MixedRuns(Guid tenant, int from, int count) =>
        Enumerable.Range(from, count).Select(i => Orders.Start(tenant, $"run-{i}", Kinds[i % Kinds.Length]));
}
