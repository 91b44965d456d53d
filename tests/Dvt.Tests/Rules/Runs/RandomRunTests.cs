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
    public void Whatever_happens_in_whatever_order_the_history_folds_to_the_live_state_and_the_run_ends() =>
        Play(Setting("DVT_SEEDS") ?? (Setting("DVT_SEED") is null ? 1_000 : 1));

    [Fact]
    [Trait("Category", "Chaos")]
    public void Ten_thousand_seeds_are_played_within_ten_minutes()
    {
        var began = TimeProvider.System.GetTimestamp();
        Play(10_000);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalMinutes, 0, 10);
    }

    void Play(int count)
    {
        var first = Setting("DVT_SEED") ?? Environment.TickCount & 0xFFFFFF;
        output.WriteLine($"seeds {first} to {first + count - 1}");
        var told = new ConcurrentDictionary<string, int>();
        var races = new ConcurrentDictionary<(string Signal, string After), bool>();
        Parallel.For(first, first + count, seed =>
        {
            try
            {
                var run = RandomRun.Of(seed);
                run.Play();
                foreach (var e in run.Events)
                    told.AddOrUpdate(RunEvents.TypeName(e), 1, (_, n) => n + 1);
                foreach (var race in run.Races)
                    races.TryAdd(race, true);
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"DVT_SEED={seed}: {fault.Message}", fault);
            }
        });
        foreach (var (type, n) in told.OrderBy(t => t.Key, StringComparer.Ordinal))
            output.WriteLine($"{n} {type}");
        var met = races.Keys.ToLookup(r => r.Signal, r => r.After);
        foreach (var signal in met.OrderBy(s => s.Key, StringComparer.Ordinal))
            output.WriteLine($"{signal.Key} met {signal.Count()} kinds of events");
        // Otherwise the plans have become too tame to prove anything.
        if (count >= 1_000)
            Assert.Subset(told.Keys.ToHashSet(), Wanted);
        if (count >= 10_000)
            Assert.All(SignalTypes.All, signal => Assert.True(met[signal].Count() >= KindsMet, $"{signal} met {met[signal].Count()} kinds of events"));
    }

    /// <summary>Kinds of events that each of the eleven signals has to come right behind, at the least.</summary>
    const int KindsMet = 10;

    static readonly HashSet<string> Wanted =
    [
        nameof(RunCompleted), nameof(RunContinued), nameof(RunFailed), nameof(RunCancelled), nameof(StepRecovered),
        nameof(RunCompensationStarted), nameof(StepCompensationStarted), nameof(StepCompensated), nameof(StepCompensationFailed),
        nameof(StepCompensationRecovered), nameof(StepCompensationRetryScheduled), nameof(StepCompensationSkipped), nameof(RunAdmitted), nameof(RunBudgetExceeded), nameof(RunBudgetChanged),
        nameof(StepItemsStarted), nameof(StepItemsCompleted), nameof(StepItemsFailed), nameof(StepItemsRecovered),
        nameof(ApprovalRequested), nameof(ApprovalGranted), nameof(ApprovalDenied), nameof(ApprovalEscalated),
        nameof(ApprovalExpired), nameof(ApprovalWithdrawn), nameof(EventEmitted),
        nameof(RunInputChanged), nameof(StepTargetChanged), nameof(RunAlertRaised), nameof(SignalRevisionRequired),
    ];

    static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
