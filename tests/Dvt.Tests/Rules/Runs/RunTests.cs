using Dvt.Contracts;
using Dvt.Engine.Runs;
using Xunit;
using static Dvt.Tests.Rules.Runs.Scenario;

namespace Dvt.Tests.Rules.Runs;

public sealed class RunTests
{
    const string ThreeNoops = """[{"stepId":"a","kind":"noop"},{"stepId":"b","kind":"noop"},{"stepId":"c","kind":"noop"}]""";

    [Fact]
    public void Three_noops_make_nine_events_in_one_decision()
    {
        var run = Of(ThreeNoops);
        var decision = run.Start();
        Assert.Equal(
            ["RunQueued", "RunStarted", "StepStarted a", "StepCompleted a", "StepStarted b", "StepCompleted b", "StepStarted c", "StepCompleted c", "RunCompleted"],
            Told(decision));
        Assert.False(decision.More);
        Assert.Null(run.Run.NextDue);
    }

    [Fact]
    public void A_checkpoint_commits_each_step_before_the_next_begins()
    {
        var run = Of(ThreeNoops, ""","checkpoint":"step" """);
        var first = run.Start();
        Assert.Equal(["RunQueued", "RunStarted", "StepStarted a", "StepCompleted a"], Told(first));
        Assert.True(first.More);
        run.Crash();
        Assert.True(run.Run.HasInlineWork);
        Assert.Equal(["StepStarted b", "StepCompleted b"], Told(run.Continue()));
        var last = run.Continue();
        Assert.Equal(["StepStarted c", "StepCompleted c", "RunCompleted"], Told(last));
        Assert.False(last.More);
    }

    [Fact]
    public void A_start_told_twice_starts_once_and_offers_again_what_is_owed()
    {
        var run = Of("""[{"stepId":"a","kind":"call","with":{"x":"${input.x}"}}]""");
        run.Start("""{"x":1}""");
        var again = run.Start("""{"x":1}""");
        Assert.True(again.Ignored);
        Assert.Empty(again.Events);
        Assert.Equal("""{"x":1}""", Assert.Single(again.Calls).Input.GetRawText());
    }

    [Fact]
    public void A_start_of_another_plan_is_refused()
    {
        var run = Of(ThreeNoops);
        var decision = run.Run.Start(new StartRun("run-1", "other", null, null, default, new RunContext()), run.Now);
        Assert.Equal("PLAN_REF_MISMATCH", decision.Refusal!.Code);
        Assert.Empty(decision.Events);
    }

    [Fact]
    public void Expressions_read_the_input_and_earlier_results_and_the_output_reads_them_all()
    {
        var run = Of(
            """
            [{"stepId":"a","kind":"transform","with":{"n":"${input.n + 1}","t":"n is ${input.n}"}},
             {"stepId":"b","kind":"transform","with":"${steps.a.result.n * 2}"}]
            """,
            ""","output":{"b":"${steps.b.result}","t":"${steps.a.result.t}","run":"${run.id}"}""");
        run.Start("""{"n":2.0}""");
        Assert.Equal("""{"b":6,"run":"run-1","t":"n is 2"}""", run.Run.Output!.Value.GetRawText());
    }

    [Fact]
    public void A_failing_expression_fails_its_step_for_good()
    {
        var run = Of("""[{"stepId":"a","kind":"transform","with":"${input.missing}","retry":{"maxAttempts":5}}]""");
        var decision = run.Start();
        var failed = Assert.Single(decision.Events.OfType<StepFailed>());
        Assert.Equal(("EXPRESSION_FAILED", true), (failed.Error.Code, failed.Final));
        Assert.Equal(["StepStarted a", "StepFailed a", "RunFailed"], Told(decision)[2..]);
        Assert.Equal("a", run.Run.FailedStepId);
    }

    [Fact]
    public void A_result_above_the_limit_fails_its_step()
    {
        var run = Of("""[{"stepId":"a","kind":"call"}]""");
        run.Start();
        var decision = run.Complete("a", $"\"{new string('x', 256 * 1024)}\"");
        Assert.Equal("RESULT_TOO_LARGE", Assert.Single(decision.Events.OfType<StepFailed>()).Error.Code);
    }

    [Fact]
    public void A_result_that_the_log_cannot_hold_fails_its_step()
    {
        var run = Of("""[{"stepId":"a","kind":"call"}]""");
        run.Start();
        Assert.Equal("RESULT_INVALID", Assert.Single(run.Complete("a", "\"\\u0000\"").Events.OfType<StepFailed>()).Error.Code);
    }

    [Fact]
    public void An_output_that_cannot_be_evaluated_fails_the_run()
    {
        var run = Of("""[{"stepId":"a","kind":"noop"}]""", ""","output":"${input.missing}" """);
        run.Start();
        Assert.Equal((RunStatus.Failed, "EXPRESSION_FAILED"), (run.Run.Status, run.Run.Error!.Code));
    }

    [Fact]
    public void A_completion_counts_once_and_only_for_the_open_attempt()
    {
        var run = Of("""[{"stepId":"a","kind":"call"},{"stepId":"b","kind":"call"}]""");
        run.Start();
        Assert.True(run.Complete("a", attempt: 2).Ignored);
        run.Complete("a", "1");
        var again = run.Complete("a", "2", attempt: 1);
        Assert.True(again.Ignored);
        Assert.False(again.Orphan);
        Assert.Equal("1", run.Step("a").Result!.Value.GetRawText());
    }

    [Fact]
    public void A_completion_behind_the_end_is_an_orphan()
    {
        var run = Of("""[{"stepId":"a","kind":"call","dependsOn":[]},{"stepId":"b","kind":"call"}]""");
        run.Start();
        run.Fail("a");
        var late = run.Complete("b");
        Assert.True(late.Orphan);
        Assert.Empty(late.Events);
    }

    [Fact]
    public void A_call_carries_its_evaluated_input_and_its_deadline()
    {
        var run = Of("""[{"stepId":"a","kind":"http","with":{"url":"https://example.org/${input.id}"},"timeout":"PT7S"}]""");
        var call = Assert.Single(run.Start("""{"id":"x"}""").Calls);
        Assert.Equal(("http", "run-1:a:1", run.Now.AddSeconds(7)), (call.Kind, call.EffectKey, call.Deadline));
        Assert.Equal("""{"url":"https://example.org/x"}""", call.Input.GetRawText());
    }

    [Fact]
    public void An_evaluated_input_that_breaks_its_schema_fails_the_step_before_anything_is_called()
    {
        var run = Of("""[{"stepId":"a","kind":"http","with":{"url":"${input.url}"}}]""");
        var decision = run.Start("""{"url":"ftp://x"}""");
        Assert.Empty(decision.Calls);
        Assert.Equal("INVALID_WITH", Assert.Single(decision.Events.OfType<StepFailed>()).Error.Code);
    }

    [Fact]
    public void Independent_steps_run_side_by_side_and_the_join_follows_its_last_parent()
    {
        var run = Of("""
            [{"stepId":"a","kind":"call","dependsOn":[]},{"stepId":"b","kind":"call","dependsOn":[]},
             {"stepId":"j","kind":"noop","dependsOn":["a","b"]}]
            """);
        Assert.Equal(2, run.Start().Calls.Count);
        Assert.Equal(["StepCompleted b"], Told(run.Complete("b")));
        Assert.Equal(["StepCompleted a", "StepStarted j", "StepCompleted j", "RunCompleted"], Told(run.Complete("a")));
    }

    [Fact]
    public void Twenty_five_thousand_steps_are_committed_in_pieces()
    {
        var steps = string.Join(',', Enumerable.Range(0, 25_000).Select(i => $$"""{"stepId":"s{{i}}","kind":"noop"}"""));
        var plan = PlanOf($"[{steps}]");
        var run = Run.New("r", plan);
        var decision = run.Start(new StartRun("r", "p", null, null, default, new RunContext()), DateTimeOffset.UnixEpoch);
        var pieces = 1;
        for (; decision.More; pieces++)
        {
            Assert.InRange(decision.Events.Count, 1, Run.EventsPerDecision + 2);
            Assert.InRange(run.TakeChangedSteps().Count, 1, Run.EventsPerDecision);
            decision = run.Continue(DateTimeOffset.UnixEpoch);
        }
        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.Equal(50_003, run.Seq);
        Assert.Equal(26, pieces);
    }

    [Fact]
    public void Snapshots_name_the_rule_of_their_hash()
    {
        var run = Of(ThreeNoops);
        run.Start();
        Assert.Matches("^s1:[0-9a-f]{64}$", run.Run.SnapshotHash());
    }
}
