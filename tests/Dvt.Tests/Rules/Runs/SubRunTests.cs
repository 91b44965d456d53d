using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Xunit;

namespace Dvt.Tests.Rules.Runs;

public sealed class SubRunTests
{
    const string Sub = """[{"stepId":"sub","kind":"plan","with":{"planId":"child","input":{"n":"${input.n}"}}},{"stepId":"after","kind":"transform","with":"${steps.sub.result}"}]""";

    static StartRun Started(Decision decision) => Assert.IsType<StartRun>(Assert.Single(decision.Tells).Command);

    static string[] Passed(Decision decision) => [.. decision.Tells.Select(t => t.Command).OfType<SignalRun>().Select(s => s.SignalType)];

    static Run Child(StartRun start, string steps)
    {
        var run = Run.New(start.RunId, PlanOf(start.PlanId, steps));
        run.Start(start, DateTimeOffset.UnixEpoch);
        return run;
    }

    static Plan PlanOf(string planId, string steps)
    {
        var check = Plan.Check(JsonElement.Parse($$"""{"planId":"{{planId}}","version":"1.0.0","steps":{{steps}},"output":{"is":"${steps.a.result}"} }"""), TestKinds.All);
        Assert.True(check.Valid, string.Join('\n', check.Faults));
        return check.Plan!;
    }

    [Fact]
    public void The_output_of_the_other_run_is_the_result_of_the_step()
    {
        var run = Scenario.Of(Sub);
        var start = Started(run.Start("""{"n":7}"""));
        Assert.Equal(("child", """{"n":7}""", Run.SubRunId("run-1", "sub", 1)), (start.PlanId, start.Input.GetRawText(), start.RunId));
        Assert.Equal(start.RunId, run.Step("sub").SubRunId);
        var child = Child(start, """[{"stepId":"a","kind":"call"}]""");
        var end = Assert.Single(child.Close(new CloseStep(child.RunId, "a", 1, JsonElement.Parse("5"), Error: null), DateTimeOffset.UnixEpoch).Tells);
        Assert.Equal("run-1", end.RunId);
        run.Complete("sub", ((CloseStep)end.Command).Result!.Value.GetRawText());
        Assert.Equal("""{"is":5}""", run.Step("after").Result!.Value.GetRawText());
    }

    [Fact]
    public void The_other_run_tells_its_failure_and_its_cancellation()
    {
        var start = Started(Scenario.Of(Sub).Start("""{"n":7}"""));
        var failed = Child(start, """[{"stepId":"a","kind":"call"}]""");
        var end = failed.Close(new CloseStep(failed.RunId, "a", 1, Result: null, new StepError("HTTP_STATUS", "404", Retryable: false, "USER")), DateTimeOffset.UnixEpoch);
        Assert.Equal("SUBRUN_FAILED", ((CloseStep)end.Tells[0].Command).Error!.Code);
        Assert.Contains("HTTP_STATUS 404", ((CloseStep)end.Tells[0].Command).Error!.Message, StringComparison.Ordinal);
        var cancelled = Child(start, """[{"stepId":"a","kind":"call"}]""");
        end = cancelled.Signal(new SignalRun(cancelled.RunId, "s", SignalTypes.Cancel, Reason: null, Payload: null, [Roles.TenantAdmin]), Guid.NewGuid(), DateTimeOffset.UnixEpoch);
        Assert.Equal("SUBRUN_CANCELLED", ((CloseStep)end.Tells[0].Command).Error!.Code);
        Assert.Equal(end.Tells, cancelled.OwedTells());
        Assert.Equal(end.Tells, cancelled.Start(start, DateTimeOffset.UnixEpoch).Tells);
    }

    [Fact]
    public void A_sub_run_that_goes_on_as_another_leaves_telling_its_end_to_that_one()
    {
        var check = Plan.Check(JsonElement.Parse("""
            {"planId":"child","version":"1.0.0","steps":[{"stepId":"a","kind":"call"}],"continueAs":{"when":"${input.n == 7}","input":{"n":8}}}
            """), TestKinds.All);
        Assert.True(check.Valid, string.Join('\n', check.Faults));
        Run Ended(StartRun start)
        {
            var run = Run.New(start.RunId, check.Plan!);
            run.Start(start, DateTimeOffset.UnixEpoch);
            run.Close(new CloseStep(run.RunId, "a", Attempt: 1, JsonElement.Parse("5"), Error: null), DateTimeOffset.UnixEpoch);
            return run;
        }
        var first = Ended(Started(Scenario.Of(Sub).Start("""{"n":7}""")));
        Assert.IsType<WakeRun>(Assert.Single(first.OwedTells()).Command);
        var passed = first.Signal(Run.CancelledByParent(first.RunId, "run-1"), Guid.NewGuid(), DateTimeOffset.UnixEpoch);
        Assert.Equal(first.NextLink()!.RunId, Assert.Single(passed.Tells).RunId);
        var last = Ended(first.NextLink()!);
        Assert.Equal(("run-1", "sub"), (Assert.Single(last.OwedTells()).RunId, ((CloseStep)last.OwedTells().Single().Command).StepId));
    }

    [Fact]
    public void Pause_resume_and_cancel_pass_down_each_once()
    {
        var run = Scenario.Of(Sub);
        run.Start("""{"n":7}""");
        Assert.Equal([SignalTypes.Pause], Passed(run.Signal(SignalTypes.Pause)));
        Assert.Null(run.Run.Substatus);
        Assert.Equal([SignalTypes.Resume], Passed(run.Signal(SignalTypes.Resume)));
        Assert.Equal([SignalTypes.Cancel], Passed(run.Signal(SignalTypes.Cancel)));
        Assert.Equal(RunStatus.Cancelled, run.Run.Status);
        var late = run.Fail("sub", code: "SUBRUN_CANCELLED");
        Assert.True(late.Ignored);
        Assert.False(late.Orphan);
    }

    [Fact]
    public void An_emergency_stop_passes_down_as_such_and_a_failing_neighbour_cancels()
    {
        var stopped = Scenario.Of(Sub);
        stopped.Start("""{"n":7}""");
        Assert.Equal([SignalTypes.EmergencyStop], Passed(stopped.Signal(SignalTypes.EmergencyStop)));
        var run = Scenario.Of("""[{"stepId":"sub","kind":"plan","dependsOn":[],"with":{"planId":"child"}},{"stepId":"b","kind":"call","dependsOn":[]}]""");
        run.Start();
        Assert.Equal([SignalTypes.Cancel], Passed(run.Fail("b")));
        Assert.Equal(RunStatus.Failed, run.Run.Status);
    }

    [Fact]
    public void An_item_of_a_map_may_be_a_run_of_its_own()
    {
        var run = Scenario.Of("""[{"stepId":"fan","kind":"map","with":{"items":[1,2],"step":{"kind":"plan","with":{"planId":"child","input":{"n":"${item}"}}}}}]""");
        var starts = run.Start().Tells.Select(t => (StartRun)t.Command).ToArray();
        Assert.Equal(["fan[0]", "fan[1]"], starts.Select(s => s.Lineage!.Above!.StepId));
        Assert.Equal(starts.Select(s => s.RunId), run.Run.Items("fan", status: null, 0, 2)!.Select(i => i.SubRunId));
        Assert.Equal(2, Passed(run.Signal(SignalTypes.Pause)).Length);
        run.Complete("fan[1]", "2");
        run.Signal(SignalTypes.Resume);
        run.Complete("fan[0]", "1");
        Assert.Equal("[1,2]", run.Step("fan").Result!.Value.GetRawText());
    }

    [Fact]
    public void Asking_again_takes_as_long_as_the_sub_run_has_taken_and_leaves_no_trace()
    {
        var run = Scenario.Of(Sub);
        run.Start("""{"n":7}""");
        var seq = run.Run.Seq;
        var asked = 0;
        for (var end = run.Now.AddHours(5); run.Now < end; asked++)
            Assert.Equal(Run.SubRunId("run-1", "sub", 1), Started(run.WakeWhenDue()).RunId);
        Assert.InRange(asked, 5, 12);
        Assert.Equal(seq, run.Run.Seq);
    }

    [Fact]
    public void No_plan_runs_below_itself_and_no_tree_grows_too_deep()
    {
        var own = Scenario.Of("""[{"stepId":"sub","kind":"plan","with":{"planId":"p"}}]""");
        Assert.Empty(own.Start().Tells);
        Assert.Equal("SUBRUN_RECURSION", own.Step("sub").Error!.Code);
        Decision Below(int depth) => Scenario.Of(Sub).Start("""{"n":7}""", new RunLineage("run-1", "up", 1, Kept: null, Continued: null,
            new RunAbove("up", "top", "s", 1, [.. Enumerable.Range(0, depth).Select(i => $"above-{i}")])));
        Assert.Single(Below(Run.MaxDepth - 1).Tells);
        Assert.Contains(Below(Run.MaxDepth).Events, e => e is StepFailed { Error.Code: "SUBRUN_TOO_DEEP" });
    }

    [Fact]
    public void A_sub_run_that_takes_too_long_is_cancelled()
    {
        var run = Scenario.Of("""[{"stepId":"sub","kind":"plan","timeout":"PT10S","with":{"planId":"child"}}]""");
        run.Start();
        Assert.Equal(SignalTypes.Cancel, Passed(run.WakeWhenDue())[0]);
        Assert.Equal("STEP_TIMEOUT", run.Step("sub").Error!.Code);
    }
}
