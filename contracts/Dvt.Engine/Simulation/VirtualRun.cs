using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;

namespace Dvt.Engine.Simulation;

/// <summary>
/// A run among virtual events: answers of calls, signals, and its own timers, each at its moment. The run is the real one; only
/// the world around it is not. Not safe for use by several threads at once.
/// </summary>
/// <param name="answer">What comes back from a call, and when.</param>
public sealed class VirtualRun(string runId, Plan plan, Func<CallStep, CallAnswer> answer)
{
    readonly PriorityQueue<Func<Run, DateTimeOffset, Decision>, (DateTimeOffset At, long Order)> agenda = new();
    readonly List<(IEvent Event, DateTimeOffset At)> history = [];
    long planned;

    public Run Run { get; } = Run.NewWithoutCrashes(runId, plan);

    public IReadOnlyList<(IEvent Event, DateTimeOffset At)> History => history;

    /// <summary>Told of each event when it happens.</summary>
    public Action<IEvent, DateTimeOffset>? Happened { get; init; }

    /// <summary>Nobody else is there to have the slot of its concurrency key.</summary>
    public bool IsAlone { get; init; } = true;

    /// <summary>A decision is not carried on beyond so many events.</summary>
    public int MaxEvents { get; init; } = int.MaxValue;

    /// <summary>When something happens next; null when only a message from outside can move the run.</summary>
    public DateTimeOffset? NextAt
    {
        get
        {
            if (Run.IsTerminal)
                return null;
            var due = Run.NextDue;
            return agenda.TryPeek(out _, out var first) && (due is null || first.At <= due) ? first.At : due;
        }
    }

    /// <summary>Plans something for a moment; what is planned first comes first among equals.</summary>
    public void Plan(DateTimeOffset at, Func<Run, DateTimeOffset, Decision> decide) => agenda.Enqueue(decide, (at, planned++));

    /// <summary>Decides now, and goes on until the run rests.</summary>
    public Decision Do(Func<Run, DateTimeOffset, Decision> decide, DateTimeOffset now)
    {
        var first = decide(Run, now);
        for (var decision = first; ; decision = IsAlone && Run.WaitsForSlot ? Run.Admit(now) : Run.Continue(now))
        {
            foreach (var e in decision.Events)
            {
                history.Add((e, now));
                Happened?.Invoke(e, now);
            }
            foreach (var call in decision.Calls.Concat(decision.Tells.Select(t => t.Command).OfType<StartRun>().Select(SubRunAsCall)))
                Expect(call, now);
            if (!(decision.More || (IsAlone && Run.WaitsForSlot)) || history.Count >= MaxEvents)
                return first;
        }
    }

    /// <summary>Does what comes next, not before <paramref name="now"/>. What arrives goes before what time brings about.</summary>
    /// <returns>When that was.</returns>
    public DateTimeOffset Turn(DateTimeOffset now)
    {
        var at = NextAt is { } next && next > now ? next : now;
        if (agenda.TryPeek(out var decide, out var first) && first.At <= at)
        {
            agenda.Dequeue();
            Do(decide, at);
        }
        else
        {
            Do(static (run, moment) => run.Wake(moment, leasedEffectKeys: null), at);
        }
        return at;
    }

    /// <summary>Of the other run nothing is simulated: it answers as a called step does.</summary>
    CallStep SubRunAsCall(StartRun start) => new(
        Run.RunId, start.Lineage!.Above!.StepId, "plan", start.Lineage.Above.Attempt, EngineAttempt: 1, start.Input, DateTimeOffset.MaxValue);

    void Expect(CallStep call, DateTimeOffset now)
    {
        var (delay, result, error, cost) = answer(call);
        Plan(now + delay, (run, moment) => run.Close(new CloseStep(run.RunId, call.StepId, call.Attempt, result, error, cost), moment));
    }
}
