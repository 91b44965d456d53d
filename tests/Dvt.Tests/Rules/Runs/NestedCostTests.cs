using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Xunit;
using static Dvt.Tests.Rules.Runs.Scenario;

namespace Dvt.Tests.Rules.Runs;

/// <summary>What items of maps and sub-runs cost, and what a budget makes of it.</summary>
public sealed class NestedCostTests
{
    static string Fan(string kind, string more = "") =>
        $$"""[{"stepId":"fan","kind":"map","with":{"items":[0,1,2,3,4,5],"step":{"kind":"{{kind}}"}{{more}} } },{"stepId":"after","kind":"noop"}]""";

    [Fact]
    public void A_map_starts_no_item_once_the_budget_is_spent_and_goes_on_when_it_is_raised()
    {
        var run = Of(Fan("call", ",\"concurrency\":2"), ""","budget":{"tokens":100}""");
        run.Start();
        Assert.Equal(["StepItemsCompleted fan", "StepItemsStarted fan"], Told(run.Complete("fan[0]", cost: new Cost(Tokens: 60))));
        Assert.Equal(["StepItemsCompleted fan", "RunBudgetExceeded", "RunPaused"], Told(run.Complete("fan[1]", cost: new Cost(Tokens: 40))));
        Assert.Equal((RunStatus.Paused, "BUDGET_EXCEEDED"), (run.Run.Status, run.Run.Substatus));
        run.Crash();
        Assert.Equal(["StepItemsCompleted fan"], Told(run.Complete("fan[2]", cost: new Cost(Tokens: 5))));
        Assert.Equal(105, run.Run.Snapshot().Cost!.Tokens);
        Assert.Equal("BUDGET_EXCEEDED", run.Signal(SignalTypes.Resume).Refusal!.Code);
        Assert.Equal(
            ["SignalAccepted", "RunBudgetChanged", "RunResumed", "StepItemsStarted fan"],
            Told(run.Signal(SignalTypes.Resume, """{"budget":{"tokens":1000}}""")));
        for (var item = 3; item < 6; item++)
            run.Complete($"fan[{item}]");
        Assert.Equal(RunStatus.Completed, run.Run.Status);
        Assert.Equal(6, run.Calls.Count);
    }

    [Fact]
    public void Failed_items_cost_as_well_and_are_not_tried_again_beyond_the_budget()
    {
        var run = Of("""[{"stepId":"fan","kind":"map","with":{"items":[0],"step":{"kind":"call","retry":{"maxAttempts":3} } } }]""", ""","budget":{"money":{"amount":"0.10","currency":"USD"}}""");
        run.Start();
        run.Fail("fan[0]", retryable: true, cost: new Cost(Money: new Money("0.10", "USD")));
        Assert.Equal(["RunBudgetExceeded", "RunPaused"], Told(run.WakeWhenDue()));
        Assert.Null(run.Run.NextDue);
        Assert.Equal("run-1:fan[0]:2", Assert.Single(run.Signal(SignalTypes.Resume, """{"budget":{"money":{"amount":"1","currency":"USD"}}}""").Calls).EffectKey);
    }

    [Fact]
    public void Items_are_attempts_to_a_budget_of_steps_and_no_more_are_handed_out_than_it_has_left()
    {
        var run = Of(Fan("call", ",\"concurrency\":6"), ""","budget":{"steps":4}""");
        Assert.Equal(["RunQueued", "RunStarted", "StepStarted fan", "StepItemsStarted fan", "RunBudgetExceeded", "RunPaused"], Told(run.Start()));
        Assert.Equal(3, run.Calls.Count);
        Assert.Equal(4, run.Run.Snapshot().Budget!.StepsStarted);
    }

    [Fact]
    public void Items_that_the_engine_does_itself_stop_at_the_budget_too()
    {
        var run = Of(Fan("noop"), ""","budget":{"steps":4}""");
        Assert.Equal(["RunQueued", "RunStarted", "StepStarted fan", "StepItemsCompleted fan", "RunBudgetExceeded", "RunPaused"], Told(run.Start()));
        Assert.Equal(3, run.Step("fan").Items!.Completed);
        run.Crash();
        run.Signal(SignalTypes.Resume, """{"budget":{"steps":100}}""");
        Assert.Equal((RunStatus.Completed, 8L), (run.Run.Status, run.Run.Snapshot().Budget!.StepsStarted));
    }

    [Fact]
    public void A_map_whose_last_item_used_the_budget_up_ends_and_the_next_step_does_not_begin()
    {
        var run = Of("""[{"stepId":"fan","kind":"map","with":{"items":[0],"step":{"kind":"call"} } },{"stepId":"after","kind":"noop"}]""", ""","budget":{"tokens":1}""");
        run.Start();
        Assert.Equal(["StepItemsCompleted fan", "StepCompleted fan", "RunBudgetExceeded", "RunPaused"], Told(run.Complete("fan[0]", cost: new Cost(Tokens: 1))));
    }

    [Fact]
    public void A_sub_run_tells_its_parent_what_it_has_cost_in_all_currencies()
    {
        var end = EndOf(Child("""[{"stepId":"a","kind":"call","dependsOn":[]},{"stepId":"b","kind":"call","dependsOn":[]}]"""));
        Assert.Equal((7L, new Money("1.50", "EUR"), new Money("2", "USD")), (end.Cost!.Tokens!.Value, end.Cost.Money, Assert.Single(end.Cost.Others!)));
        var run = Of("""[{"stepId":"sub","kind":"plan","with":{"planId":"child"} },{"stepId":"b","kind":"noop"}]""", ""","budget":{"money":{"amount":"2","currency":"USD"}}""");
        run.Start();
        var told = run.Complete("sub", cost: end.Cost);
        Assert.Equal(["StepCompleted sub", "RunBudgetExceeded", "RunPaused"], Told(told));
        Assert.Equal("EUR 1.50, USD 2", string.Join(", ", run.Run.Snapshot().Cost!.Money.Select(m => $"{m.Currency} {m.Amount}")));
    }

    [Fact]
    public void What_a_chain_of_runs_has_cost_is_told_by_its_last()
    {
        var first = Child("""[{"stepId":"a","kind":"call","dependsOn":[]},{"stepId":"b","kind":"call","dependsOn":[]}]""", ""","continueAs":{"when":"${run.link < 2}"}""");
        Assert.Null(EndOf(first, isLast: false).Cost);
        var start = first.NextLink()!;
        Assert.Equal(7, start.Lineage!.Continued!.Spent!.Tokens);
        var second = Run.New(start.RunId, first.Plan);
        second.Start(start, DateTimeOffset.UnixEpoch);
        Assert.Null(second.Snapshot().Cost);
        var cost = EndOf(second).Cost!;
        Assert.Equal((14L, "3.00", "4"), (cost.Tokens!.Value, cost.Money!.Amount, cost.Others![0].Amount));
    }

    static CloseStep EndOf(Run child, bool isLast = true)
    {
        child.Close(new CloseStep(child.RunId, "a", 1, Result: null, Error: null, new Cost(7, new Money("2", "USD"))), DateTimeOffset.UnixEpoch);
        var decision = child.Close(new CloseStep(child.RunId, "b", 1, Result: null, Error: null, new Cost(Money: new Money("1.50", "EUR"))), DateTimeOffset.UnixEpoch);
        return isLast ? Assert.Single(decision.Tells.Select(t => t.Command).OfType<CloseStep>()) : new CloseStep(child.RunId, "none", 1, Result: null, Error: null);
    }

    static Run Child(string steps, string more = "")
    {
        var check = Plan.Check(JsonElement.Parse($$"""{"planId":"child","version":"1.0.0","steps":{{steps}}{{more}} }"""), TestKinds.All);
        Assert.True(check.Valid, string.Join('\n', check.Faults));
        var run = Run.New("child-1", check.Plan!);
        var above = new RunAbove("run-1", "run-1", "sub", 1, ["p"]);
        run.Start(
            new StartRun("child-1", "child", PlanVersion: null, PlanDigest: null, JsonElement.Parse("{}"), new RunContext(), new RunLineage("child-1", "run-1", 1, Kept: null, Above: above)),
            DateTimeOffset.UnixEpoch);
        return run;
    }
}
