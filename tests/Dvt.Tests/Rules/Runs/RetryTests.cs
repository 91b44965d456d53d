using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Xunit;
using static Dvt.Tests.Rules.Runs.Scenario;

namespace Dvt.Tests.Rules.Runs;

public sealed class RetryTests
{
    const string Call = """[{"stepId":"a","kind":"call"}]""";

    [Fact]
    public void A_passing_failure_is_tried_three_times_with_growing_pauses()
    {
        var run = Of(Call);
        run.Start();
        Assert.Equal(["StepFailed a", "StepRetryScheduled a"], Told(run.Fail("a", retryable: true)));
        Assert.Equal("RETRYING", run.Run.Substatus);
        Assert.InRange(run.Run.NextDue!.Value - run.Now, TimeSpan.FromMilliseconds(800), TimeSpan.FromMilliseconds(1_000));
        var second = run.WakeWhenDue();
        Assert.Equal("run-1:a:2", Assert.Single(second.Calls).EffectKey);
        run.Fail("a", retryable: true);
        Assert.InRange(run.Run.NextDue!.Value - run.Now, TimeSpan.FromMilliseconds(1_600), TimeSpan.FromMilliseconds(2_000));
        run.WakeWhenDue();
        Assert.Equal(["StepFailed a", "RunFailed"], Told(run.Fail("a", retryable: true)));
    }

    [Fact]
    public void A_lasting_failure_is_not_tried_again()
    {
        var run = Of(Call);
        run.Start();
        Assert.True(Assert.Single(run.Fail("a").Events.OfType<StepFailed>()).Final);
    }

    [Fact]
    public void Pauses_are_the_same_for_the_same_names_differ_between_runs_and_keep_to_their_limit()
    {
        var policy = RetryPolicy.Default;
        Assert.Equal(policy.Delay("r", "s", 1), policy.Delay("r", "s", 1));
        Assert.True(Enumerable.Range(0, 20).Select(i => policy.Delay($"r{i}", "s", 1)).Distinct().Count() > 10);
        Assert.InRange(policy.Delay("r", "s", 900), TimeSpan.FromSeconds(48), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void A_retry_is_not_started_early_by_another_command()
    {
        var run = Of("""[{"stepId":"a","kind":"call","dependsOn":[]},{"stepId":"b","kind":"call","dependsOn":[]}]""");
        run.Start();
        run.Fail("a", retryable: true);
        Assert.Equal(["StepCompleted b"], Told(run.Complete("b")));
    }

    [Fact]
    public void A_lapsed_lease_offers_the_same_attempt_again()
    {
        var run = Of(Call);
        run.Start();
        Assert.Equal(run.Now + Run.Lease, run.Run.NextDue);
        var decision = run.WakeWhenDue();
        Assert.Equal(["StepRecovered a"], Told(decision));
        var call = Assert.Single(decision.Calls);
        Assert.Equal(("run-1:a:1", 2), (call.EffectKey, call.EngineAttempt));
        Assert.Equal("RECOVERING", run.Run.Substatus);
        Assert.Equal(["StepCompleted a", "RunCompleted"], Told(run.Complete("a")));
    }

    [Fact]
    public void A_call_that_somebody_works_on_is_left_alone_and_looked_at_again()
    {
        var run = Of(Call);
        run.Start();
        var decision = run.Run.Wake(run.Now + Run.Lease, new HashSet<string> { "run-1:a:1" });
        Assert.Empty(decision.Events);
        Assert.Empty(decision.Calls);
        Assert.Equal(run.Now + Run.Lease + Run.LookAgain, run.Run.NextDue);
    }

    [Fact]
    public void A_call_whose_worker_is_lost_just_after_a_look_is_offered_again_with_time_left()
    {
        var run = Of(Call);
        run.Start();
        run.Wake(Run.Lease, new HashSet<string> { "run-1:a:1" });
        var again = run.Wake(Run.LookAgain);
        Assert.Equal(["StepRecovered a"], Told(again));
        Assert.True(Assert.Single(again.Calls).Deadline > run.Now + TimeSpan.FromSeconds(15));
    }

    [Fact]
    public void A_call_without_an_answer_in_time_fails_and_is_not_repeated_since_its_outcome_is_unknown()
    {
        var run = Of("""[{"stepId":"a","kind":"call","timeout":"PT5S"}]""");
        run.Start();
        Assert.Empty(run.Wake(TimeSpan.FromSeconds(5)).Events);
        var decision = run.Wake(Run.AnswerGrace);
        Assert.Equal(["StepFailed a", "RunFailed"], Told(decision));
        Assert.Equal(("STEP_TIMEOUT", "TIMEOUT"), (run.Run.Error!.Code, run.Run.Error.Category));
    }

    [Fact]
    public void A_call_that_may_be_repeated_is_tried_again_after_its_timeout()
    {
        var run = Of("""[{"stepId":"a","kind":"safe","timeout":"PT5S"}]""");
        run.Start();
        Assert.Equal(["StepFailed a", "StepRetryScheduled a"], Told(run.Wake(TimeSpan.FromSeconds(7))));
    }

    [Theory]
    [InlineData("""{"url":"https://x"}""", true)]
    [InlineData("""{"url":"https://x","method":"POST"}""", false)]
    [InlineData("""{"url":"https://x","method":"PUT"}""", true)]
    [InlineData("""{"url":"https://x","idempotent":false}""", false)]
    public void An_http_call_may_be_repeated_when_its_method_says_so(string with, bool again)
    {
        Assert.True(StepKinds.BuiltIn.TryGet("http", out var http));
        Assert.Equal(again, http.RepeatsSafely!(System.Text.Json.JsonElement.Parse(with)));
    }

    [Fact]
    public void A_call_without_a_timeout_of_its_own_has_sixty_seconds()
    {
        var run = Of(Call);
        Assert.Equal(run.Now.AddSeconds(60), Assert.Single(run.Start().Calls).Deadline);
    }

    [Fact]
    public void A_run_that_takes_longer_than_its_plan_allows_fails()
    {
        var run = Of("""[{"stepId":"a","kind":"wait","with":{"signal":"go"}}]""", ""","timeout":"PT1H" """);
        run.Start();
        Assert.Equal(run.Now.AddHours(1), run.Run.NextDue);
        Assert.Equal(["StepCancelled a", "RunFailed"], Told(run.WakeWhenDue()));
        Assert.Equal("RUN_TIMEOUT", run.Run.Error!.Code);
    }

    [Fact]
    public void A_parked_failure_pauses_the_run_until_the_step_is_tried_again_with_another_input()
    {
        var run = Of("""[{"stepId":"a","kind":"call","with":{"x":1},"onError":"park"},{"stepId":"b","kind":"noop"}]""");
        run.Start();
        Assert.Equal(["StepFailed a", "RunPaused"], Told(run.Fail("a")));
        Assert.Equal((RunStatus.Paused, "STEP_FAILED"), (run.Run.Status, run.Run.Substatus));
        var again = run.Signal(SignalTypes.RetryStep, """{"stepId":"a","input":{"x":2}}""");
        Assert.Equal(["SignalAccepted", "StepRetryScheduled a", "RunResumed", "StepStarted a"], Told(again));
        Assert.Equal(("""{"x":2}""", "run-1:a:2"), (Assert.Single(again.Calls).Input.GetRawText(), again.Calls[0].EffectKey));
        run.Complete("a");
        Assert.Equal(RunStatus.Completed, run.Run.Status);
    }

    [Fact]
    public void Two_parked_failures_are_dealt_with_one_after_the_other()
    {
        var run = Of("""
            [{"stepId":"a","kind":"call","dependsOn":[],"onError":"park"},{"stepId":"b","kind":"call","dependsOn":[],"onError":"park"},
             {"stepId":"c","kind":"noop","dependsOn":["a","b"]}]
            """);
        run.Start();
        run.Fail("a");
        Assert.Equal(["StepFailed b"], Told(run.Fail("b")));
        run.Signal(SignalTypes.RetryStep, """{"stepId":"a"}""");
        Assert.Equal(["StepCompleted a", "RunPaused"], Told(run.Complete("a")));
        Assert.Equal(
            ["SignalAccepted", "StepSkipped b", "RunResumed", "StepStarted c", "StepCompleted c", "RunCompleted"],
            Told(run.Signal(SignalTypes.SkipStep, """{"stepId":"b"}""")));
    }
}
