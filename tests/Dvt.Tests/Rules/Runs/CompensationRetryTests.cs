using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Xunit;
using static Dvt.Tests.Rules.Runs.Scenario;

namespace Dvt.Tests.Rules.Runs;

/// <summary>Compensations that failed for good and are tried again, and retries of a run that share what was done.</summary>
public sealed class CompensationRetryTests
{
    static Scenario Undoing(string onError, string more = "")
    {
        var run = Of(
            $$$"""
            [{"stepId":"a","kind":"call","compensate":{"kind":"call"}},{"stepId":"b","kind":"call","compensate":{"kind":"call","onError":"{{{onError}}}"}},
             {"stepId":"c","kind":"call","onError":"compensate"}]
            """, more);
        run.Start();
        run.Complete("a", "1");
        run.Complete("b", "2");
        run.Fail("c", code: "DECLINED");
        return run;
    }

    static Scenario Parked()
    {
        var run = Undoing("park");
        Assert.Equal(["StepCompensationFailed b", "StepCompensationStarted a"], Told(run.Fail("b/compensate", code: "BANK_AWAY", attempt: 1)));
        Assert.Equal(["StepCompensated a", "RunPaused"], Told(run.Complete("a/compensate", attempt: 1)));
        Assert.Equal((RunStatus.Paused, "STEP_FAILED"), (run.Run.Status, run.Run.Substatus));
        run.Crash();
        return run;
    }

    [Fact]
    public void A_failed_compensation_may_ask_for_a_person_once_the_others_are_undone_and_is_tried_again()
    {
        var run = Parked();
        var blocker = Assert.Single(run.Run.Blockers(run.Now));
        Assert.Equal(("STEP_FAILED", "b", "BANK_AWAY"), (blocker.Code, blocker.StepId, blocker.Error!.Code));
        Assert.Contains(SignalTypes.RetryStep, blocker.ClearableBy!.Signals!);
        Assert.Equal("RUN_PARKED", run.Signal(SignalTypes.Resume).Refusal!.Code);
        Assert.Equal(
            ["SignalAccepted", "StepCompensationRetryScheduled b", "RunResumed", "StepCompensationStarted b"],
            Told(run.Signal(SignalTypes.RetryStep, """{"stepId":"b","input":{"by":"hand"}}""")));
        Assert.Equal(("run-1:b/compensate:2", """{"by":"hand"}"""), (run.Calls[^1].EffectKey, run.Calls[^1].Input.GetRawText()));
        Assert.Equal("COMPENSATING", run.Run.Substatus);
        Assert.Equal(["StepCompensated b", "RunFailed"], Told(run.Complete("b/compensate", attempt: 2)));
        Assert.Equal(("DECLINED", null), (run.Run.Error!.Code, run.Run.CompensationError));
    }

    [Fact]
    public void A_compensation_that_fails_again_parks_again_and_one_that_is_skipped_is_reported()
    {
        var run = Parked();
        run.Signal(SignalTypes.RetryStep, """{"stepId":"b"}""");
        Assert.Equal(["StepCompensationFailed b", "RunPaused"], Told(run.Fail("b/compensate", attempt: 2)));
        Assert.Equal(
            ["SignalAccepted", "StepCompensationSkipped b", "RunResumed", "RunFailed"], Told(run.Signal(SignalTypes.SkipStep, """{"stepId":"b"}""")));
        Assert.Equal(("COMPENSATION_FAILED", "COMPLETED", "SKIPPED"), (run.Run.CompensationError!.Code, run.StatusOf("b"), run.Step("b").Compensation!.Status));
    }

    [Fact]
    public void While_others_are_undone_a_failed_compensation_is_tried_again_next_whatever_it_says()
    {
        var run = Undoing("report");
        run.Fail("b/compensate", attempt: 1);
        Assert.Equal("STEP_TERMINAL", run.Signal(SignalTypes.SkipStep, """{"stepId":"b"}""").Refusal!.Code);
        Assert.Equal(["SignalAccepted", "StepCompensationRetryScheduled b"], Told(run.Signal(SignalTypes.RetryStep, """{"stepId":"b"}""")));
        Assert.Equal("STEP_TERMINAL", run.Signal(SignalTypes.RetryStep, """{"stepId":"b"}""").Refusal!.Code);
        run.Crash();
        Assert.Equal(["StepCompensated a", "StepCompensationStarted b"], Told(run.Complete("a/compensate", attempt: 1)));
        Assert.Equal(["StepCompensated b", "RunFailed"], Told(run.Complete("b/compensate", attempt: 2)));
    }

    [Fact]
    public void An_emergency_stop_ends_a_run_that_is_parked_over_a_compensation_and_names_the_step()
    {
        var run = Parked();
        run.Signal(SignalTypes.EmergencyStop);
        Assert.Equal(RunStatus.Cancelled, run.Run.Status);
        Assert.Contains("b (BANK_AWAY)", run.Run.CompensationError!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void At_its_end_a_run_tries_no_compensation_again()
    {
        var run = Undoing("report");
        run.Fail("b/compensate", attempt: 1);
        run.Complete("a/compensate", attempt: 1);
        Assert.Equal("RUN_TERMINAL", run.Signal(SignalTypes.RetryStep, """{"stepId":"b"}""").Refusal!.Code);
    }

    [Fact]
    public void Of_two_retries_that_keep_a_step_only_the_one_asked_for_first_undoes_it()
    {
        var run = Of("""[{"stepId":"a","kind":"call","compensate":{"kind":"noop"}},{"stepId":"b","kind":"call"}]""", ""","onCancel":"compensate" """);
        run.Start();
        run.Complete("a", "1");
        run.Fail("b");
        // Their ids sort the other way than they came.
        var first = run.Signal(SignalTypes.RetryRun, """{"fromStep":"b"}""", "z").NewRun!;
        run.Crash();
        var second = run.Signal(SignalTypes.RetryRun, """{"fromStep":"b"}""", "a").NewRun!;
        Assert.Equal(["a"], second.Lineage!.LeftAlone);
        Assert.Equal(["StepCompensationStarted a", "StepCompensated a"], Undone(run.Run.Plan, first));
        Assert.Empty(Undone(run.Run.Plan, second));
        Assert.Equal([second.RunId, first.RunId], run.Run.OwedRuns().Select(r => r.RunId));
        Assert.Equal([1, 0], run.Run.OwedRuns().Select(r => r.Lineage!.LeftAlone?.Count ?? 0));
    }

    static string[] Undone(Plan plan, StartRun start)
    {
        var run = Run.New(start.RunId, plan);
        run.Start(start, DateTimeOffset.UnixEpoch);
        var end = run.Signal(
            new SignalRun(run.RunId, "s", SignalTypes.Cancel, Reason: null, Payload: null, [Roles.TenantAdmin]), Guid.NewGuid(), DateTimeOffset.UnixEpoch);
        Assert.Equal((RunStatus.Cancelled, null), (run.Status, run.CompensationError));
        return [.. Told(end).Where(t => t.StartsWith("StepCompens", StringComparison.Ordinal))];
    }
}
