using Dvt.Contracts;
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
    private protected async Task RunAsync(string[] roles, Func<DvtSystem, Random, Task> fault, Func<IReadOnlyCollection<Guid>>? deadLetters = null, bool tooMuchToFold = false)
    {
        var random = Seeded.Start(Output);
        await using var system = await Servers.MakeAsync();
        try
        {
            await system.StartAsync(roles);
            await fault(system, random);
            if (!tooMuchToFold)
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

    private protected static IEnumerable<Envelope> MixedRuns(Guid tenant, int from, int count) =>
        Enumerable.Range(from, count).Select(i => Orders.Start(tenant, $"run-{i}", Kinds[i % Kinds.Length]));

    /// <summary>So many members hold all slots, each its share, and consume.</summary>
    private protected static Task OwnsAsync(DvtSystem system, int owners, double within) => Eventually.HoldsAsync(
        async () => (await OwnersAsync(system)) is var held && held.Count == owners && held.All(o => o == Slot.PerDomain / owners),
        Seconds(within), async () => $"{owners} owners wanted, slots held: {string.Join(", ", await OwnersAsync(system))}");

    private protected static async Task<List<long>> OwnersAsync(DvtSystem system) => [.. (await system.RowsAsync(
        "select count(*) from log.lease where domain = 'runs' and lease_until > clock_timestamp() group by owner")).Select(long.Parse)];

    /// <summary>Starts runs until it is told to stop; tells how many.</summary>
    private protected static Task<int> LoadAsync(DvtSystem system, Guid tenant, out CancellationTokenSource stop)
    {
        var source = stop = new CancellationTokenSource();
        return Task.Run(async () =>
        {
            var started = 0;
            for (; !source.IsCancellationRequested; started += 10)
            {
                await system.Orders.SendAllAsync(MixedRuns(tenant, started, 10));
                await Dvt.Pipeline.Loop.PauseAsync(TimeSpan.FromMilliseconds(100), source.Token);
            }
            return started;
        });
    }

    private protected static Task AllEndAsync(DvtSystem system, Guid tenant, string[] runs, double within) => Eventually.HoldsAsync(
        async () => await system.ReadAsync<long>("select count(*) from runs.run where tenant_id = $1 and run_id = any ($2) and terminal", tenant, runs) == runs.Length,
        Seconds(within), $"of {runs.Length} runs some did not go on beside the worker in trouble");

    /// <summary>What a process tells of it; NaN as long as it tells nothing.</summary>
    private protected static async Task<double> MetricAsync(DvtProcess process, string name)
    {
        using var http = new HttpClient { BaseAddress = process.Url, Timeout = Seconds(5) };
        var line = (await http.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n').FirstOrDefault(l => l.StartsWith(name + " ", StringComparison.Ordinal));
        return line is null ? double.NaN : double.Parse(line[(name.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
