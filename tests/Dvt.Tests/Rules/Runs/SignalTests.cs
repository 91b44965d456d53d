using Dvt.Contracts;
using Dvt.Engine.Runs;
using Xunit;
using static Dvt.Tests.Rules.Runs.Scenario;

namespace Dvt.Tests.Rules.Runs;

public sealed class SignalTests
{
    const string Parallel = """
        [{"stepId":"a","kind":"call","dependsOn":[]},{"stepId":"b","kind":"call","dependsOn":[]},{"stepId":"c","kind":"noop","dependsOn":["a","b"]}]
        """;

    [Fact]
    public void A_pause_lets_what_is_in_flight_finish_and_starts_nothing()
    {
        var run = Of(Parallel);
        run.Start();
        Assert.Equal(["SignalAccepted", "RunPaused"], Told(run.Signal(SignalTypes.Pause)));
        Assert.Equal("DRAINING", run.Run.Substatus);
        run.Complete("a");
        Assert.Equal(["StepCompleted b"], Told(run.Complete("b")));
        Assert.Null(run.Run.Substatus);
        Assert.Equal(["SignalAccepted", "RunResumed", "StepStarted c", "StepCompleted c", "RunCompleted"], Told(run.Signal(SignalTypes.Resume)));
    }

    [Fact]
    public void A_pause_that_does_not_drain_in_five_minutes_is_noted_once()
    {
        var run = Of("""[{"stepId":"a","kind":"call","timeout":"PT1H"}]""");
        run.Start();
        run.Signal(SignalTypes.Pause);
        var leased = new HashSet<string> { "run-1:a:1" };
        Assert.Empty(run.Wake(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1), leased).Events);
        var note = Assert.IsType<RunPauseDrainTimedOut>(Assert.Single(run.Wake(TimeSpan.FromSeconds(1), leased).Events));
        Assert.Equal(["a"], note.StepIds);
        Assert.Empty(run.Wake(TimeSpan.FromMinutes(5), leased).Events);
    }

    [Fact]
    public void While_paused_a_retry_waits_and_starts_after_the_pause()
    {
        var run = Of(Parallel);
        run.Start();
        run.Signal(SignalTypes.Pause);
        run.Fail("a", retryable: true);
        Assert.Empty(run.Wake(TimeSpan.FromSeconds(20)).Events);
        Assert.Equal(["SignalAccepted", "RunResumed", "StepStarted a"], Told(run.Signal(SignalTypes.Resume)));
    }

    [Fact]
    public void A_failure_while_paused_takes_effect_after_the_pause_unless_the_step_is_tried_again()
    {
        var run = Of(Parallel);
        run.Start();
        run.Signal(SignalTypes.Pause);
        Assert.Equal(["StepFailed a"], Told(run.Fail("a")));
        run.Fail("b");
        Assert.Equal(["SignalAccepted", "StepRetryScheduled a"], Told(run.Signal(SignalTypes.RetryStep, """{"stepId":"a"}""")));
        Assert.Equal(["SignalAccepted", "RunResumed", "StepCancelled a", "StepSkipped c", "RunFailed"], Told(run.Signal(SignalTypes.Resume)));
    }

    [Fact]
    public void A_signal_whose_effect_holds_is_accepted_without_effect()
    {
        var run = Of(Parallel);
        run.Start();
        Assert.Equal(["SignalAccepted"], Told(run.Signal(SignalTypes.Resume)));
        run.Signal(SignalTypes.Pause);
        Assert.Equal(["SignalAccepted"], Told(run.Signal(SignalTypes.Pause)));
        run.Signal(SignalTypes.Cancel);
        var again = run.Signal(SignalTypes.Cancel);
        Assert.Null(again.Refusal);
        Assert.Empty(again.Events);
    }

    [Fact]
    public void A_pause_on_top_of_a_parked_step_outlives_the_steps_retry()
    {
        var run = Of("""[{"stepId":"a","kind":"call","onError":"park"}]""");
        run.Start();
        run.Fail("a");
        Assert.Equal("RUN_PARKED", run.Signal(SignalTypes.Resume).Refusal!.Code);
        Assert.Equal(["SignalAccepted", "RunPaused"], Told(run.Signal(SignalTypes.Pause)));
        Assert.Equal(["SignalAccepted", "StepRetryScheduled a"], Told(run.Signal(SignalTypes.RetryStep, """{"stepId":"a"}""")));
        Assert.Equal(["SignalAccepted", "RunResumed", "StepStarted a"], Told(run.Signal(SignalTypes.Resume)));
    }

    [Fact]
    public void A_pause_on_top_of_a_parked_step_leaves_it_parked()
    {
        var run = Of("""[{"stepId":"a","kind":"call","onError":"park"}]""");
        run.Start();
        run.Signal(SignalTypes.Pause);
        run.Fail("a");
        run.Crash();
        Assert.Equal(["SignalAccepted", "RunResumed", "RunPaused"], Told(run.Signal(SignalTypes.Resume)));
        Assert.Equal("STEP_FAILED", run.Run.Substatus);
    }

    [Fact]
    public void A_cancel_tells_what_is_in_flight_and_ends_the_run()
    {
        var run = Of(Parallel);
        run.Start();
        run.Complete("a");
        Assert.Equal(
            ["SignalAccepted", "RunCancelRequested", "StepCancelled b", "StepCancelled c", "RunCancelled"], Told(run.Signal(SignalTypes.Cancel)));
        Assert.True(run.Complete("b").Orphan);
    }

    [Fact]
    public void A_paused_run_can_be_cancelled()
    {
        var run = Of(Parallel);
        run.Start();
        run.Signal(SignalTypes.Pause);
        run.Signal(SignalTypes.Cancel);
        Assert.Equal(RunStatus.Cancelled, run.Run.Status);
    }

    [Fact]
    public void An_emergency_stop_ends_a_large_run_in_one_decision()
    {
        var steps = string.Join(',', Enumerable.Range(0, 5_000).Select(i => $$"""{"stepId":"s{{i}}","kind":"{{(i == 0 ? "call" : "noop")}}"}"""));
        var run = Of($"[{steps}]");
        run.Start();
        var stop = run.Signal(SignalTypes.EmergencyStop);
        Assert.False(stop.More);
        Assert.Equal(5_003, stop.Events.Count);
        Assert.True(run.Complete("s0").Orphan);
    }

    [Fact]
    public void A_pending_step_can_be_skipped_and_its_dependants_run()
    {
        var run = Of("""[{"stepId":"a","kind":"call"},{"stepId":"b","kind":"call"},{"stepId":"c","kind":"noop"}]""");
        run.Start();
        Assert.Equal(["SignalAccepted", "StepSkipped b", "StepStarted c", "StepCompleted c"], Told(run.Signal(SignalTypes.SkipStep, """{"stepId":"b"}""")));
        Assert.Equal("OPERATOR_SKIP", run.Step("b").SkipReason);
        Assert.Equal(["StepCompleted a", "RunCompleted"], Told(run.Complete("a")));
    }

    [Theory]
    [InlineData(SignalTypes.SkipStep, "a", "STEP_NOT_TERMINAL")]
    [InlineData(SignalTypes.RetryStep, "a", "STEP_NOT_TERMINAL")]
    [InlineData(SignalTypes.RetryStep, "c", "STEP_NOT_TERMINAL")]
    [InlineData(SignalTypes.RetryStep, "z", "STEP_TERMINAL")]
    [InlineData(SignalTypes.SkipStep, "z", "STEP_TERMINAL")]
    [InlineData(SignalTypes.SkipStep, "x", "STEP_NOT_FOUND")]
    public void A_step_in_the_wrong_state_is_left_alone_and_the_refusal_is_recorded(string type, string stepId, string code)
    {
        var run = Of("""
            [{"stepId":"z","kind":"noop","dependsOn":[]},{"stepId":"a","kind":"call","dependsOn":[]},{"stepId":"c","kind":"noop","dependsOn":["a"]}]
            """);
        run.Start();
        var decision = run.Signal(type, $$"""{"stepId":"{{stepId}}"}""");
        Assert.Equal(code, decision.Refusal!.Code);
        Assert.Equal(code, Assert.IsType<SignalRejected>(Assert.Single(decision.Events)).Code);
    }

    [Fact]
    public void A_run_at_its_end_refuses_signals_without_adding_to_its_history()
    {
        var run = Of("""[{"stepId":"a","kind":"noop"}]""");
        run.Start();
        foreach (var type in new[] { SignalTypes.Pause, SignalTypes.Resume, SignalTypes.Cancel, SignalTypes.EmergencyStop })
        {
            var decision = run.Signal(type);
            Assert.Equal("RUN_TERMINAL", decision.Refusal!.Code);
            Assert.Empty(decision.Events);
        }
        Assert.Equal("RUN_TERMINAL", run.Signal(SignalTypes.RetryStep, """{"stepId":"a"}""").Refusal!.Code);
    }

    [Theory]
    [InlineData(SignalTypes.Pause, Roles.Viewer, false)]
    [InlineData(SignalTypes.Pause, Roles.Operator, true)]
    [InlineData(SignalTypes.Pause, Roles.Engineer, true)]
    [InlineData(SignalTypes.Pause, Roles.TenantAdmin, true)]
    [InlineData(SignalTypes.RetryRun, Roles.Operator, false)]
    [InlineData(SignalTypes.RetryRun, Roles.Engineer, true)]
    [InlineData(SignalTypes.EmergencyStop, Roles.Engineer, false)]
    [InlineData(SignalTypes.EmergencyStop, Roles.TenantAdmin, true)]
    [InlineData(SignalTypes.EscalateAlert, Roles.TenantAdmin, false)]
    [InlineData(SignalTypes.EscalateAlert, "system", true)]
    [InlineData(SignalTypes.EscalateAlert, Roles.PlatformAdmin, true)]
    public void Each_signal_has_its_role_and_higher_roles_include_lower_ones(string type, string role, bool allowed) =>
        Assert.Equal(allowed, SignalShape.Allows(type, [Roles.Auditor, role]));

    [Theory]
    [InlineData("PAWS", null)]
    [InlineData(SignalTypes.Pause, """{"reason":"here"}""")]
    [InlineData(SignalTypes.Pause, "[]")]
    [InlineData(SignalTypes.RetryStep, null)]
    [InlineData(SignalTypes.RetryStep, "{}")]
    [InlineData(SignalTypes.RetryStep, """{"stepId":1}""")]
    [InlineData(SignalTypes.RetryStep, """{"stepId":"a","more":1}""")]
    [InlineData(SignalTypes.UpdateParams, """{"params":1}""")]
    [InlineData(SignalTypes.EscalateAlert, """{"level":"LOUD"}""")]
    public void A_malformed_signal_is_refused_before_anything_else_and_not_recorded(string type, string? payload)
    {
        var run = Of(Parallel);
        run.Start();
        var decision = run.Signal(type, payload, roles: [Roles.Viewer]);
        Assert.Equal("SIGNAL_INVALID_PAYLOAD", decision.Refusal!.Code);
        Assert.Empty(decision.Events);
    }

    [Fact]
    public void A_reason_has_a_limit()
    {
        Assert.Null(SignalShape.Check(SignalTypes.Pause, new string('x', 500), payload: null));
        Assert.NotNull(SignalShape.Check(SignalTypes.Pause, new string('x', 501), payload: null));
        Assert.Null(SignalShape.Check(SignalTypes.EmergencyStop, new string('x', 1_000), payload: null));
    }

    [Fact]
    public void The_same_signal_again_gets_the_first_answer_and_another_under_its_id_is_refused()
    {
        var run = Of(Parallel);
        run.Start();
        run.Signal(SignalTypes.Pause, id: "p");
        run.Signal(SignalTypes.Resume);
        var again = run.Signal(SignalTypes.Pause, id: "p");
        Assert.Empty(again.Events);
        Assert.Null(again.Refusal);
        Assert.Equal("SIGNAL_DUPLICATE", run.Signal(SignalTypes.Cancel, id: "p").Refusal!.Code);
        Assert.Equal("SIGNAL_DUPLICATE", run.Signal(SignalTypes.Pause, id: "p", reason: "other").Refusal!.Code);
        Assert.Equal("AUTHZ_DENIED", run.Signal(SignalTypes.Pause, id: "q", roles: []).Refusal!.Code);
        Assert.Equal("AUTHZ_DENIED", run.Signal(SignalTypes.Pause, id: "q").Refusal!.Code);
    }

    [Fact]
    public void Only_a_run_at_its_end_can_be_run_again()
    {
        var run = Of(Parallel);
        run.Start();
        Assert.Equal("RUN_NOT_TERMINAL", run.Signal(SignalTypes.RetryRun).Refusal!.Code);
    }

    [Fact]
    public void A_run_again_has_a_lineage_and_the_same_id_however_often_it_is_asked_for()
    {
        var run = Of("""[{"stepId":"a","kind":"noop"}]""");
        run.Start("""{"x":1}""");
        var decision = run.Signal(SignalTypes.RetryRun, id: "again");
        Assert.Equal(["SignalAccepted"], Told(decision));
        var next = decision.NewRun!;
        Assert.Equal(("run-1", "run-1", 2), (next.Lineage!.OriginRunId, next.Lineage.ParentRunId, next.Lineage.RunAttempt));
        Assert.Null(next.Lineage.Kept);
        Assert.Equal("""{"x":1}""", next.Input.GetRawText());
        Assert.Equal(next.RunId, run.Signal(SignalTypes.RetryRun, id: "again").NewRun!.RunId);
        run.Crash();
        Assert.Equal(next.RunId, Assert.Single(run.Run.OwedRuns()).RunId);
        Assert.Equal(RunStatus.Completed, run.Run.Status);
    }

    [Fact]
    public void A_run_again_from_a_step_keeps_the_results_before_it()
    {
        const string Steps = """
            [{"stepId":"a","kind":"call"},{"stepId":"b","kind":"call"},{"stepId":"c","kind":"transform","with":"${steps.a.result}"}]
            """;
        var first = Of(Steps);
        first.Start();
        first.Complete("a", """{"z":1,"y":2}""");
        first.Fail("b");
        var next = first.Signal(SignalTypes.RetryRun, """{"fromStep":"b"}""").NewRun!;
        Assert.Equal(["a"], next.Lineage!.Kept!.Keys);
        var second = Of(Steps);
        var started = second.Start(lineage: next.Lineage);
        Assert.Equal(["RunQueued", "RunStarted", "StepCompleted a", "StepStarted b"], Told(started));
        Assert.True(Assert.Single(started.Events.OfType<StepCompleted>()).Kept);
        second.Complete("b");
        Assert.Equal("""{"y":2,"z":1}""", second.Step("c").Result!.Value.GetRawText());
    }

    [Fact]
    public void Calls_under_way_are_given_up_when_the_run_is_cancelled_and_those_that_are_to_be_undone_are_not()
    {
        var run = Of("""
            [{"stepId":"a","kind":"call","dependsOn":[]},{"stepId":"w","kind":"wait","with":{"signal":"go"},"dependsOn":[]},
             {"stepId":"u","kind":"call","compensate":{"kind":"call"},"dependsOn":[]},
             {"stepId":"fan","kind":"map","dependsOn":[],"with":{"items":[0,1,2],"concurrency":2,"step":{"kind":"call"} } }]
            """, ""","onCancel":"compensate" """);
        run.Start();
        run.Complete("fan[0]");
        Assert.Equal(["run-1:a:1", "run-1:fan[1]:1", "run-1:fan[2]:1"], run.Signal(SignalTypes.Cancel).GivenUp.Select(c => c.EffectKey));
        Assert.Empty(run.Complete("u").GivenUp);
        Assert.Equal(["run-1:a:1"], Stopped().GivenUp.Select(c => c.EffectKey));
    }

    static Decision Stopped()
    {
        var run = Of("""[{"stepId":"a","kind":"call"}]""");
        run.Start();
        return run.Signal(SignalTypes.EmergencyStop);
    }
}
