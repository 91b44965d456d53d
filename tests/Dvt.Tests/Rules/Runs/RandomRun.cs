using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Xunit;

namespace Dvt.Tests.Rules.Runs;

/// <summary>One run under random completions, failures, duplicates, signals, wakes, crashes and lost transactions.</summary>
sealed class RandomRun
{
    static readonly string[] Admin = [Roles.TenantAdmin];
    static readonly StepError Passing = new("HTTP_STATUS", "503", Retryable: true, "SYSTEM");
    static readonly StepError Lasting = new("HTTP_STATUS", "404", Retryable: false, "USER");

    readonly Random random;
    readonly StoredRun stored = new();
    readonly List<(IEvent, DateTimeOffset)> history = [];
    readonly List<CallStep> calls = [];
    readonly Histories check;
    readonly StartRun start;
    Run run;
    DateTimeOffset now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    int signalsSent;
    bool sawLeases;

    RandomRun(Random random, Plan plan, StartRun start)
    {
        this.random = random;
        this.start = start;
        run = Run.New(start.RunId, plan);
        check = new Histories(plan);
    }

    public static RandomRun Of(int seed)
    {
        var random = new Random(seed);
        return new RandomRun(random, RandomPlan.Of(random), new StartRun(
            $"run-{seed}", "p", PlanVersion: null, PlanDigest: null, JsonElement.Parse("""{"yes":true,"word":"left","n":1e2}"""),
            new RunContext(Labels: new Dictionary<string, string> { ["b"] = "1", ["a"] = "2" })));
    }

    public IEnumerable<IEvent> Events => history.Select(h => h.Item1);

    public void Play()
    {
        Do(Start);
        for (var steps = random.Next(5, 100); steps > 0 && !run.IsTerminal; steps--)
            Step();
        for (var steps = 0; !run.IsTerminal; steps++)
        {
            Assert.True(steps < 2_000, $"the run does not end although everything is delivered: {run.Status} {run.Substatus} {string.Join(',', run.Snapshot().Steps.Select(s => s.Status))}");
            Bring();
        }
        Do(r => r.Wake(now, leasedEffectKeys: null));
        Assert.Null(run.NextDue);
        if (random.Next(4) == 0 && start.Lineage is null)
            PlayAgain();
    }

    void PlayAgain()
    {
        var fromStep = $$"""{"fromStep":"s{{random.Next(run.Plan.Steps.Count)}}"}""";
        Do(r => Signal(r, SignalTypes.RetryRun, fromStep));
        var again = new RandomRun(random, run.Plan, Assert.Single(run.OwedRuns()));
        again.Play();
        history.AddRange(again.history);
    }

    Decision Start(Run r) => r.Start(start, now);

    void Step()
    {
        now += TimeSpan.FromMilliseconds(random.Next(2_000));
        switch (random.Next(14))
        {
            case < 5 when calls.Count > 0:
                Do(Answer(calls[random.Next(calls.Count)]));
                break;
            case < 7:
                now += TimeSpan.FromSeconds(random.Next(90));
                var leased = random.Next(3) > 0 ? null : calls.Where(_ => random.Next(2) == 0).Select(c => c.EffectKey).ToHashSet();
                sawLeases |= leased is not null;
                Do(r => r.Wake(now, leased));
                break;
            case 7 when run.NextDue is { } due:
                now = due > now ? due : now;
                Do(r => r.Wake(now, leasedEffectKeys: null));
                break;
            case 8 or 9:
                var signal = RandomSignal();
                Do(signal);
                break;
            case 10:
                var (name, id) = (RandomPlan.OneOf(random, "go", "stop", "other"), $"x{random.Next(12)}");
                Do(r => r.ExternalSignal(new SendExternalSignal(r.RunId, id, name, JsonElement.Parse("""{"z":1,"a":2}""")), now));
                break;
            case 11:
                Do(Start);
                break;
            default:
                Do(r => r.Continue(now));
                break;
        }
    }

    Func<Run, Decision> Answer(CallStep call)
    {
        // What stays in the list may be told again: a duplicate.
        if (random.Next(3) > 0)
            calls.Remove(call);
        var error = random.Next(10) switch { < 2 => Passing, 2 => Lasting, _ => null };
        JsonElement? result = error is null ? JsonElement.Parse("""{"ok":true,"b":[1,2.0],"a":"ü"}""") : null;
        return r =>
        {
            var decision = r.Close(new CloseStep(r.RunId, call.StepId, call.Attempt, result, error), now);
            Assert.All(
                decision.Events.OfType<IStepEvent>().Where(e => Answers(e, call.StepId)),
                e => Assert.Equal(call.Attempt, e.Attempt));
            return decision;
        };
    }

    static bool Answers(IStepEvent e, string callId) => e switch
    {
        StepCompleted or StepFailed => e.StepId == callId,
        StepCompensated or StepCompensationFailed => PlanNames.CompensationOf(e.StepId) == callId,
        _ => false,
    };

    Func<Run, Decision> RandomSignal()
    {
        var type = RandomPlan.OneOf(
            random, SignalTypes.Pause, SignalTypes.Pause, SignalTypes.Resume, SignalTypes.Resume, SignalTypes.RetryStep, SignalTypes.SkipStep,
            SignalTypes.SkipStep, SignalTypes.RetryRun, SignalTypes.UpdateParams, random.Next(run.Plan.CompensatesOnCancel ? 2 : 8) == 0 ? SignalTypes.Cancel : SignalTypes.Resume,
            random.Next(16) == 0 ? SignalTypes.EmergencyStop : SignalTypes.Pause);
        var stepId = $"s{random.Next(run.Plan.Steps.Count)}";
        var payload = type switch
        {
            SignalTypes.RetryStep when random.Next(3) == 0 => $$"""{"stepId":"{{stepId}}","input":{"b":2,"a":1} }""",
            SignalTypes.RetryStep or SignalTypes.SkipStep => $$"""{"stepId":"{{stepId}}"}""",
            SignalTypes.UpdateParams => """{"params":{}}""",
            _ => null,
        };
        if (signalsSent > 0 && random.Next(6) == 0)
            signalsSent--;
        var id = $"g{signalsSent}";
        return r => Signal(r, type, payload, id);
    }

    Decision Signal(Run r, string type, string? payload, string? id = null) => r.Signal(
        new SignalRun(r.RunId, id ?? $"end-{history.Count}", type, "because", payload is null ? null : JsonElement.Parse(payload), Admin),
        new Guid(signalsSent, 0, 0, new byte[8]), now);

    /// <summary>Brings the run nearer to its end: what an operator, the other side and time would do.</summary>
    void Bring()
    {
        var snapshot = run.Snapshot();
        if (run.HasInlineWork)
            Do(r => r.Continue(now));
        else if (run.Status == RunStatus.Paused && run.Substatus == "STEP_FAILED")
        {
            var parked = snapshot.Steps.First(s => s.Status == "FAILED" && s.DueAt is null && StepOf(s).OnError == OnError.Park);
            Do(r => Signal(r, SignalTypes.SkipStep, $$"""{"stepId":"{{parked.StepId}}"}"""));
        }
        else if (run.Status == RunStatus.Paused)
            Do(r => Signal(r, SignalTypes.Resume, payload: null));
        else if (run.Owed().FirstOrDefault() is { } call)
            Do(r => r.Close(new CloseStep(r.RunId, call.StepId, call.Attempt, JsonElement.Parse("1"), Error: null), now));
        else if (snapshot.Steps.FirstOrDefault(s => s.WaitingFor is not null) is { } waiting)
            Do(r => r.ExternalSignal(new SendExternalSignal(r.RunId, $"end-{history.Count}", waiting.WaitingFor!, Payload: null), now));
        else
        {
            Assert.NotNull(run.NextDue);
            now = run.NextDue.Value > now ? run.NextDue.Value : now;
            var before = run.Seq;
            Do(r => r.Wake(now, leasedEffectKeys: null));
            Assert.True(run.Seq > before, "the run asked to be woken and had nothing to do");
        }
    }

    StepPlan StepOf(StepSnapshot step) => run.Plan.TryStep(step.StepId, out var plan) ? plan : throw new InvalidOperationException(step.StepId);

    void Do(Func<Run, Decision> decide)
    {
        Decision? lost = null;
        // The transaction is lost: the same command is decided again on what was stored.
        if (random.Next(8) == 0)
        {
            lost = decide(run);
            run = stored.Read(run.RunId, run.Plan);
        }
        var decision = decide(run);
        // Who saw a living worker remembers it as a hint, and a reader of the stored state does not.
        if (lost is not null && !sawLeases)
            Assert.Equal(lost.Events.Select(RunEvents.Bytes), decision.Events.Select(RunEvents.Bytes));
        signalsSent += decision.Events.Any(e => e is SignalAccepted or SignalRejected) ? 1 : 0;
        foreach (var e in decision.Events)
            history.Add((Scenario.Relay(e), now));
        stored.Store(run);
        calls.AddRange(decision.Calls);
        check.Check(run, history, stored);
        if (decision.More)
            Assert.NotEmpty(stored.Read(run.RunId, run.Plan).Continue(now).Events);
        else if (run.NextDue is null || run.NextDue > now)
            Assert.Empty(stored.Read(run.RunId, run.Plan).Continue(now).Events);
        if (random.Next(5) == 0)
            run = stored.Read(run.RunId, run.Plan);
    }
}
