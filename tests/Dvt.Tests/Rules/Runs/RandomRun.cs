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
    readonly List<StartRun> subRuns = [];
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
            new RunContext(Labels: new Dictionary<string, string> { ["b"] = "1", ["a"] = "2" }), StartedBy: ["user:p0"]));
    }

    public IEnumerable<IEvent> Events => history.Select(h => h.Item1);

    /// <summary>Each signal with the event that it met: the last one before it.</summary>
    public HashSet<(string Signal, string After)> Races { get; } = [];

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
        if (run.NextLink() is { } next)
            PlayNext(next);
        else if (random.Next(4) == 0 && start.Lineage is null)
            PlayAgain();
    }

    /// <summary>What this run has not read, the next one has; what comes too late is passed on.</summary>
    void PlayNext(StartRun next)
    {
        Assert.Equal(run.DeferredSignals, next.Lineage!.Continued!.Signals?.Count ?? 0);
        Assert.Equal(next.RunId, run.ExternalSignal(new SendExternalSignal(run.RunId, "late", "late", Payload: null), now).PassTo);
        var after = new RandomRun(random, run.Plan, next) { now = now };
        after.Play();
        Assert.Equal(run.Link + 1, after.run.Link);
        history.AddRange(after.history);
        Races.UnionWith(after.Races);
    }

    void PlayAgain()
    {
        for (var times = random.Next(1, 3); times > 0; times--)
        {
            var fromStep = $$"""{"fromStep":"s{{random.Next(run.Plan.Steps.Count)}}"}""";
            Do(r => Signal(r, SignalTypes.RetryRun, fromStep));
        }
        var undone = new HashSet<string>();
        foreach (var retry in run.OwedRuns().ToArray())
        {
            var again = new RandomRun(random, run.Plan, retry);
            again.Play();
            // A kept step that was done anew in this run is this run's own to undo.
            var kept = new HashSet<string>();
            foreach (var e in again.Events)
                if (e is StepCompleted completed)
                    _ = completed.Kept ? kept.Add(completed.StepId) : kept.Remove(completed.StepId);
                else if (e is StepCompensationStarted { Attempt: 1 } started && kept.Contains(started.StepId))
                    Assert.True(undone.Add(started.StepId), $"two retries undo {started.StepId}");
            history.AddRange(again.history);
            Races.UnionWith(again.Races);
        }
    }

    Decision Start(Run r) => r.Start(start, now);

    void Step()
    {
        now += TimeSpan.FromMilliseconds(random.Next(2_000));
        switch (random.Next(21))
        {
            case 16 or 17 when subRuns.Count > 0:
                Do(End(subRuns[random.Next(subRuns.Count)]));
                break;
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
            case 12:
                Do(RandomReview());
                break;
            case 13 or 14 when run.Concurrency is not null:
                Do(r => r.Admit(now));
                break;
            case 17 or 18 or 19:
                Do(RandomAnswer());
                break;
            default:
                Do(r => r.Continue(now));
                break;
        }
    }

    Func<Run, Decision> RandomAnswer()
    {
        var asked = run.Snapshot().Steps.Where(s => s.Approval is not null).ToArray();
        var stepId = asked.Length == 0 || random.Next(10) == 0 ? $"s{random.Next(run.Plan.Steps.Count)}" : asked[random.Next(asked.Length)].StepId;
        var (person, decision) = ($"user:p{random.Next(6)}", random.Next(4) == 0 ? ApprovalDecisions.Deny : ApprovalDecisions.Approve);
        var approvalId = random.Next(8) == 0 ? "another" : null;
        return r => r.Decide(new DecideApproval(r.RunId, stepId, approvalId, decision, "because", person, ApprovalOracle.RolesOf(person)), now);
    }

    Func<Run, Decision> Answer(CallStep call)
    {
        // What stays in the list may be told again: a duplicate.
        if (random.Next(3) > 0)
            calls.Remove(call);
        var error = random.Next(10) switch { < 2 => Passing, 2 => Lasting, _ => null };
        var cost = RandomCost();
        JsonElement? result = error is null ? JsonElement.Parse("""{"ok":true,"b":[1,2.0],"a":"ü"}""") : null;
        return r =>
        {
            var decision = r.Close(new CloseStep(r.RunId, call.StepId, call.Attempt, result, error, cost), now);
            Assert.All(
                decision.Events.OfType<IStepEvent>().Where(e => Answers(e, call.StepId)),
                e => Assert.Equal(call.Attempt, e.Attempt));
            return decision;
        };
    }

    Cost? RandomCost() => random.Next(6) switch
    {
        0 => new Cost(Tokens: random.Next(1, 60)),
        1 => new Cost(Tokens: null, new Money($"0.{random.Next(1, 99)}", RandomPlan.OneOf(random, "USD", "USD", "USD", "EUR"))),
        _ => null,
    };

    Func<Run, Decision> End(StartRun subRun)
    {
        if (random.Next(3) > 0)
            subRuns.Remove(subRun);
        StepError? error = random.Next(6) switch
        {
            0 => new("SUBRUN_FAILED", "the run failed", Retryable: true, "SYSTEM"),
            1 => new("SUBRUN_CANCELLED", "the run was cancelled", Retryable: false, "USER"),
            _ => null,
        };
        var cost = RandomCost() is { Money: { } money } some && random.Next(2) == 0 ? some with { Others = [money with { Currency = money.Currency == "USD" ? "EUR" : "USD" }] } : RandomCost();
        return r => r.Close(EndOf(r, subRun, error) with { Cost = cost }, now);
    }

    static CloseStep EndOf(Run r, StartRun subRun, StepError? error)
    {
        Assert.Equal(r.RunId, subRun.Lineage!.Above!.ParentRunId);
        var above = subRun.Lineage.Above!;
        return new CloseStep(r.RunId, above.StepId, above.Attempt, error is null ? JsonElement.Parse("""{"sub":[1,2.0]}""") : null, error);
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
            SignalTypes.SkipStep, SignalTypes.RetryRun, SignalTypes.UpdateParams, SignalTypes.UpdateParams, SignalTypes.InjectOverride,
            SignalTypes.InjectOverride, SignalTypes.UpdateTarget, SignalTypes.UpdateTarget, SignalTypes.EscalateAlert, random.Next(run.Plan.CompensatesOnCancel ? 2 : 8) == 0 ? SignalTypes.Cancel : SignalTypes.Resume,
            random.Next(16) == 0 ? SignalTypes.EmergencyStop : SignalTypes.Pause);
        var stepId = $"s{random.Next(run.Plan.Steps.Count)}";
        var payload = type switch
        {
            SignalTypes.RetryStep when random.Next(3) == 0 => $$"""{"stepId":"{{stepId}}","input":{"b":2,"a":1} }""",
            SignalTypes.RetryStep or SignalTypes.SkipStep => $$"""{"stepId":"{{stepId}}"}""",
            SignalTypes.UpdateParams => RandomPlan.OneOf(
                random, """{"params":{}}""", """{"params":{"word":"right","yes":null}}""", """{"params":{"missing":true}}""", """{"params":{"n":"no number"}}"""),
            SignalTypes.InjectOverride => $$"""{"stepId":"{{stepId}}","override":{{RandomPlan.OneOf(random, "true", "\"left\"", "null", "{\"z\":1,\"a\":2}")}}}""",
            SignalTypes.UpdateTarget => $$"""{"stepId":"{{stepId}}","newTarget":"{{RandomPlan.OneOf(random, "here", "there")}}"}""",
            SignalTypes.EscalateAlert => """{"level":"P1","note":"look"}""",
            SignalTypes.Resume when random.Next(4) == 0 => Raised(random.Next(1, 300)),
            _ => null,
        };
        if (signalsSent > 0 && random.Next(6) == 0)
            signalsSent--;
        var id = $"g{signalsSent}";
        int? heldSeconds = random.Next(6) == 0 ? random.Next(1, 200) : null;
        return r => Signal(r, type, payload, id, heldSeconds);
    }

    static string Raised(int by) =>
        $$"""{"budget":{"tokens":{{by}},"steps":{{by}},"time":"PT{{by * 100}}M","money":[{"amount":"{{by}}","currency":"USD"},{"amount":"{{by}}","currency":"EUR"}]} }""";

    Func<Run, Decision> RandomReview()
    {
        var signalId = run.HeldSignals is [var waiting, ..] ? waiting.SignalId : $"g{random.Next(1 + signalsSent)}";
        var (approves, person) = (random.Next(3) > 0, random.Next(4) == 0 ? "user:p1" : "user:p2");
        return r => r.Review(new ReviewSignal(r.RunId, signalId, approves, "seen", Admin, person), new Guid(history.Count, 1, 0, new byte[8]), now);
    }

    Decision Signal(Run r, string type, string? payload, string? id = null, int? heldSeconds = null)
    {
        if (history.Count > 0)
            Races.Add((type, RunEvents.TypeName(history[^1].Item1)));
        var rests = !r.HasInlineWork && (r.NextDue is null || r.NextDue > now);
        var decision = Sent(r, type, payload, id, heldSeconds);
        // What is so already is accepted and does nothing.
        if (rests && decision.Rulings is [{ Verdict: SignalVerdicts.Accepted, Changed: false }])
            Assert.All(decision.Events, e => Assert.IsType<SignalAccepted>(e));
        return decision;
    }

    /// <summary>Has started no run, so that approvals may be skipped by them.</summary>
    const string Bystander = "user:p9";

    Decision Sent(Run r, string type, string? payload, string? id, int? heldSeconds) => r.Signal(
        new SignalRun(
            r.RunId, id ?? $"end-{history.Count}", type, "because", payload is null ? null : JsonElement.Parse(payload),
            type == SignalTypes.EscalateAlert ? ["system"] : Admin, id is null && type == SignalTypes.SkipStep ? Bystander : "user:p1", heldSeconds),
        new Guid(signalsSent, 0, 0, new byte[8]), now);

    /// <summary>Brings the run nearer to its end: what an operator, the other side and time would do.</summary>
    void Bring()
    {
        var snapshot = run.Snapshot();
        if (run.HasInlineWork)
            Do(r => r.Continue(now));
        else if (run.Status == RunStatus.Paused && run.Substatus == "STEP_FAILED"
            && snapshot.Steps.FirstOrDefault(s => s is { Status: "COMPLETED", Compensation.Status: "FAILED" } && StepOf(s).Compensation!.OnError == OnError.Park) is { } notUndone)
        {
            var type = random.Next(2) == 0 ? SignalTypes.RetryStep : SignalTypes.SkipStep;
            Do(r => Signal(r, type, $$"""{"stepId":"{{notUndone.StepId}}"}"""));
        }
        else if (run.Status == RunStatus.Paused && run.Substatus == "STEP_FAILED")
        {
            var parked = snapshot.Steps.First(s => s.Status == "FAILED" && s.DueAt is null && StepOf(s).OnError == OnError.Park);
            Do(r => Signal(r, SignalTypes.SkipStep, $$"""{"stepId":"{{parked.StepId}}"}"""));
        }
        else if (run.Substatus == "BUDGET_EXCEEDED")
        {
            Do(r => Signal(r, SignalTypes.Resume, Raised(run.Plan.Steps.Count * 1_000)));
        }
        else if (run.Status == RunStatus.Paused)
            Do(r => Signal(r, SignalTypes.Resume, payload: null));
        else if (run.WaitsForSlot)
            Do(r => r.Admit(now));
        else if (run.Owed().FirstOrDefault() is { } call)
            Do(r => r.Close(new CloseStep(r.RunId, call.StepId, call.Attempt, JsonElement.Parse("1"), Error: null), now));
        else if (run.OwedTells().Select(t => t.Command).OfType<StartRun>().FirstOrDefault() is { } subRun)
            Do(r => r.Close(EndOf(r, subRun, error: null), now));
        else if (snapshot.Steps.FirstOrDefault(s => s.WaitingFor is not null) is { } waiting)
            Do(r => r.ExternalSignal(new SendExternalSignal(r.RunId, $"end-{history.Count}", waiting.WaitingFor!, Payload: null), now));
        else if (snapshot.Steps.FirstOrDefault(s => s is { Status: "RUNNING", Approval.Status: "open" }) is { } asking && !(run.NextDue <= now))
            Do(r => r.Decide(new DecideApproval(
                r.RunId, asking.StepId, asking.Approval!.ApprovalId, ApprovalDecisions.Approve, Comment: null, $"user:end-{history.Count}", Admin), now));
        else
        {
            Assert.NotNull(run.NextDue);
            now = run.NextDue.Value > now ? run.NextDue.Value : now;
            var before = run.Seq;
            Do(r => r.Wake(now, leasedEffectKeys: null));
            Assert.True(run.Seq > before, "the run asked to be woken and had nothing to do");
        }
    }

    static Guid? DecisionOf(IEvent e) => e switch
    {
        SignalAccepted accepted => accepted.DecisionId,
        SignalRejected rejected => rejected.DecisionId,
        SignalRevisionRequired required => required.DecisionId,
        _ => null,
    };

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
        Assert.Subset(decision.Rulings.Select(r => r.DecisionId).ToHashSet(), decision.Events.Select(DecisionOf).OfType<Guid>().ToHashSet());
        signalsSent += decision.Events.Any(e => e is SignalAccepted or SignalRejected or SignalRevisionRequired) ? 1 : 0;
        foreach (var e in decision.Events)
            history.Add((Scenario.Relay(e), now));
        stored.Store(run);
        calls.AddRange(decision.Calls);
        subRuns.AddRange(decision.Tells.Select(t => t.Command).OfType<StartRun>());
        check.Check(run, history, stored);
        if (decision.More)
            Assert.NotEmpty(stored.Read(run.RunId, run.Plan).Continue(now).Events);
        else if (run.NextDue is null || run.NextDue > now)
            Assert.Empty(stored.Read(run.RunId, run.Plan).Continue(now).Events);
        if (random.Next(5) == 0)
            run = stored.Read(run.RunId, run.Plan);
    }
}
