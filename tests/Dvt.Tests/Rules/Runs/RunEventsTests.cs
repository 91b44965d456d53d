using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Json;
using Dvt.Engine.Runs;
using Xunit;

namespace Dvt.Tests.Rules.Runs;

public sealed class RunEventsTests
{
    static readonly JsonElement Value = JsonElement.Parse("""{"a":[1,true,null],"b":"ü"}""");
    static readonly DateTimeOffset Moment = new(2026, 2, 3, 4, 5, 6, 789, 12, TimeSpan.Zero);
    static readonly StepError Error = new("HTTP_STATUS", "503 \"busy\"", Retryable: true, "SYSTEM");

    static readonly ApprovalTerms Terms = new(
        "Pay?", "why", Value, ["finance"], "PT1H", DeadlineActions.Escalate, [new("PT1M", ["host"]), new(After: null, ["operator", "sales"])],
        FourEyes: true, MinApprovals: 2, ["user:a"]);

    static readonly IEvent[] All =
    [
        new RunQueued("p", "1.0.0", "d", Value, new RunContext("me", new Dictionary<string, string> { ["z"] = "1", ["a"] = "2" }, Priority: 7, "c"),
            new RunLineage("o", "q", RunAttempt: 3, new Dictionary<string, JsonElement> { ["s"] = Value })),
        new RunQueued("p", "1.0.0", "d", Value, new RunContext(Priority: 5)),
        new RunQueued("p", "1.0.0", "d", Value, new RunContext(Priority: 5), Lineage: null, new ConcurrencySlot("u1", 3)),
        new RunAdmitted(),
        new RunBudgetExceeded("money", "5.20", "5.00", "USD", Occurrence: 2),
        new RunBudgetExceeded("steps", "5", "5", Currency: null),
        new RunBudgetChanged(JsonElement.Parse("""{"tokens":7}"""), "s", "why", Occurrence: 2),
        new StepCompleted("a", Attempt: 2, EngineAttempt: 3, Value, Cost: new Cost(5, new Money("0.10", "USD"))),
        new StepFailed("a", Attempt: 2, EngineAttempt: 3, Error, Final: true, new Cost(Money: new Money("0.10", "USD"))),
        new StepCompensated("a", Attempt: 2, EngineAttempt: 3, Value, new Cost(5)),
        new StepCompensationFailed("a", Attempt: 2, EngineAttempt: 3, Error, Final: true, DueAt: null, new Cost(5)),
        new RunQueued("p", "1.0.0", "d", Value, new RunContext(Priority: 5), new RunLineage("o", "q", RunAttempt: 1, Kept: null,
            new ContinuedFrom("q", Link: 7, [new HandedSignal("x", "go", Value, "digest"), new HandedSignal("y", "go", Payload: null, "digest")]))),
        new RunContinued("next", Value),
        new RunQueued("p", "1.0.0", "d", Value, new RunContext(Priority: 5),
            new RunLineage("o", "q", RunAttempt: 1, Kept: null, Above: new RunAbove("q", "r", "fan[3]", Attempt: 2, ["top", "middle"]))),
        new RunStarted(),
        new RunPaused("SIGNAL", "s", "why", Occurrence: 2),
        new RunPaused("STEP_FAILED", SignalId: null, Reason: null),
        new RunResumed("s", "why", Occurrence: 2),
        new RunPauseDrainTimedOut(["a", "b"], Occurrence: 2),
        new RunCancelRequested("s", "why", Emergency: true, Occurrence: 2),
        new RunCancelled("why"),
        new RunCompleted(Value),
        new RunCompleted(Output: null),
        new RunFailed(Error, "a"),
        new RunFailed(Error, "a", Error),
        new RunCancelled(Reason: null, Error),
        new RunCompensationStarted(Error, "a"),
        new RunCompensationStarted(Error: null, FailedStepId: null),
        new StepCompensationStarted("a", Attempt: 2, EngineAttempt: 3, Value),
        new StepCompensated("a", Attempt: 2, EngineAttempt: 3, Value),
        new StepCompensationFailed("a", Attempt: 2, EngineAttempt: 3, Error, Final: false, Moment),
        new StepCompensationFailed("a", Attempt: 2, EngineAttempt: 3, Error, Final: true),
        new StepCompensationRecovered("a", Attempt: 2, EngineAttempt: 3, Occurrence: 4),
        new StepCompensationRetryScheduled("a", Attempt: 2, EngineAttempt: 1, Value),
        new StepCompensationSkipped("a", Attempt: 2, EngineAttempt: 1),
        new RunCompleted(Value, new Cost(7, new Money("1.50", "EUR"), [new Money("2", "USD")])),
        new StepStarted("a", Attempt: 2, EngineAttempt: 3, Value),
        new StepCompleted("a", Attempt: 2, EngineAttempt: 3, Value, Override: true, "s", Kept: true),
        new StepFailed("a", Attempt: 2, EngineAttempt: 3, Error, Final: true),
        new StepItemsStarted("a", Attempt: 2, EngineAttempt: 1, [new ItemStarted(3, 1, Value), new ItemStarted(4, 2, Input: null)], Occurrence: 4),
        new StepItemsCompleted("a", Attempt: 2, EngineAttempt: 3, [new ItemCompleted(3, 1, Value, new Cost(7)), new ItemCompleted(4, 2, Result: null)], Occurrence: 4),
        new StepItemsFailed("a", Attempt: 2, EngineAttempt: 3, [new ItemFailed(3, 1, Error, Moment), new ItemFailed(4, 2, Error, DueAt: null)], Occurrence: 4),
        new StepItemsRecovered("a", Attempt: 2, EngineAttempt: 1, [new ItemRecovered(3, 2)], Occurrence: 4),
        new StepRetryScheduled("a", Attempt: 2, EngineAttempt: 3, Moment, Value),
        new StepRecovered("a", Attempt: 2, EngineAttempt: 3, Occurrence: 4),
        new StepSkipped("a", Attempt: 2, EngineAttempt: 3, "OPERATOR_SKIP"),
        new StepCancelled("a", Attempt: 2, EngineAttempt: 3),
        new TimerSet("a", Attempt: 2, EngineAttempt: 3, "SIGNAL", Moment, "go", Occurrence: 4),
        new TimerFired("a", Attempt: 2, EngineAttempt: 3, "WAIT", Occurrence: 4),
        new SignalAccepted("s", "PAUSE", "a", "why", Value, Guid.NewGuid(), "digest", Occurrence: 4),
        new SignalRejected("s", "PAUSE", "a", "why", "AUTHZ_DENIED", Guid.NewGuid(), "digest", Occurrence: 4),
        new SignalAccepted("s", "PAUSE", StepId: null, "why", Payload: null, Guid.NewGuid(), "digest", ApprovedBy: "eva"),
        new SignalRevisionRequired("s", "PAUSE", "a", "why", Value, Guid.NewGuid(), "digest", "ana", ["operator"], Moment, Occurrence: 4),
        new RunInputChanged("s", Value, Occurrence: 4),
        new StepTargetChanged("a", Attempt: 2, EngineAttempt: 3, "s", Value, Occurrence: 4),
        new RunAlertRaised("s", "P1", "look", Occurrence: 4),
        new ExternalSignalReceived("s", "go", Value, "digest", Occurrence: 4),
        new RunQueued("p", "1.0.0", "d", Value, new RunContext(Priority: 5), StartedBy: ["user:a", "user:b"]),
        new SignalAccepted("s", "RETRY_RUN", StepId: null, "why", Value, Guid.NewGuid(), "digest", Occurrence: 4, "user:a"),
        new ApprovalRequested("a", Attempt: 2, EngineAttempt: 3, "id", Terms, Moment),
        new ApprovalRequested("a", Attempt: 2, EngineAttempt: 3, "id", Terms with { Description = null, Data = null, Period = null }, Deadline: null),
        new ApprovalEscalated("a", Attempt: 2, EngineAttempt: 3, "id", Level: 2, ["finance", "host"], Moment, Occurrence: 4),
        new ApprovalGranted("a", Attempt: 2, EngineAttempt: 3, "id", "user:a", "why", Missing: 1, Occurrence: 4),
        new ApprovalDenied("a", Attempt: 2, EngineAttempt: 3, "id", "user:a", "why"),
        new ApprovalExpired("a", Attempt: 2, EngineAttempt: 3, "id", "approved"),
        new ApprovalWithdrawn("a", Attempt: 2, EngineAttempt: 3, "id"),
        new EventEmitted("a", Attempt: 2, EngineAttempt: 3, "id", "com.example.x", "order/1", Value, "https://example.com/s", Occurrence: 4),
    ];

    [Fact]
    public void Every_event_survives_the_log_with_all_it_says()
    {
        foreach (var e in All)
            Assert.Equal(Plainly(e), Plainly(Scenario.Relay(e)));
    }

    [Fact]
    public void The_log_and_the_contracts_name_members_alike()
    {
        foreach (var e in All)
        {
            var read = JsonElement.Parse(RunEvents.Bytes(e)).Deserialize(e.GetType(), ContractsJson.Options);
            Assert.Equal(Plainly(e), Plainly((IEvent)read!));
        }
    }

    [Fact]
    public void Every_event_of_runs_is_among_them()
    {
        var known = typeof(RunQueued).Assembly.GetTypes().Where(IsOfRun);
        Assert.Equal(known.Select(t => t.Name).Order(), All.Select(RunEvents.TypeName).Distinct().Order());
    }

    internal static bool IsOfRun(Type type) => type.IsClass && type.IsAssignableTo(typeof(IEvent))
        && (type.Name.StartsWith("Run", StringComparison.Ordinal) || type.IsAssignableTo(typeof(IStepEvent)) || type.IsAssignableTo(typeof(IRecurringEvent)));

    [Fact]
    public void An_event_of_a_later_release_is_counted_and_passed_over()
    {
        var e = RunEvents.Read("RunTeleported", JsonElement.Parse("""{"where":"there"}"""));
        Assert.Equal("RunTeleported", RunEvents.TypeName(e));
        var run = Run.New("r", Scenario.PlanOf("""[{"stepId":"a","kind":"noop"}]"""));
        run.Apply(e, DateTimeOffset.UnixEpoch);
        Assert.Equal(1, run.Seq);
    }

    [Fact]
    public void An_older_form_takes_the_defaults_of_what_it_lacks()
    {
        var e = Assert.IsType<StepRecovered>(RunEvents.Read("StepRecovered", JsonElement.Parse("""{"stepId":"a"}""")));
        Assert.Equal((1, 1, 1), (e.Attempt, e.EngineAttempt, e.Occurrence));
    }

    static string Plainly(IEvent e) =>
        System.Text.Encoding.UTF8.GetString(CanonicalJson.Canonicalize(JsonSerializer.SerializeToElement(e, e.GetType(), ContractsJson.Options)));
}
