using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Xunit;

namespace Dvt.Tests.Rules.Runs;

/// <summary>What must hold of one history at every moment.</summary>
sealed class Histories(Plan plan)
{
    readonly HashSet<string> keys = [];
    readonly HashSet<(string, int)> open = [];
    readonly HashSet<(string, int)> closed = [];
    readonly JoinOracle joins = new(plan);
    readonly UndoOracle undos = new(plan);
    int seen;
    bool paused;
    bool ended;
    bool cancelling;

    public void Check(Run live, List<(IEvent Event, DateTimeOffset At)> history, StoredRun stored)
    {
        Assert.Equal(history.Count, live.Seq);
        var folded = Run.Fold(live.RunId, plan, history);
        var kept = new StoredRun();
        kept.Store(folded);
        Assert.Equal(kept.Text, stored.Text);
        var hash = live.SnapshotHash();
        Assert.Equal(folded.SnapshotHash(), hash);
        var read = stored.Read(live.RunId, plan);
        Assert.Equal(StoredRun.HeaderOf(read), StoredRun.HeaderOf(live));
        Assert.Equal(hash, read.SnapshotHash());
        Assert.Equal(folded.NextDue, read.NextDue);
        Assert.Equal(live.HasInlineWork, read.HasInlineWork);
        Assert.Equal(live.Owed().Select(c => c.EffectKey), read.Owed().Select(c => c.EffectKey));
        for (; seen < history.Count; seen++)
            Follow(live.RunId, history[seen].Event);
        Assert.Equal(ended, live.IsTerminal);
        Assert.Equal(paused && !ended, live.Status == RunStatus.Paused);
        if (ended)
            Assert.All(live.Snapshot().Steps, s => Assert.True(s.Status is not ("PENDING" or "RUNNING"), $"{s.StepId} is {s.Status}"));
    }

    void Follow(string runId, IEvent e)
    {
        Assert.True(keys.Add(EventKeys.Of(runId, e, plan.PlanId, plan.Version)), $"two events have one key: {e}");
        if (ended)
            Assert.True(e is SignalAccepted { SignalType: SignalTypes.RetryRun }, $"behind the end: {e}");
        joins.Follow(e);
        undos.Follow(e, paused);
        switch (e)
        {
            case RunPaused:
                paused = true;
                break;
            case RunResumed or RunCompensationStarted:
                paused = false;
                break;
            case RunCancelRequested:
                cancelling = true;
                break;
            case RunCompleted or RunFailed or RunCancelled:
                ended = true;
                Assert.Equal(cancelling, e is RunCancelled);
                break;
            case StepStarted started:
                Assert.False(paused, $"started while paused: {e}");
                Assert.False(cancelling, $"started while being cancelled: {e}");
                Assert.True(open.Add((started.StepId, started.Attempt)), $"started twice: {e}");
                break;
            case StepCompleted { Kept: false } or StepFailed:
                var step = (IStepEvent)e;
                Assert.Contains((step.StepId, step.Attempt), open);
                Assert.True(closed.Add((step.StepId, step.Attempt)), $"closed twice: {e}");
                break;
        }
    }
}
