using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Xunit;
using static Dvt.Tests.Rules.Runs.Scenario;

namespace Dvt.Tests.Rules.Runs;

public sealed class EmitTests
{
    const string Shipped = """
        [{"stepId":"e","kind":"emit","with":{"type":"com.example.shipped","subject":"order/${input.n}","dataschema":"https://example.com/s","data":{"n":"${input.n}"} }}]
        """;

    [Fact]
    public void The_event_is_in_the_history_once_and_its_id_is_the_result()
    {
        var run = Of(Shipped);
        Assert.Equal(["RunQueued", "RunStarted", "StepStarted e", "EventEmitted e", "StepCompleted e", "RunCompleted"], Told(run.Start("""{"n":7}""")));
        var emitted = Assert.Single(run.History.Select(h => h.Event).OfType<EventEmitted>());
        Assert.Equal(("com.example.shipped", "order/7", "https://example.com/s"), (emitted.Type, emitted.Subject, emitted.DataSchema));
        Assert.Equal("""{"n":7}""", emitted.Data!.Value.GetRawText());
        Assert.Equal(emitted.EventId, run.Step("e").Result!.Value.GetProperty("eventId").GetString());
        Assert.Equal(NamedId.Of("emit", "run-1", "e", "1").ToString(), emitted.EventId);
    }

    [Fact]
    public void Its_data_may_be_anything_or_nothing()
    {
        var run = Of("""
            [{"stepId":"a","kind":"emit","with":{"type":"a.b"}},{"stepId":"b","kind":"emit","with":{"type":"a.b","data":[1,"x",null]}},
             {"stepId":"c","kind":"emit","with":{"type":"a.b","data":null}}]
            """);
        run.Start();
        Assert.Equal([null, "[1,\"x\",null]", null], run.History.Select(h => h.Event).OfType<EventEmitted>().Select(e => e.Data?.GetRawText()));
    }

    [Theory]
    [InlineData("""{"t":"dvt.StepCompleted"}""")]
    [InlineData("""{"t":"DVT"}""")]
    [InlineData("""{"t":"two words"}""")]
    [InlineData("""{"t":"a..b"}""")]
    [InlineData("""{"t":""}""")]
    [InlineData("""{"t":7}""")]
    public void A_type_that_the_plan_could_not_know_is_judged_when_it_is_known(string input)
    {
        var run = Of("""[{"stepId":"e","kind":"emit","with":{"type":"${input.t}"}}]""");
        run.Start(input);
        Assert.Equal("INVALID_WITH", run.Run.Error!.Code);
        Assert.DoesNotContain(run.History, h => h.Event is EventEmitted);
    }

    [Theory]
    [InlineData("""{"type":"dvt.x"}""")]
    [InlineData("""{"type":"dvt"}""")]
    [InlineData("""{"type":"-x"}""")]
    [InlineData("""{}""")]
    [InlineData("""{"type":"a.b","source":"me"}""")]
    [InlineData("""{"type":"a.b","dataschema":"not a uri"}""")]
    public void A_plan_cannot_speak_for_the_engine_or_leave_the_type_out(string with) => Assert.Contains(
        Plan.Check(JsonElement.Parse($$"""{"planId":"p","version":"1.0.0","steps":[{"stepId":"e","kind":"emit","with":{{with}}}]}"""), TestKinds.All).Faults,
        f => f.Code == "invalid_with");

    [Fact]
    public void A_compensation_that_emits_tells_an_event_of_its_own()
    {
        var run = Of("""
            [{"stepId":"e","kind":"emit","with":{"type":"a.done"},"compensate":{"kind":"emit","with":{"type":"a.undone","data":"${steps.e.result.eventId}"}}},
             {"stepId":"f","kind":"call","onError":"compensate"}]
            """);
        run.Start();
        Assert.Equal(
            ["StepFailed f", "RunCompensationStarted", "StepCompensationStarted e", "EventEmitted e", "StepCompensated e", "RunFailed"], Told(run.Fail("f")));
        var told = run.History.Select(h => h.Event).OfType<EventEmitted>().ToList();
        Assert.Equal(["a.done", "a.undone"], told.Select(e => e.Type));
        Assert.NotEqual(told[0].EventId, told[1].EventId);
        Assert.Equal(told[0].EventId, told[1].Data!.Value.GetString());
    }

    [Fact]
    public void Something_too_large_to_be_kept_is_not_emitted()
    {
        var run = Of("""[{"stepId":"e","kind":"emit","with":{"type":"a.b","data":"${input.x}"}}]""");
        run.Start($$"""{"x":"{{new string('x', 260_000)}}1234567890"}""");
        Assert.Equal(RunStatus.Completed, run.Run.Status);
        var large = Of("""[{"stepId":"e","kind":"emit","with":{"type":"a.b","data":"${input.x}"}}]""");
        large.Start($$"""{"x":"{{new string('x', 262_144)}}"}""");
        Assert.Equal("RESULT_TOO_LARGE", large.Run.Error!.Code);
    }
}
