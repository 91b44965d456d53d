using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Runs;
using Xunit;
using static Dvt.Tests.Rules.Runs.Scenario;

namespace Dvt.Tests.Rules.Runs;

public sealed class AdmissionTests
{
    const string Steps = """[{"stepId":"a","kind":"noop"}]""";
    const string Keyed = ""","concurrency":{"key":"${input.unit}","limit":2}""";

    [Fact]
    public void A_run_with_a_key_begins_once_a_slot_is_granted()
    {
        var run = Of(Steps, Keyed);
        Assert.Equal(["RunQueued"], Told(run.Start("""{"unit":"u1"}""")));
        Assert.Equal((RunStatus.Pending, "WAITING_CONCURRENCY"), (run.Run.Status, run.Run.Substatus));
        Assert.False(run.Run.HasInlineWork);
        Assert.Null(run.Run.NextDue);
        Assert.Equal(new ConcurrencySlot("u1", 2), run.Run.Concurrency);
        run.Crash();
        Assert.Equal(["RunAdmitted", "RunStarted", "StepStarted a", "StepCompleted a", "RunCompleted"], Told(run.Admit()));
        Assert.Empty(run.Admit().Events);
    }

    [Fact]
    public void A_slot_granted_twice_is_one_slot()
    {
        var run = Of("""[{"stepId":"a","kind":"call"}]""", Keyed);
        run.Start("""{"unit":"u1"}""");
        run.Admit();
        Assert.Empty(run.Admit().Events);
    }

    [Fact]
    public void A_waiting_run_can_be_cancelled_and_a_slot_granted_meanwhile_changes_nothing()
    {
        var run = Of(Steps, Keyed);
        run.Start("""{"unit":"u1"}""");
        Assert.Equal("RunCancelled", Told(run.Signal(SignalTypes.Cancel))[^1]);
        Assert.Empty(run.Admit().Events);
    }

    [Fact]
    public void A_waiting_run_that_is_paused_takes_its_slot_and_begins_when_resumed()
    {
        var run = Of(Steps, Keyed);
        run.Start("""{"unit":"u1"}""");
        run.Signal(SignalTypes.Pause);
        run.Crash();
        Assert.Equal(["RunAdmitted"], Told(run.Admit()));
        Assert.Equal(RunStatus.Paused, run.Run.Status);
        Assert.Equal(["SignalAccepted", "RunResumed", "RunStarted", "StepStarted a", "StepCompleted a", "RunCompleted"], Told(run.Signal(SignalTypes.Resume)));
    }

    [Fact]
    public void A_run_that_is_resumed_before_its_slot_comes_goes_on_waiting()
    {
        var run = Of(Steps, Keyed);
        run.Start("""{"unit":"u1"}""");
        run.Signal(SignalTypes.Pause);
        Assert.Equal(["SignalAccepted", "RunResumed"], Told(run.Signal(SignalTypes.Resume)));
        Assert.Equal("WAITING_CONCURRENCY", run.Run.Substatus);
    }

    [Fact]
    public void The_timeout_of_a_plan_does_not_count_the_wait_for_a_slot()
    {
        var run = Of("""[{"stepId":"a","kind":"wait","with":{"signal":"go"}}]""", Keyed + ""","timeout":"PT1H" """);
        run.Start("""{"unit":"u1"}""");
        run.Now += TimeSpan.FromHours(5);
        run.Admit();
        Assert.Equal(run.Now + TimeSpan.FromHours(1), run.Run.NextDue);
    }

    [Theory]
    [InlineData("${input.unit}", """{"unit":7}""", "7")]
    [InlineData("${input.unit}", """{"unit":{"b":1,"a":2}}""", """{"a":2,"b":1}""")]
    [InlineData("unit ${input.unit}", """{"unit":"x"}""", "unit x")]
    [InlineData("fixed", """{}""", "fixed")]
    [InlineData("${has(input.unit) ? input.unit : null}", """{}""", null)]
    public void The_keys_value_is_a_text(string key, string input, string? expected)
    {
        var run = Of(Steps, $$""","concurrency":{"key":{{JsonSerializer.Serialize(key)}} }""");
        run.Start(input);
        Assert.Equal(expected, run.Run.Concurrency?.Key);
    }

    [Fact]
    public void An_input_without_a_key_is_refused()
    {
        var run = Of(Steps, Keyed);
        Assert.Equal("SCHEMA_VALIDATION_FAILED", run.Start().Refusal!.Code);
        Assert.Equal("SCHEMA_VALIDATION_FAILED", run.Start($$"""{"unit":"{{new string('x', 513)}}"}""").Refusal!.Code);
    }
}
