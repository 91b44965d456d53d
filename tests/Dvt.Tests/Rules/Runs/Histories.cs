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
    readonly ApprovalOracle approvals = new(plan);
    readonly BudgetOracle budgets = new(plan);
    readonly HashSet<(string, int)> failed = [];
    readonly HashSet<string> done = [];
    readonly HashSet<string> judged = [];
    readonly HashSet<string> held = [];
    int seen;
    bool paused;
    bool ended;
    bool cancelling;
    bool goesOn;
    bool stopped;

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
        Assert.Equal(live.OwedTells().Select(ContractsJson.Element).Select(t => t.GetRawText()), read.OwedTells().Select(ContractsJson.Element).Select(t => t.GetRawText()));
        Assert.All(live.Snapshot().Steps, s => Assert.True(s.Items is null || s.Items == CountsOf(live, s.StepId), $"{s.StepId} is counted wrongly"));
        Assert.Equal(live.Owed().Select(c => c.EffectKey), read.Owed().Select(c => c.EffectKey));
        for (; seen < history.Count; seen++)
            Follow(live.RunId, history[seen].Event);
        Assert.Equal(ended, live.IsTerminal);
        Assert.Equal(paused && !ended, live.Status == RunStatus.Paused);
        if (ended)
            Assert.All(live.Snapshot().Steps, s => Assert.True(s.Status is not ("PENDING" or "RUNNING"), $"{s.StepId} is {s.Status}"));
    }

    static ItemCounts CountsOf(Run live, string stepId)
    {
        var items = live.Items(stepId, status: null, from: 0, int.MaxValue)!;
        int Count(params string[] statuses) => items.Count(i => statuses.Contains(i.Status));
        return new ItemCounts(items.Count, Count("COMPLETED"), Count("FAILED"), Count("RUNNING"), Count("PENDING", "CANCELLED"));
    }

    void FollowItems(IEvent e)
    {
        IEnumerable<(int Index, int Attempt)> items = e switch
        {
            StepItemsStarted started => started.Items.Select(i => (i.Index, i.Attempt)),
            StepItemsCompleted completed => completed.Items.Select(i => (i.Index, i.Attempt)),
            StepItemsFailed failed => failed.Items.Select(i => (i.Index, i.Attempt)),
            _ => [],
        };
        var stepId = ((IStepEvent)e).StepId;
        Assert.True(plan.TryStep(stepId, out var step));
        foreach (var (index, attempt) in items)
        {
            var item = (PlanNames.ItemOf(stepId, index), attempt);
            if (e is StepItemsStarted)
            {
                Assert.False(paused || cancelling, $"an item started while it must not: {item} {e}");
                Assert.True(open.Add(item), $"started twice: {item}");
                continue;
            }
            Assert.True(step!.Child!.Kind.Mode == StepMode.Inline || open.Contains(item), $"ended without a beginning: {item}");
            Assert.True(closed.Add(item), $"closed twice: {item}");
        }
    }

    bool IsCalled(string stepId) => plan.TryStep(stepId, out var step) && step.Kind.Mode == StepMode.Called;

    void Follow(string runId, IEvent e)
    {
        Assert.True(keys.Add(EventKeys.Of(runId, e, plan.PlanId, plan.Version)), $"two events have one key: {e}");
        if (ended)
            Assert.True(e is SignalAccepted { SignalType: SignalTypes.RetryRun }, $"behind the end: {e}");
        Assert.True(!goesOn || e is RunCompleted, $"between going on and the end: {e}");
        goesOn = e is RunContinued;
        if (stopped)
            Assert.True(e is StepCancelled or ApprovalWithdrawn or StepSkipped or StepCompensationFailed or SignalRejected or RunCancelled || ended, $"behind a stop: {e}");
        stopped |= e is RunCancelRequested { Emergency: true };
        joins.Follow(e);
        undos.Follow(e, paused);
        approvals.Follow(e, paused);
        budgets.Follow(e);
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
                Assert.Empty(held);
                Assert.Equal(cancelling, e is RunCancelled);
                break;
            case StepItemsStarted or StepItemsCompleted or StepItemsFailed:
                FollowItems(e);
                break;
            case StepStarted started:
                Assert.False(paused, $"started while paused: {e}");
                Assert.DoesNotContain(started.StepId, done);
                Assert.False(cancelling, $"started while being cancelled: {e}");
                Assert.True(open.Add((started.StepId, started.Attempt)), $"started twice: {e}");
                break;
            case SignalAccepted { SignalType: not SignalTypes.RetryRun } accepted:
                Assert.True(judged.Add(accepted.SignalId), $"carried out twice: {e}");
                Assert.True(!held.Remove(accepted.SignalId) || accepted.ApprovedBy is not null, $"carried out without a second person: {e}");
                break;
            case SignalRejected rejected:
                held.Remove(rejected.SignalId);
                Assert.True(judged.Add(rejected.SignalId), $"judged twice: {e}");
                break;
            case SignalRevisionRequired required:
                Assert.True(held.Add(required.SignalId), $"held twice: {e}");
                break;
            case StepCompleted { Override: true } injected:
                Assert.DoesNotContain(open, o => o.Item1 == injected.StepId && !closed.Contains(o) && IsCalled(injected.StepId));
                Assert.True(closed.Add((injected.StepId, injected.Attempt)) || !open.Contains((injected.StepId, injected.Attempt)) || failed.Contains((injected.StepId, injected.Attempt)), $"closed twice: {e}");
                Assert.True(done.Add(injected.StepId), $"completed twice: {e}");
                break;
            case StepCompleted { Kept: false } or StepFailed:
                var step = (IStepEvent)e;
                Assert.Contains((step.StepId, step.Attempt), open);
                Assert.True(closed.Add((step.StepId, step.Attempt)), $"closed twice: {e}");
                if (e is StepFailed)
                    failed.Add((step.StepId, step.Attempt));
                else
                    Assert.True(done.Add(step.StepId), $"completed twice: {e}");
                break;
        }
    }
}
