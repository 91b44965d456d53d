using System.Globalization;
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
        var events = 0;
        Parallel.For(first, first + count, seed =>
        {
            try
            {
                var run = RandomRun.Of(seed);
                run.Play();
                Interlocked.Add(ref events, run.Events);
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"DVT_SEED={seed}: {fault.Message}", fault);
            }
        });
        output.WriteLine($"{events} events");
    }

    static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
