using System.Collections.Concurrent;
using System.Globalization;
using Dvt.Contracts;
using Dvt.Engine.Runs;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Rules.Runs;

/// <summary><c>DVT_SEEDS</c>: how many; <c>DVT_SEED</c>: the first, or the one that failed.</summary>
public sealed class RandomRunTests(ITestOutputHelper output)
{
    [Fact]
    public void Whatever_happens_in_whatever_order_the_history_folds_to_the_live_state_and_the_run_ends()
    {
        var first = Setting("DVT_SEED") ?? Environment.TickCount & 0xFFFFFF;
        var count = Setting("DVT_SEEDS") ?? (Setting("DVT_SEED") is null ? 500 : 1);
        output.WriteLine($"seeds {first} to {first + count - 1}");
        var told = new ConcurrentDictionary<string, int>();
        Parallel.For(first, first + count, seed =>
        {
            try
            {
                var run = RandomRun.Of(seed);
                run.Play();
                foreach (var e in run.Events)
                    told.AddOrUpdate(RunEvents.TypeName(e), 1, (_, n) => n + 1);
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"DVT_SEED={seed}: {fault.Message}", fault);
            }
        });
        foreach (var (type, n) in told.OrderBy(t => t.Key, StringComparer.Ordinal))
            output.WriteLine($"{n} {type}");
        // Otherwise the plans have become too tame to prove anything.
        if (count >= 500)
            Assert.Subset(told.Keys.ToHashSet(), Wanted);
    }

    static readonly HashSet<string> Wanted =
    [
        nameof(RunCompleted), nameof(RunFailed), nameof(RunCancelled), nameof(StepRecovered),
        nameof(RunCompensationStarted), nameof(StepCompensationStarted), nameof(StepCompensated), nameof(StepCompensationFailed),
        nameof(StepCompensationRecovered),
    ];

    static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
