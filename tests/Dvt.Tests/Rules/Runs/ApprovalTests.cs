using Dvt.Contracts;
using Dvt.Engine.Runs;
using Xunit;
using static Dvt.Tests.Rules.Runs.Scenario;

namespace Dvt.Tests.Rules.Runs;

/// <summary><c>user:p0</c> starts the runs; the roles of the others are in <see cref="ApprovalOracle"/>.</summary>
public sealed class ApprovalTests
{
    static string Asks(string with, string more = "") => $$"""[{"stepId":"ok","kind":"approval","with":{{with}}{{more}}}]""";

    static Scenario Asked(string with, string more = "")
    {
        var run = Of(Asks(with, more));
        run.Start();
        return run;
    }

    [Fact]
    public void It_asks_and_waits_without_a_limit_until_somebody_of_the_role_approves()
    {
        var run = Of(Asks("""{"role":"finance","title":"Pay?","data":{"b":1,"a":"${run.id}"}}"""));
        Assert.Equal(["StepStarted ok", "ApprovalRequested ok"], Told(run.Start())[2..]);
        Assert.Equal("WAITING_APPROVAL", run.Run.Substatus);
        Assert.Null(run.Run.NextDue);
        var open = run.Step("ok").Approval!;
        Assert.Equal(("open", "Pay?", """{"a":"run-1","b":1}""", 1), (open.Status, open.Title, open.Data!.Value.GetRawText(), open.Missing));
        Assert.Equal("AUTHZ_DENIED", run.Decide("ok", "approve", "user:p3").Refusal!.Code);
        run.Now += TimeSpan.FromDays(30);
        Assert.Equal(["ApprovalGranted ok", "StepCompleted ok", "RunCompleted"], Told(run.Decide("ok", "approve", "user:p1", "fine")));
        Assert.Equal(
            """{"approvals":[{"at":"2026-01-31T12:00:00.000000Z","by":"user:p1","comment":"fine"}],"at":"2026-01-31T12:00:00.000000Z","by":"user:p1","comment":"fine","decision":"approved"}""",
            run.Step("ok").Result!.Value.GetRawText());
        Assert.Equal(("approved", null), (run.Step("ok").Approval!.Status, run.Step("ok").Approval!.Data));
    }

    [Fact]
    public void Who_started_the_run_may_not_approve_it_but_may_deny_it()
    {
        var run = Asked("""{"role":"finance"}""");
        Assert.Equal("AUTHZ_DENIED", run.Decide("ok", "approve", "user:p0").Refusal!.Code);
        Assert.Equal(["ApprovalDenied ok", "StepFailed ok", "RunFailed"], Told(run.Decide("ok", "deny", "user:p0", "changed my mind")));
        Assert.Equal(("APPROVAL_DENIED", false, "USER"), (run.Run.Error!.Code, run.Run.Error.Retryable, run.Run.Error.Category));
        Assert.Equal("denied by user:p0: changed my mind", run.Run.Error.Message);
    }

    [Fact]
    public void Without_four_eyes_the_starter_may_approve()
    {
        var run = Asked("""{"role":"finance","fourEyes":false}""");
        run.Decide("ok", "approve", "user:p0");
        Assert.Equal(RunStatus.Completed, run.Run.Status);
    }

    [Fact]
    public void Whoever_has_a_failed_run_repeated_started_it_as_well_as_who_started_it_first()
    {
        var run = Asked("""{"role":"finance"}""");
        run.Decide("ok", "deny", "user:p1");
        run.Signal(SignalTypes.RetryRun, person: "user:p1");
        var again = Assert.Single(run.Run.OwedRuns());
        Assert.Equal(["user:p0", "user:p1"], again.StartedBy);
        run.Crash();
        Assert.Equal(["user:p0", "user:p1"], Assert.Single(run.Run.OwedRuns()).StartedBy);
    }

    [Fact]
    public void Who_started_a_run_started_the_runs_that_it_starts_as_well()
    {
        var run = Of("""[{"stepId":"p","kind":"plan","with":{"planId":"child"}}]""");
        run.Start();
        run.Crash();
        Assert.Equal(["user:p0"], Assert.Single(run.Run.OwedTells().Select(t => t.Command).OfType<StartRun>()).StartedBy);
    }

    [Fact]
    public void A_plan_that_asks_nobody_does_not_tell_who_started_its_runs()
    {
        var run = Of("""[{"stepId":"a","kind":"noop"}]""");
        run.Start();
        Assert.Null(((RunQueued)run.History[0].Event).StartedBy);
    }

    [Fact]
    public void Several_approvals_are_of_distinct_persons_and_one_denial_decides()
    {
        var run = Asked("""{"roles":["finance","operator"],"minApprovals":2}""");
        Assert.Equal(["ApprovalGranted ok"], Told(run.Decide("ok", "approve", "user:p1")));
        Assert.True(run.Decide("ok", "approve", "user:p1").Ignored);
        Assert.Equal(1, run.Step("ok").Approval!.Missing);
        run.Crash();
        Assert.Equal(["ApprovalDenied ok", "StepFailed ok", "RunFailed"], Told(run.Decide("ok", "deny", "user:p1")));
        var other = Asked("""{"roles":["finance","operator"],"minApprovals":2}""");
        other.Decide("ok", "approve", "user:p1");
        other.Decide("ok", "approve", "user:p2");
        Assert.Equal(2, other.Step("ok").Result!.Value.GetProperty("approvals").GetArrayLength());
    }

    [Fact]
    public void The_same_answer_again_is_told_the_same_also_after_the_end_and_another_one_comes_too_late()
    {
        var run = Of("""[{"stepId":"ok","kind":"approval","with":{"role":"finance"}},{"stepId":"w","kind":"wait","with":{"signal":"go"}}]""");
        run.Start();
        run.Decide("ok", "approve", "user:p1");
        Assert.True(run.Decide("ok", "approve", "user:p1").Ignored);
        Assert.Equal("STEP_TERMINAL", run.Decide("ok", "deny", "user:p1").Refusal!.Code);
        Assert.Equal("STEP_TERMINAL", run.Decide("ok", "approve", "user:p9").Refusal!.Code);
        run.External("go");
        Assert.True(run.Decide("ok", "approve", "user:p1").Ignored);
        Assert.Equal("RUN_TERMINAL", run.Decide("ok", "deny", "user:p9").Refusal!.Code);
    }

    [Fact]
    public void What_cannot_be_answered_says_why()
    {
        var run = Of("""[{"stepId":"a","kind":"call"},{"stepId":"ok","kind":"approval","with":{"role":"finance"}}]""");
        run.Start();
        Assert.Equal("STEP_NOT_FOUND", run.Decide("none", "approve", "user:p1").Refusal!.Code);
        Assert.Equal("STEP_NOT_FOUND", run.Decide("a", "approve", "user:p1").Refusal!.Code);
        Assert.Equal("STEP_NOT_STARTED", run.Decide("ok", "approve", "user:p1").Refusal!.Code);
        Assert.Equal("validation_failed", run.Decide("ok", "perhaps", "user:p1").Refusal!.Code);
        run.Complete("a");
        Assert.Equal("STEP_TERMINAL", run.Decide("ok", "approve", "user:p1", approvalId: "another").Refusal!.Code);
        Assert.Equal("RUNNING", run.StatusOf("ok"));
        Assert.Null(run.Decide("ok", "approve", "user:p1", approvalId: run.Step("ok").Approval!.ApprovalId).Refusal);
    }

    [Theory]
    [InlineData("deny", "FAILED", "denied")]
    [InlineData("approve", "COMPLETED", "approved")]
    public void A_deadline_that_nobody_meets_decides_as_the_plan_says(string onDeadline, string status, string decision)
    {
        var run = Asked($$"""{"role":"finance","deadline":"PT1H","onDeadline":"{{onDeadline}}"}""");
        Assert.Empty(run.Wake(TimeSpan.FromMinutes(59)).Events);
        run.WakeWhenDue();
        Assert.Equal(decision, run.History.Select(h => h.Event).OfType<ApprovalExpired>().Single().Decision);
        Assert.Equal(status, run.StatusOf("ok"));
        Assert.Equal(status == "FAILED" ? "APPROVAL_TIMEOUT" : null, run.Run.Error?.Code);
        if (status == "COMPLETED")
            Assert.Equal("system", run.Step("ok").Result!.Value.GetProperty("by").GetString());
    }

    [Fact]
    public void An_answer_after_the_deadline_comes_too_late_even_when_its_timer_is_late()
    {
        var run = Asked("""{"role":"finance","deadline":"PT1H"}""");
        run.Now += TimeSpan.FromHours(1);
        Assert.Equal("STEP_TERMINAL", run.Decide("ok", "approve", "user:p1").Refusal!.Code);
        Assert.Equal(["ApprovalExpired ok", "StepFailed ok", "RunFailed"], Told(run.Wake()));
    }

    [Fact]
    public void Levels_are_asked_one_after_the_other_each_counted_from_the_one_before()
    {
        var run = Asked("""{"role":"finance","deadline":"P1D","escalation":[{"after":"PT1H","role":"operator"},{"after":"PT2H","roles":["host","sales"]}]}""");
        Assert.Equal(["ApprovalEscalated ok"], Told(run.Wake(TimeSpan.FromHours(1))));
        Assert.Equal(["finance", "operator"], run.Step("ok").Approval!.Roles);
        Assert.Empty(run.Wake(TimeSpan.FromMinutes(119)).Events);
        Assert.Equal(["ApprovalEscalated ok"], Told(run.Wake(TimeSpan.FromMinutes(1))));
        Assert.Equal(["finance", "operator", "host", "sales"], run.Step("ok").Approval!.Roles);
        Assert.Equal(["ApprovalExpired ok", "StepFailed ok", "RunFailed"], Told(run.WakeWhenDue()));
        Assert.Equal(TimeSpan.FromDays(1), run.Now - run.History[0].At);
    }

    [Fact]
    public void Somebody_of_a_level_that_is_due_may_answer_before_its_timer_has_come()
    {
        var run = Asked("""{"role":"finance","escalation":{"after":"PT1H","role":"operator"}}""");
        Assert.Equal("AUTHZ_DENIED", run.Decide("ok", "approve", "user:p2").Refusal!.Code);
        run.Now += TimeSpan.FromHours(1);
        Assert.Equal(["ApprovalEscalated ok", "ApprovalGranted ok", "StepCompleted ok", "RunCompleted"], Told(run.Decide("ok", "approve", "user:p2")));
    }

    [Fact]
    public void A_deadline_may_ask_the_next_level_and_begin_anew_until_there_is_none()
    {
        var run = Asked("""{"role":"finance","deadline":"PT1H","onDeadline":"escalate","escalation":[{"role":"operator"},{"after":"PT10M","role":"host"}]}""");
        Assert.Equal(["ApprovalEscalated ok"], Told(run.WakeWhenDue()));
        Assert.Equal(run.Now + TimeSpan.FromHours(1), run.Step("ok").Approval!.Deadline);
        Assert.Equal(["ApprovalEscalated ok"], Told(run.Wake(TimeSpan.FromMinutes(10))));
        Assert.Equal(["ApprovalExpired ok", "StepFailed ok", "RunFailed"], Told(run.Wake(TimeSpan.FromHours(1))));
        Assert.Equal("APPROVAL_TIMEOUT", run.Run.Error!.Code);
    }

    [Fact]
    public void A_step_timeout_ends_it_as_it_ends_any_step()
    {
        var run = Asked("""{"role":"finance","deadline":"PT1H"}""", ""","timeout":"PT10M" """);
        Assert.Equal(["ApprovalWithdrawn ok", "StepFailed ok", "RunFailed"], Told(run.WakeWhenDue()));
        Assert.Equal("STEP_TIMEOUT", run.Run.Error!.Code);
    }

    [Fact]
    public void While_paused_answers_are_kept_and_carried_out_when_the_run_resumes()
    {
        var run = Asked("""{"role":"finance","escalation":{"after":"PT1H","role":"operator"}}""");
        run.Signal(SignalTypes.Pause);
        Assert.Equal((RunStatus.Paused, null), (run.Run.Status, run.Run.Substatus));
        Assert.Null(run.Run.NextDue);
        run.Now += TimeSpan.FromHours(2);
        // The level that would be due is not asked before the pause is over.
        Assert.Equal("AUTHZ_DENIED", run.Decide("ok", "approve", "user:p2").Refusal!.Code);
        Assert.Equal(["ApprovalGranted ok"], Told(run.Decide("ok", "approve", "user:p1")));
        Assert.Equal("STEP_TERMINAL", run.Decide("ok", "deny", "user:p9").Refusal!.Code);
        run.Crash();
        Assert.Equal(["SignalAccepted", "RunResumed", "StepCompleted ok", "RunCompleted"], Told(run.Signal(SignalTypes.Resume)));
    }

    [Fact]
    public void A_deadline_that_passes_while_paused_counts_when_the_run_resumes()
    {
        var run = Asked("""{"role":"finance","deadline":"PT1H"}""");
        run.Signal(SignalTypes.Pause);
        Assert.Empty(run.Wake(TimeSpan.FromHours(2)).Events);
        Assert.Equal("STEP_TERMINAL", run.Decide("ok", "approve", "user:p1").Refusal!.Code);
        Assert.Equal(["SignalAccepted", "RunResumed", "ApprovalExpired ok", "StepFailed ok", "RunFailed"], Told(run.Signal(SignalTypes.Resume)));
    }

    [Theory]
    [InlineData(SignalTypes.Cancel)]
    [InlineData(SignalTypes.EmergencyStop)]
    public void A_run_that_is_ended_asks_nobody_any_more(string signal)
    {
        var run = Asked("""{"role":"finance"}""");
        Assert.Equal(["SignalAccepted", "RunCancelRequested", "ApprovalWithdrawn ok", "StepCancelled ok", "RunCancelled"], Told(run.Signal(signal)));
        Assert.Equal("withdrawn", run.Step("ok").Approval!.Status);
        Assert.Equal("RUN_TERMINAL", run.Decide("ok", "approve", "user:p1").Refusal!.Code);
    }

    [Fact]
    public void A_step_that_asks_is_neither_skipped_nor_retried_and_one_that_was_denied_asks_anew()
    {
        var run = Asked("""{"role":"finance"}""", ""","onError":"park" """);
        Assert.Equal("STEP_NOT_TERMINAL", run.Signal(SignalTypes.SkipStep, """{"stepId":"ok"}""").Refusal!.Code);
        Assert.Equal("STEP_NOT_TERMINAL", run.Signal(SignalTypes.RetryStep, """{"stepId":"ok"}""").Refusal!.Code);
        var first = run.Step("ok").Approval!.ApprovalId;
        run.Decide("ok", "deny", "user:p1");
        Assert.Equal((RunStatus.Paused, "STEP_FAILED"), (run.Run.Status, run.Run.Substatus));
        run.Signal(SignalTypes.RetryStep, """{"stepId":"ok"}""");
        Assert.NotEqual(first, run.Step("ok").Approval!.ApprovalId);
        Assert.Equal("STEP_TERMINAL", run.Decide("ok", "deny", "user:p1", approvalId: first).Refusal!.Code);
        run.Decide("ok", "approve", "user:p1");
        Assert.Equal(RunStatus.Completed, run.Run.Status);
    }

    [Theory]
    [InlineData("""{"role":"finance"}""", "AUTHZ_DENIED")]
    [InlineData("""{"role":"finance","fourEyes":false}""", null)]
    public void Who_started_the_run_may_not_get_around_what_it_asks(string with, string? code)
    {
        var run = Of($$"""[{"stepId":"a","kind":"call"},{"stepId":"ok","kind":"approval","with":{{with}}}]""");
        run.Start();
        Assert.Equal(code, run.Signal(SignalTypes.SkipStep, """{"stepId":"ok"}""", person: "user:p0").Refusal?.Code);
        Assert.Null(run.Signal(SignalTypes.SkipStep, """{"stepId":"ok"}""", person: "user:p1").Refusal);
    }

    [Fact]
    public void What_a_plan_says_on_errors_decides_what_a_denial_leads_to()
    {
        var run = Of("""
            [{"stepId":"hold","kind":"noop","compensate":{"kind":"noop"}},
             {"stepId":"ok","kind":"approval","with":{"role":"finance"},"onError":"continue"},
             {"stepId":"told","kind":"transform","with":"${steps.ok.error.code}"}]
            """);
        run.Start();
        run.Decide("ok", "deny", "user:p1");
        Assert.Equal("\"APPROVAL_DENIED\"", run.Step("told").Result!.Value.GetRawText());
        var saga = Of("""
            [{"stepId":"hold","kind":"noop","compensate":{"kind":"noop"}},{"stepId":"ok","kind":"approval","with":{"role":"finance"},"onError":"compensate"}]
            """);
        saga.Start();
        Assert.Equal(
            ["ApprovalDenied ok", "StepFailed ok", "RunCompensationStarted", "StepCompensationStarted hold", "StepCompensated hold", "RunFailed"],
            Told(saga.Decide("ok", "deny", "user:p1")));
    }

    [Theory]
    [InlineData("""{"role":"pope"}""")]
    [InlineData("""{"role":"finance","deadline":"P999999999W"}""")]
    public void A_request_that_makes_no_sense_fails(string input)
    {
        var run = Of(Asks("\"${input}\""));
        run.Start(input);
        Assert.Equal("INVALID_WITH", run.Run.Error!.Code);
    }
}
