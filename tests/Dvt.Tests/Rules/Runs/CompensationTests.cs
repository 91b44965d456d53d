using Dvt.Contracts;
using Xunit;
using static Dvt.Tests.Rules.Runs.Scenario;

namespace Dvt.Tests.Rules.Runs;

public sealed class CompensationTests
{
    /// <summary>Two steps that can be undone, one that cannot, and one that undoes them all when it fails.</summary>
    const string Saga = """
        [{"stepId":"hold","kind":"call","compensate":{"kind":"call","with":{"code":"${steps.hold.result.code}"}}},
         {"stepId":"note","kind":"noop"},
         {"stepId":"charge","kind":"call","compensate":{"kind":"call","with":{"of":"${steps.hold.result.code}"},"retry":{"maxAttempts":2,"initial":"PT10S"}}},
         {"stepId":"confirm","kind":"call","onError":"compensate"},
         {"stepId":"thank","kind":"noop"}]
        """;

    const string UndoHold = "hold/compensate";
    const string UndoCharge = "charge/compensate";

    static Scenario Charged(string more = "")
    {
        var run = Of(Saga, more);
        run.Start();
        run.Complete("hold", """{"code":"H1"}""");
        run.Complete("charge");
        return run;
    }

    static Scenario Failed(string more = "")
    {
        var run = Charged(more);
        run.Fail("confirm", code: "DECLINED");
        return run;
    }

    [Fact]
    public void A_failed_step_undoes_completed_steps_the_last_one_first_and_then_fails_the_run()
    {
        var run = Charged();
        Assert.Equal(
            ["StepFailed confirm", "RunCompensationStarted", "StepSkipped thank", "StepCompensationStarted charge"], Told(run.Fail("confirm", code: "DECLINED")));
        Assert.Equal(("RUNNING", "COMPENSATING"), (run.Run.Snapshot().Status, run.Run.Substatus));
        Assert.Equal(("DECLINED", "confirm"), (run.Run.Error!.Code, run.Run.FailedStepId));
        var call = run.Calls[^1];
        Assert.Equal((UndoCharge, "call", "run-1:charge/compensate:1", """{"of":"H1"}"""), (call.StepId, call.Kind, call.EffectKey, call.Input.GetRawText()));
        Assert.Equal(["StepCompensated charge", "StepCompensationStarted hold"], Told(run.Complete(UndoCharge, """{"refund":"R1"}""", attempt: 1)));
        run.Crash();
        Assert.Equal(UndoHold, Assert.Single(run.Run.Owed()).StepId);
        Assert.Equal(["StepCompensated hold", "RunFailed"], Told(run.Complete(UndoHold, attempt: 1)));
        Assert.Equal(("COMPENSATED", "COMPENSATED", "COMPLETED", "FAILED"), (run.StatusOf("hold"), run.StatusOf("charge"), run.StatusOf("note"), run.StatusOf("confirm")));
        Assert.Equal("""{"refund":"R1"}""", run.Step("charge").Compensation!.Result!.Value.GetRawText());
        Assert.Equal(("DECLINED", null), (run.Run.Error!.Code, run.Run.CompensationError));
    }

    [Fact]
    public void A_compensation_is_retried_and_its_failure_stands_beside_what_failed_the_run()
    {
        var run = Failed();
        var first = Assert.IsType<StepCompensationFailed>(Assert.Single(run.Fail(UndoCharge, retryable: true, attempt: 1).Events));
        Assert.False(first.Final);
        Assert.Equal(first.DueAt, run.Run.NextDue);
        Assert.Equal(("FAILED", first.DueAt), (run.Step("charge").Compensation!.Status, run.Step("charge").Compensation!.DueAt));
        Assert.Equal("run-1:charge/compensate:2", Assert.Single(run.WakeWhenDue().Calls).EffectKey);
        // The other steps are undone all the same.
        Assert.Equal(["StepCompensationFailed charge", "StepCompensationStarted hold"], Told(run.Fail(UndoCharge, retryable: true, code: "BANK_AWAY", attempt: 2)));
        var end = Assert.IsType<RunFailed>(run.Complete(UndoHold, attempt: 1).Events[^1]);
        Assert.Equal(("DECLINED", "confirm"), (end.Error.Code, end.FailedStepId));
        Assert.Equal(("COMPENSATION_FAILED", "not undone: charge (BANK_AWAY)"), (end.CompensationError!.Code, end.CompensationError.Message));
        Assert.Equal(("COMPLETED", "BANK_AWAY"), (run.StatusOf("charge"), run.Step("charge").Compensation!.Error!.Code));
        Assert.Equal(end.CompensationError, run.Run.Snapshot().CompensationError);
    }

    [Fact]
    public void A_lasting_failure_of_a_compensation_is_not_retried()
    {
        var run = Failed();
        Assert.Equal(["StepCompensationFailed charge", "StepCompensationStarted hold"], Told(run.Fail(UndoCharge, retryable: false, attempt: 1)));
    }

    [Fact]
    public void A_lost_worker_of_a_compensation_is_replaced_under_the_same_key()
    {
        var run = Failed();
        Assert.Equal(run.Now + Dvt.Engine.Runs.Run.Lease, run.Run.NextDue);
        var decision = run.WakeWhenDue();
        Assert.Equal(["StepCompensationRecovered charge"], Told(decision));
        Assert.Equal(("run-1:charge/compensate:1", 2), (decision.Calls[0].EffectKey, decision.Calls[0].EngineAttempt));
        Assert.Empty(run.Wake(Dvt.Engine.Runs.Run.Lease - TimeSpan.FromSeconds(1), new HashSet<string> { decision.Calls[0].EffectKey }).Events);
        run.Complete(UndoCharge, attempt: 1);
        Assert.True(run.Complete(UndoCharge, attempt: 1).Ignored);
    }

    [Fact]
    public void A_compensation_that_nobody_answers_is_not_repeated_where_that_might_do_harm()
    {
        var run = Failed();
        run.Wake(TimeSpan.FromSeconds(31));
        Assert.Equal(["StepCompensationFailed charge", "StepCompensationStarted hold"], Told(run.Wake(TimeSpan.FromSeconds(31))));
        Assert.Equal("STEP_TIMEOUT", run.Step("charge").Compensation!.Error!.Code);
    }

    [Fact]
    public void Calls_under_way_that_can_be_undone_are_awaited_and_undone_and_the_others_are_cancelled()
    {
        var run = Of(
            """
            [{"stepId":"a","kind":"call","dependsOn":[],"compensate":{"kind":"call"}},
             {"stepId":"b","kind":"call","dependsOn":[],"compensate":{"kind":"noop"}},
             {"stepId":"c","kind":"call","dependsOn":[]},
             {"stepId":"d","kind":"call","dependsOn":[],"onError":"compensate"}]
            """);
        run.Start();
        Assert.Equal(["StepFailed d", "RunCompensationStarted", "StepCancelled c"], Told(run.Fail("d")));
        Assert.Equal(["StepCompleted b"], Told(run.Complete("b")));
        Assert.Equal(
            ["StepFailed a", "StepCompensationStarted b", "StepCompensated b", "RunFailed"], Told(run.Fail("a", retryable: true)));
        Assert.Equal("d", run.Run.FailedStepId);
    }

    [Fact]
    public void Nothing_to_undo_is_nothing_to_tell()
    {
        var run = Of(Saga, ""","onCancel":"compensate" """);
        run.Start();
        run.Fail("hold");
        Assert.DoesNotContain(run.History, h => h.Event is RunCompensationStarted);
        Assert.Equal("FAILED", run.Run.Snapshot().Status);
    }

    [Fact]
    public void A_step_that_only_fails_the_run_undoes_nothing()
    {
        var run = Of(Saga.Replace("compensate\"},", "fail\"},", StringComparison.Ordinal));
        run.Start();
        run.Complete("hold", """{"code":"H1"}""");
        run.Complete("charge");
        Assert.Equal(["StepFailed confirm", "StepSkipped thank", "RunFailed"], Told(run.Fail("confirm")));
    }

    [Fact]
    public void A_compensation_whose_input_cannot_be_made_is_reported()
    {
        var run = Of("""[{"stepId":"a","kind":"noop","compensate":{"kind":"call","with":"${steps.a.result.x}"}},{"stepId":"b","kind":"call","onError":"compensate"}]""");
        run.Start();
        Assert.Equal(["StepFailed b", "RunCompensationStarted", "StepCompensationStarted a", "StepCompensationFailed a", "RunFailed"], Told(run.Fail("b")));
        Assert.Equal("EXPRESSION_FAILED", run.Step("a").Compensation!.Error!.Code);
        Assert.Equal("not undone: a (EXPRESSION_FAILED)", run.Run.CompensationError!.Message);
    }

    [Fact]
    public void A_cancelled_run_is_undone_where_its_plan_says_so()
    {
        var run = Charged(""","onCancel":"compensate" """);
        Assert.Equal(
            ["SignalAccepted", "RunCancelRequested", "RunCompensationStarted", "StepCancelled confirm", "StepCancelled thank", "StepCompensationStarted charge"],
            Told(run.Signal(SignalTypes.Cancel)));
        run.Crash();
        run.Complete(UndoCharge, attempt: 1);
        Assert.Equal(["StepCompensated hold", "RunCancelled"], Told(run.Complete(UndoHold, attempt: 1)));
        Assert.Null(run.Run.Error);
    }

    [Fact]
    public void A_paused_run_that_is_cancelled_is_undone_without_a_resume()
    {
        var run = Charged(""","onCancel":"compensate" """);
        run.Signal(SignalTypes.Pause);
        Assert.Contains("StepCompensationStarted charge", Told(run.Signal(SignalTypes.Cancel)));
        Assert.Equal("COMPENSATING", run.Run.Substatus);
    }

    [Fact]
    public void A_cancelled_run_is_not_undone_unless_its_plan_says_so() =>
        Assert.Equal("RunCancelled", Told(Charged().Signal(SignalTypes.Cancel))[^1]);

    [Fact]
    public void A_failed_compensation_of_a_cancelled_run_is_told_by_its_end()
    {
        var run = Charged(""","onCancel":"compensate" """);
        run.Signal(SignalTypes.Cancel);
        run.Fail(UndoCharge, attempt: 1);
        var end = Assert.IsType<RunCancelled>(run.Complete(UndoHold, attempt: 1).Events[^1]);
        Assert.Equal("not undone: charge (HTTP_STATUS)", end.CompensationError!.Message);
    }

    [Fact]
    public void A_pause_holds_the_next_compensation_back_and_keeps_the_answer_of_the_one_under_way()
    {
        var run = Failed();
        run.Signal(SignalTypes.Pause);
        Assert.Equal(("PAUSED", "DRAINING"), (run.Run.Snapshot().Status, run.Run.Substatus));
        Assert.Equal(["StepCompensated charge"], Told(run.Complete(UndoCharge, attempt: 1)));
        Assert.False(run.Run.HasInlineWork);
        Assert.Null(run.Run.NextDue);
        Assert.Equal(["SignalAccepted", "RunResumed", "StepCompensationStarted hold"], Told(run.Signal(SignalTypes.Resume)));
    }

    [Fact]
    public void A_cancel_of_a_run_that_is_being_undone_changes_nothing_and_its_failure_stays()
    {
        var run = Failed();
        Assert.Equal(["SignalAccepted"], Told(run.Signal(SignalTypes.Cancel)));
        run.Complete(UndoCharge, attempt: 1);
        run.Complete(UndoHold, attempt: 1);
        Assert.Equal(("FAILED", "DECLINED"), (run.Run.Snapshot().Status, run.Run.Error!.Code));
    }

    [Theory]
    [InlineData(SignalTypes.RetryStep)]
    [InlineData(SignalTypes.SkipStep)]
    public void The_failed_step_of_a_run_that_is_being_undone_is_not_tried_again(string type) =>
        Assert.Equal("STEP_TERMINAL", Failed().Signal(type, """{"stepId":"confirm"}""").Refusal!.Code);

    [Fact]
    public void An_emergency_stop_ends_the_undoing_at_once_and_says_what_is_left()
    {
        var run = Failed();
        Assert.Equal(["SignalAccepted", "RunCancelRequested", "StepCompensationFailed charge", "RunCancelled"], Told(run.Signal(SignalTypes.EmergencyStop)));
        Assert.Equal("not undone: hold, charge (RUN_STOPPED); had failed before: DECLINED no", run.Run.CompensationError!.Message);
        Assert.Equal("DECLINED", run.Run.Error!.Code);
        Assert.True(run.Complete(UndoCharge, attempt: 1).Orphan);
    }

    [Fact]
    public void The_deadline_of_a_plan_undoes_what_a_step_it_cuts_off_would_have_undone()
    {
        var run = Charged(""","timeout":"PT50S" """);
        Assert.Equal(["StepRecovered confirm"], Told(run.WakeWhenDue()));
        Assert.Equal(
            ["RunCompensationStarted", "StepCancelled confirm", "StepCancelled thank", "StepCompensationStarted charge"], Told(run.Wake(TimeSpan.FromSeconds(20))));
        // The deadline has passed, and yet what must be undone has its own time.
        run.Complete(UndoCharge, attempt: 1);
        Assert.Equal("RunFailed", Told(run.Complete(UndoHold, attempt: 1))[^1]);
        Assert.Equal(("RUN_TIMEOUT", null), (run.Run.Error!.Code, run.Run.FailedStepId));
    }

    [Fact]
    public void The_deadline_of_a_plan_without_such_a_step_undoes_nothing()
    {
        var run = Of("""[{"stepId":"a","kind":"noop","compensate":{"kind":"call"}},{"stepId":"b","kind":"call"}]""", ""","timeout":"PT20S" """);
        run.Start();
        Assert.Equal(["StepCancelled b", "RunFailed"], Told(run.WakeWhenDue()));
    }

    [Fact]
    public void Checkpoints_commit_each_compensation_before_the_next()
    {
        var run = Of(
            """
            [{"stepId":"a","kind":"call","compensate":{"kind":"noop"}},{"stepId":"b","kind":"call","compensate":{"kind":"noop"}},
             {"stepId":"c","kind":"call","onError":"compensate"}]
            """, ""","checkpoint":"step" """);
        run.Start();
        run.Complete("a");
        run.Complete("b");
        var first = run.Fail("c");
        Assert.Equal(("StepCompensated b", true), (Told(first)[^1], first.More));
        run.Crash();
        Assert.True(run.Run.HasInlineWork);
        Assert.Equal(["StepCompensationStarted a", "StepCompensated a"], Told(run.Continue()));
        Assert.Equal(["RunFailed"], Told(run.Continue()));
    }

    [Fact]
    public void A_run_made_of_kept_results_undoes_them_as_well_after_its_own()
    {
        var run = Charged();
        run.Fail("confirm");
        run.Fail(UndoCharge, attempt: 1);
        run.Fail(UndoHold, attempt: 1);
        run.Signal(SignalTypes.RetryRun, """{"fromStep":"charge"}""");
        var again = Of(Saga);
        again.Start(lineage: Assert.Single(run.Run.OwedRuns()).Lineage);
        again.Complete("charge");
        again.Fail("confirm");
        again.Complete(UndoCharge, attempt: 1);
        Assert.Equal(["StepCompensated hold", "RunFailed"], Told(again.Complete(UndoHold, attempt: 1)));
    }

    [Fact]
    public void The_steps_of_a_large_plan_are_undone_in_pieces_without_losing_any()
    {
        var steps = string.Join(',', Enumerable.Range(0, 3_000).Select(i => $$"""{"stepId":"s{{i}}","kind":"noop","compensate":{"kind":"noop"} }"""));
        var run = Of($$"""[{{steps}},{"stepId":"z","kind":"call","onError":"compensate"}]""");
        var decision = run.Start();
        while (decision.More)
            decision = run.Continue();
        decision = run.Fail("z");
        for (var pieces = 0; decision.More; pieces++)
        {
            Assert.True(pieces < 10);
            run.Crash();
            decision = run.Continue();
        }
        Assert.Equal("RunFailed", Told(decision)[^1]);
        Assert.Equal(3_000, run.Run.Snapshot().Steps.Count(s => s.Status == "COMPENSATED"));
    }
}
