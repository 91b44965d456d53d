using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Xunit;

namespace Dvt.Tests.Rules.Runs;

public sealed class MapTests
{
    static string Fan(string items, string more = "", string step = """{"kind":"call","with":{"n":"${item}","at":"${index}"}}""") =>
        $$"""[{"stepId":"fan","kind":"map","with":{"items":{{items}},"step":{{step}}{{more}} } },{"stepId":"after","kind":"transform","with":"${steps.fan.result}"}]""";

    static string Result(Scenario run, string stepId) => run.Step(stepId).Result?.GetRawText() ?? "nothing";

    [Fact]
    public void No_more_items_are_in_work_than_the_map_allows_and_results_keep_the_order_of_the_items()
    {
        var run = Scenario.Of(Fan("[10,11,12,13]", ",\"concurrency\":2"));
        run.Start();
        Assert.Equal(["fan[0]", "fan[1]"], run.Calls.Select(c => c.StepId));
        Assert.Equal("""{"at":0,"n":10}""", run.Calls[0].Input.GetRawText());
        Assert.Equal("run-1:fan[1]:1", run.Calls[1].EffectKey);
        Assert.Equal(["StepItemsCompleted fan", "StepItemsStarted fan"], Scenario.Told(run.Complete("fan[1]", "\"b\"")));
        Assert.Equal(new ItemCounts(4, 1, 0, 2, 1), run.Step("fan").Items);
        run.Complete("fan[2]", "\"c\"");
        run.Complete("fan[3]", "\"d\"");
        Assert.Equal(["StepItemsCompleted fan", "StepCompleted fan", "StepStarted after", "StepCompleted after", "RunCompleted"], Scenario.Told(run.Complete("fan[0]", "\"a\"")));
        Assert.Equal("""["a","b","c","d"]""", Result(run, "after"));
        Assert.Equal(Result(run, "after"), Result(run, "fan"));
    }

    [Fact]
    public void Ten_thousand_items_that_the_engine_does_itself_need_few_events()
    {
        var run = Scenario.Of(Fan("\"${input.all}\"", step: """{"kind":"transform","with":"${item * 2}"}"""));
        var decision = run.Start($$"""{"all":[{{string.Join(',', Enumerable.Range(0, 10_000))}}]}""");
        Assert.Equal(40, decision.Events.Count(e => e is StepItemsCompleted));
        Assert.Equal("COMPLETED", run.StatusOf("after"));
        Assert.Equal(19_998, run.Step("after").Result!.Value[9_999].GetInt32());
    }

    [Theory]
    [InlineData("[]", "COMPLETED", "[]")]
    [InlineData("\"${[1,2].map(x, x + 1)}\"", "COMPLETED", "[null,null]")]
    [InlineData("\"${input.word}\"", "FAILED", "INVALID_WITH")]
    [InlineData("\"${input.missing}\"", "FAILED", "EXPRESSION_FAILED")]
    public void A_list_may_be_empty_or_computed_but_must_be_a_list(string items, string status, string told)
    {
        var run = Scenario.Of(Fan(items, step: """{"kind":"noop"}"""));
        run.Start("""{"word":"w"}""");
        Assert.Equal(status, run.StatusOf("fan"));
        Assert.Equal(told, run.Step("fan").Error?.Code ?? Result(run, "fan"));
    }

    [Fact]
    public void After_an_item_has_failed_no_other_starts_and_the_step_fails_when_the_others_have_ended()
    {
        var run = Scenario.Of(Fan("[0,1,2,3]", ",\"concurrency\":2"));
        run.Start();
        Assert.Equal(["StepItemsFailed fan"], Scenario.Told(run.Fail("fan[0]")));
        Assert.Equal("RUNNING", run.StatusOf("fan"));
        run.Complete("fan[1]", "1");
        Assert.Equal("FAILED", run.StatusOf("fan"));
        Assert.Equal("MAP_ITEM_FAILED", run.Step("fan").Error!.Code);
        Assert.Equal(RunStatus.Failed, run.Run.Status);
        Assert.Equal(2, run.Calls.Count);
    }

    [Fact]
    public void A_map_that_continues_leaves_errors_in_their_places()
    {
        var run = Scenario.Of(Fan("[0,1]", ",\"onItemError\":\"continue\""));
        run.Start();
        run.Fail("fan[0]");
        run.Complete("fan[1]", "1");
        Assert.Equal("""[{"error":{"category":"USER","code":"HTTP_STATUS","message":"no","retryable":false}},1]""", Result(run, "after"));
    }

    [Theory]
    [InlineData(",\"onItemError\":\"continue\",\"maxFailures\":1")]
    [InlineData(",\"onItemError\":\"continue\",\"maxFailureShare\":0.4")]
    public void More_failures_than_tolerated_fail_the_step(string tolerance)
    {
        var run = Scenario.Of(Fan("[0,1,2,3]", tolerance));
        run.Start();
        run.Fail("fan[0]");
        run.Fail("fan[1]");
        run.Complete("fan[2]");
        run.Complete("fan[3]");
        Assert.Equal("MAP_TOO_MANY_FAILURES", run.Step("fan").Error!.Code);
    }

    [Fact]
    public void A_summary_keeps_numbers_only()
    {
        var run = Scenario.Of(Fan("[0,1]", ",\"collect\":\"summary\",\"onItemError\":\"continue\""));
        run.Start();
        run.Fail("fan[0]");
        run.Complete("fan[1]", "{\"big\":1}");
        Assert.Equal("""{"completed":1,"failed":1,"total":2}""", Result(run, "after"));
        Assert.Null(run.Run.Items("fan", "COMPLETED", 0, 10)![0].Result);
    }

    [Fact]
    public void Items_are_tried_again_by_their_own_policy_and_not_while_the_run_is_paused()
    {
        var run = Scenario.Of(Fan("[0,1]", step: """{"kind":"call","retry":{"maxAttempts":2,"initial":"PT1S"}}"""));
        run.Start();
        run.Fail("fan[1]", retryable: true);
        Assert.Equal("PENDING", run.Run.Items("fan", status: null, 1, 1)![0].Status);
        run.Signal(SignalTypes.Pause);
        Assert.Equal("DRAINING", run.Run.Substatus);
        run.Complete("fan[0]");
        Assert.Null(run.Run.Substatus);
        Assert.Empty(run.Wake(TimeSpan.FromMinutes(1)).Calls);
        Assert.Equal("run-1:fan[1]:2", Assert.Single(run.Signal(SignalTypes.Resume).Calls).EffectKey);
        run.Complete("fan[1]");
        Assert.Equal(RunStatus.Completed, run.Run.Status);
        Assert.Equal(3, run.Calls.Count);
    }

    [Fact]
    public void Items_that_rested_when_their_map_failed_begin_anew_with_it()
    {
        var run = Scenario.Of(
            """[{"stepId":"fan","kind":"map","timeout":"PT1S","onError":"park","with":{"items":[0,1,2],"concurrency":2,"step":{"kind":"call","retry":{"maxAttempts":3,"initial":"PT1S"} } } }]""");
        run.Start();
        for (var item = 0; item < 3; item++)
            run.Fail($"fan[{item}]", retryable: true);
        // Their rest and the time of the map are over in the same moment.
        Assert.Contains("StepFailed fan", Scenario.Told(run.Wake(TimeSpan.FromSeconds(1))));
        var again = run.Signal(SignalTypes.RetryStep, """{"stepId":"fan"}""");
        Assert.Equal(["fan[0]", "fan[1]"], again.Calls.Select(c => c.StepId));
        Assert.Equal("fan[2]", Assert.Single(run.Complete("fan[0]").Calls).StepId);
    }

    [Fact]
    public void A_retried_map_does_again_only_what_is_not_completed()
    {
        var run = Scenario.Of("""[{"stepId":"fan","kind":"map","onError":"park","with":{"items":[0,1,2],"concurrency":2,"step":{"kind":"call"}}}]""");
        run.Start();
        run.Complete("fan[0]", "\"kept\"");
        run.Fail("fan[1]");
        run.Complete("fan[2]", "\"too\"");
        Assert.Equal("STEP_FAILED", run.Run.Substatus);
        run.Crash();
        Assert.Equal("run-1:fan[1]:2", Assert.Single(run.Signal(SignalTypes.RetryStep, """{"stepId":"fan"}""").Calls).EffectKey);
        run.Complete("fan[1]", "\"now\"");
        Assert.Equal("""["kept","now","too"]""", Result(run, "fan"));
    }

    [Fact]
    public void Items_of_a_lost_worker_are_offered_again_under_the_same_key_in_one_event()
    {
        var run = Scenario.Of(Fan("[0,1,2]"));
        run.Start();
        run.Complete("fan[0]");
        var woken = run.Wake(Run.Lease, leased: new HashSet<string> { "run-1:fan[2]:1" });
        Assert.Equal(["StepItemsRecovered fan"], Scenario.Told(woken));
        Assert.Equal(("run-1:fan[1]:1", 2), (Assert.Single(woken.Calls).EffectKey, woken.Calls[0].EngineAttempt));
    }

    [Fact]
    public void A_cancelled_map_starts_nothing_more_and_late_answers_change_nothing()
    {
        var run = Scenario.Of(Fan("[0,1,2]", ",\"concurrency\":1"));
        run.Start();
        run.Signal(SignalTypes.Cancel);
        Assert.Equal(RunStatus.Cancelled, run.Run.Status);
        Assert.True(run.Complete("fan[0]").Ignored);
        Assert.All(run.Run.Items("fan", status: null, 0, 10)!, i => Assert.Equal("CANCELLED", i.Status));
    }

    [Fact]
    public void A_completion_rewrites_the_block_of_its_item_and_no_other()
    {
        var run = Run.New("run-1", Scenario.PlanOf(Fan("\"${input.all}\"")));
        run.Start(new StartRun("run-1", "p", null, null, JsonElement.Parse($$"""{"all":[{{string.Join(',', Enumerable.Range(0, 10_000))}}]}"""), new RunContext()), DateTimeOffset.UnixEpoch);
        Assert.Equal(157, run.TakeChangedItems().Count);
        run.Close(new CloseStep("run-1", "fan[3]", Attempt: 1, JsonElement.Parse("1"), Error: null), DateTimeOffset.UnixEpoch);
        Assert.Equal(0, Assert.Single(run.TakeChangedItems()).Block);
    }

    [Theory]
    [InlineData("""{"items":[1]}""", "/steps/0/with", "invalid_with")]
    [InlineData("""{"items":5,"step":{"kind":"noop"}}""", "/steps/0/with/items", "invalid_with")]
    [InlineData("""{"items":[1],"step":{"kind":"nonsense"}}""", "/steps/0/with/step/kind", "unknown_kind")]
    [InlineData("""{"items":[1],"step":{"kind":"wait","with":{"duration":"PT1S"}}}""", "/steps/0/with/step/kind", "invalid_value")]
    [InlineData("""{"items":[1],"step":{"kind":"map","with":{"items":[],"step":{"kind":"noop"}}}}""", "/steps/0/with/step/kind", "invalid_value")]
    [InlineData("""{"items":[1],"step":{"kind":"http","with":{"method":"GET"}}}""", "/steps/0/with/step/with", "invalid_with")]
    [InlineData("""{"items":[1],"step":{"kind":"call","with":{"a":"${steps.other.result}"}}}""", "/steps/0/with/step/with/a", "unknown_reference")]
    [InlineData("""{"items":"${item}","step":{"kind":"noop"}}""", "/steps/0/with/items", "invalid_expression")]
    [InlineData("""{"items":[1],"step":{"kind":"noop","surplus":1}}""", "/steps/0/with/step/surplus", "unknown_field")]
    [InlineData("""{"items":[1],"step":{"kind":"noop"},"concurrency":0}""", "/steps/0/with/concurrency", "invalid_with")]
    [InlineData("\"${input}\"", "/steps/0/with", "invalid_with")]
    public void What_is_wrong_with_a_map_is_told_with_its_place(string with, string pointer, string code)
    {
        var check = Plan.Check(
            JsonElement.Parse($$"""{"planId":"p","version":"1.0.0","steps":[{"stepId":"fan","kind":"map","with":{{with}} }]}"""), TestKinds.All);
        Assert.Contains(check.Faults, f => f.Pointer == pointer && f.Code == code);
    }
}
