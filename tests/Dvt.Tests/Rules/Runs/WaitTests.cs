using Dvt.Contracts;
using Dvt.Engine.Runs;
using Xunit;
using static Dvt.Tests.Rules.Runs.Scenario;

namespace Dvt.Tests.Rules.Runs;

public sealed class WaitTests
{
    const string ForGo = """[{"stepId":"w","kind":"wait","with":{"signal":"go"}}]""";

    [Fact]
    public void A_duration_ends_when_it_is_over_and_not_before()
    {
        var run = Of("""[{"stepId":"w","kind":"wait","with":{"duration":"PT${input.s}S"}}]""");
        Assert.Equal(["StepStarted w", "TimerSet w"], Told(run.Start("""{"s":90}"""))[2..]);
        Assert.Equal("WAITING_TIMER", run.Run.Substatus);
        Assert.Empty(run.Wake(TimeSpan.FromSeconds(89)).Events);
        Assert.Equal(["TimerFired w", "StepCompleted w", "RunCompleted"], Told(run.WakeWhenDue()));
    }

    [Fact]
    public void A_moment_that_is_over_is_not_waited_for()
    {
        var run = Of("""[{"stepId":"w","kind":"wait","with":{"until":"2020-01-01T00:00:00Z"}}]""");
        run.Start();
        Assert.Equal(RunStatus.Completed, run.Run.Status);
    }

    [Theory]
    [InlineData("""{"duration":"P1M"}""")]
    [InlineData("""{"duration":""}""")]
    [InlineData("""{"until":"soon"}""")]
    [InlineData("""{}""")]
    public void A_wait_that_makes_no_sense_fails(string with)
    {
        var run = Of("""[{"stepId":"w","kind":"wait","with":"${input}"}]""");
        run.Start(with);
        Assert.Equal("INVALID_WITH", run.Run.Error!.Code);
    }

    [Fact]
    public void The_payload_of_a_signal_becomes_the_result()
    {
        var run = Of(ForGo);
        run.Start();
        Assert.Equal("WAITING_SIGNAL", run.Run.Substatus);
        Assert.Null(run.Run.NextDue);
        Assert.Equal(["ExternalSignalReceived", "StepCompleted w", "RunCompleted"], Told(run.External("go", """{"b":1,"a":2}""")));
        Assert.Equal("""{"a":2,"b":1}""", run.Step("w").Result!.Value.GetRawText());
    }

    [Fact]
    public void A_signal_that_comes_before_it_is_waited_for_is_kept()
    {
        var run = Of("""[{"stepId":"a","kind":"call"},{"stepId":"w","kind":"wait","with":{"signal":"go"}}]""");
        run.Start();
        run.External("go", "7");
        run.External("other", "8");
        run.Crash();
        run.Complete("a");
        Assert.Equal("7", run.Step("w").Result!.Value.GetRawText());
    }

    [Fact]
    public void Signals_are_first_in_first_out_and_one_per_wait()
    {
        var run = Of("""
            [{"stepId":"a","kind":"call"},{"stepId":"v","kind":"wait","with":{"signal":"go"}},{"stepId":"w","kind":"wait","with":{"signal":"go"}}]
            """);
        run.Start();
        run.External("go", "1");
        run.External("go", "2");
        run.Complete("a");
        Assert.Equal(("1", "2"), (run.Step("v").Result!.Value.GetRawText(), run.Step("w").Result!.Value.GetRawText()));
    }

    [Fact]
    public void A_signal_told_twice_counts_once_and_its_id_cannot_be_used_again()
    {
        var run = Of("""[{"stepId":"v","kind":"wait","with":{"signal":"go"}},{"stepId":"w","kind":"wait","with":{"signal":"go"}}]""");
        run.Start();
        run.External("go", "1", id: "x");
        var again = run.External("go", "1.0", id: "x");
        Assert.True(again.Ignored);
        Assert.Null(again.Refusal);
        Assert.Equal("SIGNAL_DUPLICATE", run.External("go", "2", id: "x").Refusal!.Code);
    }

    [Fact]
    public void A_wait_given_up_fails_with_its_own_code_and_is_not_repeated()
    {
        var run = Of("""[{"stepId":"w","kind":"wait","with":{"signal":"go","timeout":"PT30S"}}]""");
        run.Start();
        Assert.Equal(["TimerFired w", "StepFailed w", "RunFailed"], Told(run.WakeWhenDue()));
        Assert.Equal("SIGNAL_TIMEOUT", run.Run.Error!.Code);
    }

    [Fact]
    public void A_wait_has_no_timeout_unless_its_plan_says_so()
    {
        var run = Of("""[{"stepId":"w","kind":"wait","with":{"signal":"go"},"timeout":"PT1M"}]""");
        run.Start();
        Assert.Equal(["StepFailed w", "RunFailed"], Told(run.WakeWhenDue()));
        Assert.Equal("STEP_TIMEOUT", run.Run.Error!.Code);
    }

    [Fact]
    public void A_signal_to_a_run_at_its_end_is_refused()
    {
        var run = Of("""[{"stepId":"a","kind":"noop"}]""");
        run.Start();
        Assert.Equal("RUN_TERMINAL", run.External("go").Refusal!.Code);
    }

    [Fact]
    public void A_payload_above_the_limit_is_refused()
    {
        var run = Of(ForGo);
        run.Start();
        Assert.Equal("SIGNAL_INVALID_PAYLOAD", run.External("go", $"\"{new string('x', 64 * 1024)}\"").Refusal!.Code);
    }

    [Fact]
    public void While_paused_timers_run_on_and_signals_are_kept_but_take_effect_after_the_pause_only()
    {
        var run = Of("""
            [{"stepId":"d","kind":"wait","with":{"duration":"PT10S"},"dependsOn":[]},{"stepId":"w","kind":"wait","with":{"signal":"go"},"dependsOn":[]}]
            """);
        run.Start();
        run.Signal(SignalTypes.Pause);
        Assert.Equal((RunStatus.Paused, null), (run.Run.Status, run.Run.Substatus));
        Assert.Null(run.Run.NextDue);
        Assert.Equal(["ExternalSignalReceived"], Told(run.External("go")));
        Assert.Empty(run.Wake(TimeSpan.FromMinutes(1)).Events);
        run.Crash();
        Assert.Equal(
            ["SignalAccepted", "RunResumed", "TimerFired d", "StepCompleted d", "StepCompleted w", "RunCompleted"],
            Told(run.Signal(SignalTypes.Resume)));
    }
}
