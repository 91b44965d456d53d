using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Runs;
using Xunit;
using static Dvt.Tests.Rules.Runs.Scenario;

namespace Dvt.Tests.Rules.Runs;

public sealed class BudgetTests
{
    const string Chain = """[{"stepId":"a","kind":"call"},{"stepId":"b","kind":"call"},{"stepId":"c","kind":"noop"}]""";

    [Fact]
    public void A_budget_of_tokens_that_is_reached_parks_the_run_before_the_next_step()
    {
        var run = Of(Chain, ""","budget":{"tokens":100}""");
        run.Start();
        Assert.Equal(["StepCompleted a", "StepStarted b"], Told(run.Complete("a", cost: new Cost(Tokens: 99))));
        Assert.Equal(["StepCompleted b", "RunBudgetExceeded", "RunPaused"], Told(run.Complete("b", cost: new Cost(Tokens: 1))));
        Assert.Equal((RunStatus.Paused, "BUDGET_EXCEEDED"), (run.Run.Status, run.Run.Substatus));
        var exceeded = run.History.Select(h => h.Event).OfType<RunBudgetExceeded>().Single();
        Assert.Equal(("tokens", "100", "100"), (exceeded.Budget, exceeded.Used, exceeded.Limit));
    }

    [Fact]
    public void Raising_the_budget_with_the_resume_continues_the_run_and_resuming_alone_does_not()
    {
        var run = Of(Chain, ""","budget":{"tokens":100,"steps":50}""");
        run.Start();
        run.Complete("a", cost: new Cost(Tokens: 100));
        run.Crash();
        Assert.Equal("BUDGET_EXCEEDED", run.Signal(SignalTypes.Resume).Refusal!.Code);
        Assert.Equal("BUDGET_EXCEEDED", run.Signal(SignalTypes.Resume, """{"budget":{"steps":60}}""").Refusal!.Code);
        Assert.Equal(
            ["SignalAccepted", "RunBudgetChanged", "RunResumed", "StepStarted b"],
            Told(run.Signal(SignalTypes.Resume, """{"budget":{"tokens":101}}""")));
        Assert.Equal((101L, 50L), (run.Run.Snapshot().Budget!.Tokens!.Value, run.Run.Snapshot().Budget!.Steps!.Value));
        Assert.Equal(["StepCompleted b", "StepStarted c", "StepCompleted c", "RunCompleted"], Told(run.Complete("b")));
    }

    [Fact]
    public void A_run_whose_last_step_used_the_budget_up_is_complete()
    {
        var run = Of("""[{"stepId":"a","kind":"call"}]""", ""","budget":{"money":{"amount":"1.00","currency":"USD"}}""");
        run.Start();
        Assert.Equal(["StepCompleted a", "RunCompleted"], Told(run.Complete("a", cost: new Cost(Money: new Money("1.50", "USD")))));
        Assert.Equal(new Money("1.50", "USD"), Assert.Single(run.Run.Snapshot().Cost!.Money));
    }

    [Fact]
    public void Failed_attempts_cost_as_well_and_no_retry_starts_beyond_the_budget()
    {
        var run = Of("""[{"stepId":"a","kind":"call","retry":{"maxAttempts":9}}]""", ""","budget":{"money":{"amount":"0.30","currency":"USD"}}""");
        run.Start();
        run.Fail("a", retryable: true, cost: new Cost(Money: new Money("0.10", "USD")));
        run.WakeWhenDue();
        run.Fail("a", retryable: true, cost: new Cost(Money: new Money("0.20", "USD")));
        Assert.Equal(["RunBudgetExceeded", "RunPaused"], Told(run.WakeWhenDue()));
        Assert.Equal(("0.30", "USD"), run.History.Select(h => h.Event).OfType<RunBudgetExceeded>().Select(e => (e.Used, e.Currency)).Single());
        run.Crash();
        Assert.Equal(
            ["SignalAccepted", "RunBudgetChanged", "RunResumed", "StepStarted a"],
            Told(run.Signal(SignalTypes.Resume, """{"budget":{"money":{"amount":"0.31","currency":"USD"}}}""")));
    }

    [Fact]
    public void A_currency_that_the_budget_does_not_name_may_not_be_spent_until_it_is_named()
    {
        var run = Of(Chain, ""","budget":{"money":{"amount":"5","currency":"USD"}}""");
        run.Start();
        Assert.Equal(["StepCompleted a", "RunBudgetExceeded", "RunPaused"], Told(run.Complete("a", cost: new Cost(Money: new Money("0.01", "EUR")))));
        Assert.Equal(
            ["SignalAccepted", "RunBudgetChanged", "RunResumed", "StepStarted b"],
            Told(run.Signal(SignalTypes.Resume, """{"budget":{"money":{"amount":"1","currency":"EUR"}}}""")));
        Assert.Equal("EUR 1, USD 5", string.Join(", ", run.Run.Snapshot().Budget!.Money!.Select(m => $"{m.Currency} {m.Amount}")));
    }

    [Fact]
    public void A_budget_of_steps_counts_the_attempts_that_start()
    {
        var run = Of(Chain, ""","budget":{"steps":2}""");
        run.Start();
        run.Complete("a");
        Assert.Equal(["StepCompleted b", "RunBudgetExceeded", "RunPaused"], Told(run.Complete("b")));
        Assert.Equal(2, run.Run.Snapshot().Budget!.StepsStarted);
    }

    [Fact]
    public void A_step_that_is_skipped_needs_no_budget()
    {
        var run = Of(
            """[{"stepId":"a","kind":"gateway","when":"${false}"},{"stepId":"b","kind":"noop","onlyIf":"a"}]""", ""","budget":{"steps":1}""");
        Assert.Equal(["RunQueued", "RunStarted", "StepStarted a", "StepCompleted a", "StepSkipped b", "RunCompleted"], Told(run.Start()));
    }

    [Fact]
    public void A_budget_of_time_leaves_pauses_out_and_parks_the_run_when_it_is_used_up()
    {
        var run = Of("""[{"stepId":"a","kind":"wait","with":{"signal":"go"}},{"stepId":"b","kind":"noop"}]""", ""","budget":{"time":"PT1H"}""");
        run.Start();
        run.Now += TimeSpan.FromMinutes(20);
        run.Signal(SignalTypes.Pause);
        Assert.Null(run.Run.NextDue);
        run.Now += TimeSpan.FromHours(5);
        run.Crash();
        run.Signal(SignalTypes.Resume);
        Assert.Equal(run.Now + TimeSpan.FromMinutes(40), run.Run.NextDue);
        Assert.Equal(["RunBudgetExceeded", "RunPaused"], Told(run.WakeWhenDue()));
        var exceeded = run.History.Select(h => h.Event).OfType<RunBudgetExceeded>().Single();
        Assert.Equal(("time", "PT1H", "PT1H"), (exceeded.Budget, exceeded.Used, exceeded.Limit));
        run.External("go");
        Assert.Equal(
            ["SignalAccepted", "RunBudgetChanged", "RunResumed", "StepCompleted a", "StepStarted b", "StepCompleted b", "RunCompleted"],
            Told(run.Signal(SignalTypes.Resume, """{"budget":{"time":"PT2H"}}""")));
    }

    [Fact]
    public void A_parked_run_can_be_cancelled_and_its_compensations_need_no_budget()
    {
        var run = Of(
            """[{"stepId":"a","kind":"call","compensate":{"kind":"call"}},{"stepId":"b","kind":"call"}]""", ""","budget":{"steps":1},"onCancel":"compensate" """);
        run.Start();
        run.Complete("a");
        Assert.Equal("BUDGET_EXCEEDED", run.Run.Substatus);
        Assert.Contains("StepCompensationStarted a", Told(run.Signal(SignalTypes.Cancel)));
        Assert.Equal(["StepCompensated a", "RunCancelled"], Told(run.Complete("a/compensate", attempt: 1, cost: new Cost(Tokens: 7))));
        Assert.Equal(7, run.Run.Snapshot().Cost!.Tokens);
    }

    [Theory]
    [InlineData("""{"budget":{"tokens":0}}""")]
    [InlineData("""{"budget":{"tokens":1.5}}""")]
    [InlineData("""{"budget":{}}""")]
    [InlineData("""{"budget":7}""")]
    [InlineData("""{"budget":{"money":{"amount":"-1","currency":"USD"}}}""")]
    [InlineData("""{"budget":{"money":{"amount":"1","currency":"usd"}}}""")]
    [InlineData("""{"budget":{"patience":3}}""")]
    public void A_change_that_makes_no_sense_is_no_signal(string payload)
    {
        var run = Of(Chain, ""","budget":{"tokens":100}""");
        run.Start();
        Assert.Equal("SIGNAL_INVALID_PAYLOAD", run.Signal(SignalTypes.Resume, payload).Refusal!.Code);
    }

    [Fact]
    public void What_has_no_budget_has_none_to_change()
    {
        var run = Of(Chain);
        run.Start();
        Assert.Equal("BUDGET_NOT_SET", run.Signal(SignalTypes.Resume, """{"budget":{"tokens":9}}""").Refusal!.Code);
    }

    [Fact]
    public void A_report_of_cost_that_makes_no_sense_is_left_out()
    {
        var run = Of(Chain, ""","budget":{"tokens":100}""");
        run.Start();
        Assert.Equal(["StepCompleted a", "StepStarted b"], Told(run.Complete("a", cost: new Cost(Tokens: -5, new Money("NaN", "USD")))));
        Assert.Null(run.Run.Snapshot().Cost);
    }

    [Fact]
    public void Costs_are_summed_without_a_budget_too()
    {
        var run = Of(Chain);
        run.Start();
        run.Complete("a", cost: new Cost(Tokens: 5, new Money("0.10", "USD")));
        run.Crash();
        run.Complete("b", cost: new Cost(Tokens: 6, new Money("0.2", "USD")));
        Assert.Equal(11, run.Run.Snapshot().Cost!.Tokens);
        Assert.Equal(new Money("0.30", "USD"), Assert.Single(run.Run.Snapshot().Cost!.Money));
    }

    [Fact]
    public void The_plans_priority_is_that_of_runs_which_do_not_say()
    {
        var run = Of(Chain, ""","priority":8""");
        run.Start();
        Assert.Equal(8, run.Run.Context.Priority);
        var queued = JsonElement.Parse(RunEvents.Bytes(run.History[0].Event));
        Assert.Equal(8, queued.GetProperty("context").GetProperty("priority").GetInt32());
    }
}
