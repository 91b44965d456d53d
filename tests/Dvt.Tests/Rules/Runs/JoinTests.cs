using Dvt.Contracts;
using Dvt.Engine.Runs;
using Xunit;
using static Dvt.Tests.Rules.Runs.Scenario;

namespace Dvt.Tests.Rules.Runs;

public sealed class JoinTests
{
    [Fact]
    public void A_dependant_of_a_skipping_failure_is_skipped_for_it_and_the_run_completes()
    {
        var run = Of("""
            [{"stepId":"a","kind":"call","dependsOn":[],"onError":"skip"},
             {"stepId":"b","kind":"noop","dependsOn":["a"]},{"stepId":"c","kind":"noop","dependsOn":["b"]}]
            """);
        run.Start();
        Assert.Equal(["StepFailed a", "StepSkipped b", "StepSkipped c", "RunCompleted"], Told(run.Fail("a")));
        Assert.Equal(("DEPENDENCY_FAILED", "DEPENDENCY_FAILED"), (run.Step("b").SkipReason, run.Step("c").SkipReason));
    }

    [Fact]
    public void One_completed_parent_is_enough_where_the_other_was_only_skipped()
    {
        var run = Of("""
            [{"stepId":"a","kind":"call","dependsOn":[],"onError":"skip"},{"stepId":"b","kind":"noop","dependsOn":["a"]},
             {"stepId":"c","kind":"noop","dependsOn":[]},{"stepId":"d","kind":"noop","dependsOn":["b","c"]}]
            """);
        run.Start();
        run.Fail("a");
        Assert.Equal(("SKIPPED", "COMPLETED"), (run.StatusOf("b"), run.StatusOf("d")));
    }

    [Fact]
    public void A_failed_parent_skips_its_dependants_whatever_the_others_did()
    {
        var run = Of("""
            [{"stepId":"a","kind":"call","dependsOn":[],"onError":"skip"},{"stepId":"c","kind":"noop","dependsOn":[]},
             {"stepId":"d","kind":"noop","dependsOn":["a","c"]}]
            """);
        run.Start();
        run.Fail("a");
        Assert.Equal("DEPENDENCY_FAILED", run.Step("d").SkipReason);
    }

    [Fact]
    public void After_a_failure_that_lets_go_on_dependants_run_and_see_the_error()
    {
        var run = Of("""
            [{"stepId":"a","kind":"call","onError":"continue"},
             {"stepId":"b","kind":"transform","with":{"code":"${steps.a.error.code}","has":"${has(steps.a.result)}"}}]
            """);
        run.Start();
        run.Fail("a", code: "HTTP_STATUS");
        Assert.Equal("""{"code":"HTTP_STATUS","has":false}""", run.Step("b").Result!.Value.GetRawText());
        Assert.Equal(RunStatus.Completed, run.Run.Status);
    }

    [Fact]
    public void Reading_the_result_of_a_skipped_step_fails_the_reader_for_good()
    {
        var run = Of("""
            [{"stepId":"g","kind":"gateway","when":"${false}","dependsOn":[]},{"stepId":"c","kind":"noop","dependsOn":["g"]},
             {"stepId":"a","kind":"noop","dependsOn":["g"],"onlyIf":"g"},{"stepId":"b","kind":"transform","dependsOn":["a","c"],"with":"${steps.a.result}"}]
            """);
        run.Start();
        Assert.Equal("EXPRESSION_FAILED", run.Step("b").Error!.Code);
    }

    [Theory]
    [InlineData("true", "g", true)]
    [InlineData("true", "!g", false)]
    [InlineData("false", "!g", true)]
    [InlineData("'left'", "g == 'left'", true)]
    [InlineData("'left'", "g != 'left'", false)]
    [InlineData("'right'", "g != 'left'", true)]
    [InlineData("'left'", "g", false)]
    [InlineData("true", "g == 'true'", false)]
    public void A_step_runs_only_if_its_gateway_says_so(string when, string onlyIf, bool runs)
    {
        var run = Of($$"""[{"stepId":"g","kind":"gateway","when":"${{{when}}}"},{"stepId":"a","kind":"noop","onlyIf":"{{onlyIf}}"}]""");
        run.Start();
        Assert.Equal(runs ? "COMPLETED" : "SKIPPED", run.StatusOf("a"));
        if (!runs)
            Assert.Equal("CONDITION_FALSE", run.Step("a").SkipReason);
    }

    [Fact]
    public void Only_skipped_parents_skip_their_dependants_for_the_same_reason()
    {
        var run = Of("""
            [{"stepId":"g","kind":"gateway","when":false},{"stepId":"a","kind":"noop","onlyIf":"g"},{"stepId":"b","kind":"noop"}]
            """);
        run.Start();
        Assert.Equal("CONDITION_FALSE", run.Step("b").SkipReason);
    }

    [Fact]
    public void A_gateway_that_was_skipped_opens_no_way()
    {
        var run = Of("""
            [{"stepId":"g","kind":"gateway","when":false},{"stepId":"h","kind":"gateway","when":true,"onlyIf":"g"},
             {"stepId":"o","kind":"noop","dependsOn":["g"]},{"stepId":"a","kind":"noop","dependsOn":["h","o"],"onlyIf":"!h"}]
            """.Replace("\"when\":false}", "\"when\":false,\"dependsOn\":[]}", StringComparison.Ordinal)
               .Replace("\"onlyIf\":\"g\"}", "\"onlyIf\":\"g\",\"dependsOn\":[\"g\"]}", StringComparison.Ordinal));
        run.Start();
        Assert.Equal("CONDITION_FALSE", run.Step("a").SkipReason);
    }

    [Fact]
    public void A_gateway_that_gives_a_number_fails()
    {
        var run = Of("""[{"stepId":"g","kind":"gateway","when":"${1 + 1}"}]""");
        run.Start();
        Assert.Equal("EXPRESSION_FAILED", run.Run.Error!.Code);
    }

    [Fact]
    public void A_failure_cancels_what_is_in_flight_skips_what_depends_on_it_and_cancels_the_rest()
    {
        var run = Of("""
            [{"stepId":"a","kind":"call","dependsOn":[]},{"stepId":"b","kind":"call","dependsOn":[]},
             {"stepId":"c","kind":"noop","dependsOn":["a"]},{"stepId":"d","kind":"noop","dependsOn":["b"]}]
            """);
        run.Start();
        var decision = run.Fail("a");
        Assert.Equal(["StepFailed a", "StepCancelled b", "StepSkipped c", "StepCancelled d", "RunFailed"], Told(decision));
        Assert.Equal(("a", "HTTP_STATUS"), (run.Run.FailedStepId, run.Run.Error!.Code));
    }

    [Fact]
    public void The_end_of_a_large_run_is_committed_in_pieces_and_finished_before_anything_else()
    {
        var steps = string.Join(',', Enumerable.Range(0, 3_000).Select(i => $$"""{"stepId":"s{{i}}","kind":"call","dependsOn":[]}"""));
        var plan = PlanOf($"[{steps}]");
        var run = Run.New("run-1", plan);
        var now = DateTimeOffset.UnixEpoch;
        run.Start(new StartRun("run-1", "p", null, null, default, new RunContext()), now);
        run.Continue(now);
        var failed = run.Close(new CloseStep("run-1", "s1", 1, null, new StepError("X", "", false, "USER")), now);
        Assert.True(failed.More);
        var late = run.Close(new CloseStep("run-1", "s2999", 1, null, null), now);
        Assert.True(late.Orphan);
        Assert.IsType<RunFailed>(late.Events[^1]);
    }
}
