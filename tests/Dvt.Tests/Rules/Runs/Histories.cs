using Dvt.Contracts;
using Dvt.Engine.Runs;
using Xunit;

namespace Dvt.Tests.Rules.Runs;

/// <summary>What must hold of every history at every moment.</summary>
static class Histories
{
    public static void Check(Run live, List<(IEvent Event, DateTimeOffset At)> history, StoredRun stored)
    {
        Assert.Equal(history.Count, live.Seq);
        var folded = Run.Fold(live.RunId, live.Plan, history);
        var kept = new StoredRun();
        kept.Store(folded);
        Assert.Equal(kept.Text, stored.Text);
        Assert.Equal(folded.SnapshotHash(), live.SnapshotHash());
        var read = stored.Read(live.RunId, live.Plan);
        Assert.Equal(StoredRun.HeaderOf(read), StoredRun.HeaderOf(live));
        Assert.Equal(live.SnapshotHash(), read.SnapshotHash());
        Assert.Equal(folded.NextDue, read.NextDue);
        Assert.Equal(folded.HasInlineWork, read.HasInlineWork);
        CheckInvariants(live, history);
    }

    static void CheckInvariants(Run live, List<(IEvent Event, DateTimeOffset At)> history)
    {
        var keys = new HashSet<string>();
        var paused = false;
        var ended = false;
        var open = new HashSet<(string, int)>();
        foreach (var (e, _) in history)
        {
            Assert.True(keys.Add(EventKeys.Of(live.RunId, e, "p", "1")), $"two events have one key: {e}");
            if (ended)
                Assert.True(e is SignalAccepted { SignalType: SignalTypes.RetryRun }, $"behind the end: {e}");
            switch (e)
            {
                case RunPaused:
                    paused = true;
                    break;
                case RunResumed:
                    paused = false;
                    break;
                case RunCompleted or RunFailed or RunCancelled:
                    ended = true;
                    break;
                case StepStarted started:
                    Assert.False(paused, $"started while paused: {e}");
                    Assert.True(open.Add((started.StepId, started.Attempt)), $"started twice: {e}");
                    break;
                case StepCompleted { Kept: false } completed:
                    Assert.True(open.Remove((completed.StepId, completed.Attempt)), $"not open: {e}");
                    break;
                case StepFailed failed:
                    Assert.True(open.Remove((failed.StepId, failed.Attempt)), $"not open: {e}");
                    break;
            }
        }
        Assert.Equal(ended, live.IsTerminal);
        Assert.Equal(paused && !ended, live.Status == RunStatus.Paused);
        if (ended)
            Assert.All(live.Snapshot().Steps, s => Assert.True(s.Status is not ("PENDING" or "RUNNING"), $"{s.StepId} is {s.Status}"));
    }
}
