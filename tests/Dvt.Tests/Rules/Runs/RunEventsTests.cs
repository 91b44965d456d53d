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

    static readonly IEvent[] All =
    [
        new RunQueued("p", "1.0.0", "d", Value, new RunContext("me", new Dictionary<string, string> { ["z"] = "1", ["a"] = "2" }, Priority: 7, "c"),
            new RunLineage("o", "q", RunAttempt: 3, new Dictionary<string, JsonElement> { ["s"] = Value })),
        new RunQueued("p", "1.0.0", "d", Value, new RunContext()),
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
        new StepStarted("a", Attempt: 2, EngineAttempt: 3, Value),
        new StepCompleted("a", Attempt: 2, EngineAttempt: 3, Value, Override: true, "s", Kept: true),
        new StepFailed("a", Attempt: 2, EngineAttempt: 3, Error, Final: true),
        new StepRetryScheduled("a", Attempt: 2, EngineAttempt: 3, Moment, Value),
        new StepRecovered("a", Attempt: 2, EngineAttempt: 3, Occurrence: 4),
        new StepSkipped("a", Attempt: 2, EngineAttempt: 3, "OPERATOR_SKIP"),
        new StepCancelled("a", Attempt: 2, EngineAttempt: 3),
        new TimerSet("a", Attempt: 2, EngineAttempt: 3, "SIGNAL", Moment, "go", Occurrence: 4),
        new TimerFired("a", Attempt: 2, EngineAttempt: 3, "WAIT", Occurrence: 4),
        new SignalAccepted("s", "PAUSE", "a", "why", Value, Guid.NewGuid(), "digest", Occurrence: 4),
        new SignalRejected("s", "PAUSE", "a", "why", "AUTHZ_DENIED", Guid.NewGuid(), "digest", Occurrence: 4),
        new ExternalSignalReceived("s", "go", Value, "digest", Occurrence: 4),
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
        var known = typeof(RunQueued).Assembly.GetTypes()
            .Where(t => t.IsAssignableTo(typeof(IEvent)) && t.IsClass)
            .Where(t => t.Name.StartsWith("Run", StringComparison.Ordinal) || t.IsAssignableTo(typeof(IStepEvent)) || t.IsAssignableTo(typeof(IRecurringEvent)));
        Assert.Equal(known.Select(t => t.Name).Order(), All.Select(RunEvents.TypeName).Distinct().Order());
    }

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
