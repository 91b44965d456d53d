using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Xunit;
using static Dvt.Tests.Rules.Runs.Scenario;

namespace Dvt.Tests.Rules.Runs;

public sealed class ContinuingTests
{
    const string One = """[{"stepId":"a","kind":"call"}]""";

    const string Counting = ""","continueAs":{"input":{"n":"${input.n + 1}"},"when":"${input.n < 3}"} """;

    [Fact]
    public void A_completed_run_goes_on_with_the_input_its_plan_works_out()
    {
        var run = Of(One, Counting);
        run.Start("""{"n":1}""");
        var decision = run.Complete("a");
        Assert.Equal(["StepCompleted a", "RunContinued", "RunCompleted"], Told(decision));
        var next = decision.NewRun!;
        Assert.Equal(NamedId.Of("continue-run", "run-1").ToString(), next.RunId);
        Assert.Equal("""{"n":2}""", next.Input.GetRawText());
        Assert.Equal(("run-1", "run-1", 1, 2), (next.Lineage!.OriginRunId, next.Lineage.ParentRunId, next.Lineage.RunAttempt, next.Lineage.Continued!.Link));
        Assert.Equal(("COMPLETED", "CONTINUE_AS_NEW", next.RunId), (run.Run.Snapshot().Status, run.Run.Substatus, run.Run.Snapshot().ContinuedAsRunId));
        run.Crash();
        Assert.Equal(ContractsJson.Bytes(next), ContractsJson.Bytes(Assert.Single(run.Run.OwedRuns())));
    }

    [Fact]
    public void A_run_whose_plan_says_no_more_is_the_end_of_its_chain()
    {
        var run = Of(One, Counting);
        run.Start("""{"n":3}""");
        var decision = run.Complete("a");
        Assert.Equal(["StepCompleted a", "RunCompleted"], Told(decision));
        Assert.Null(decision.NewRun);
        Assert.Null(run.Run.Substatus);
    }

    [Fact]
    public void Each_link_knows_its_place_the_first_run_and_the_one_before()
    {
        var run = Of("""[{"stepId":"a","kind":"transform","with":{"link":"${run.link}","origin":"${run.originRunId}"}}]""", ""","continueAs":{"when":"${run.link < 4}"}""");
        var plan = run.Run.Plan;
        var start = run.Start().NewRun;
        for (var link = 2; start is not null; link++)
        {
            var next = Run.New(start.RunId, plan);
            var decision = next.Start(start, run.Now);
            Assert.Equal($$"""{"link":{{link}},"origin":"run-1"}""", next.Snapshot().Steps[0].Result!.Value.GetRawText());
            Assert.Equal(link < 4, decision.NewRun is not null);
            start = decision.NewRun;
        }
    }

    [Theory]
    [InlineData("${input.unit}", true)]
    [InlineData("fixed", true)]
    [InlineData("${input.n}", false)]
    [InlineData("${input.n < 2 ? dyn('first') : dyn(null)}", false)]
    public void A_run_hands_its_slot_to_the_next_link_when_its_key_stays(string key, bool isHanded)
    {
        var run = Of(One, $$""","concurrency":{"key":{{JsonSerializer.Serialize(key)}} },"continueAs":{"input":{"unit":"u1","n":"${input.n + 1}"} } """);
        run.Start("""{"unit":"u1","n":1}""");
        Assert.Null(run.Run.SlotHeir);
        run.Admit();
        run.Complete("a");
        Assert.Equal(isHanded ? run.Run.Continuation!.AsRunId : null, run.Run.SlotHeir);
        run.Crash();
        Assert.Equal(isHanded, run.Run.SlotHeir is not null);
        Assert.Equal("""{"n":1,"unit":"u1"}""", run.Run.Input.GetRawText());
    }

    [Fact]
    public void A_run_that_ends_for_good_or_has_no_key_hands_nothing_on()
    {
        var failed = Of(One, ""","concurrency":{"key":"k"},"continueAs":{}""");
        failed.Start();
        failed.Admit();
        failed.Fail("a");
        Assert.Null(failed.Run.SlotHeir);
        var free = Of(One, ""","continueAs":{}""");
        free.Start();
        free.Complete("a");
        Assert.Null(free.Run.SlotHeir);
    }

    [Fact]
    public void Failed_and_cancelled_runs_do_not_go_on()
    {
        var failed = Of(One, ""","continueAs":{}""");
        failed.Start();
        Assert.Equal(["StepFailed a", "RunFailed"], Told(failed.Fail("a")));
        var cancelled = Of(One, ""","continueAs":{}""");
        cancelled.Start();
        Assert.Null(cancelled.Signal(SignalTypes.Cancel).NewRun);
        Assert.DoesNotContain(cancelled.Run.OwedRuns(), r => r.Lineage!.Continued is not null);
    }

    [Fact]
    public void Signals_nobody_has_read_are_read_by_the_next_link_once()
    {
        var run = Of("""[{"stepId":"a","kind":"wait","with":{"signal":"go"}},{"stepId":"b","kind":"call"}]""", ""","continueAs":{}""");
        run.Start();
        run.External("go", "1", "x1");
        run.External("go", "2", "x2");
        run.External("other", "3", "x3");
        run.External("go", "4", "x4");
        var start = run.Complete("b").NewRun!;
        Assert.Equal(["x2", "x4", "x3"], start.Lineage!.Continued!.Signals!.Select(s => s.SignalId));
        var next = Run.New(start.RunId, run.Run.Plan);
        Assert.Equal("x2", next.Start(start, run.Now).Events.OfType<StepCompleted>().Single().SignalId);
        // The same signal told again to the new link is a repetition, another one with its id is not.
        Assert.Empty(next.ExternalSignal(new SendExternalSignal(next.RunId, "x4", "go", JsonElement.Parse("4")), run.Now).Events);
        Assert.Equal("SIGNAL_DUPLICATE", next.ExternalSignal(new SendExternalSignal(next.RunId, "x4", "go", JsonElement.Parse("5")), run.Now).Refusal!.Code);
        Assert.Equal(2, next.DeferredSignals);
    }

    [Fact]
    public void A_signal_that_comes_too_late_is_for_the_next_link()
    {
        var run = Of(One, ""","continueAs":{}""");
        run.Start();
        run.External("go", id: "x1");
        run.Complete("a");
        var next = run.Run.Continuation!.AsRunId;
        Assert.Equal((next, next), (run.External("go", id: "x2").PassTo, run.Signal(SignalTypes.Cancel).PassTo));
        Assert.Null(run.External("go", id: "x1").PassTo);
        Assert.Null(run.Signal(SignalTypes.RetryRun).PassTo);
    }

    [Theory]
    [InlineData("""{"input":{"n":"no number"}}""", "CONTINUE_INPUT_INVALID")]
    [InlineData("""{"input":{"n":"${input.missing}"}}""", "EXPRESSION_FAILED")]
    [InlineData("""{"when":"${'yes'}"}""", "EXPRESSION_FAILED")]
    public void A_run_that_cannot_go_on_as_its_plan_says_fails(string continueAs, string code)
    {
        var run = Of(One, $$""","continueAs":{{continueAs}},"inputSchema":{"properties":{"n":{"type":"integer"} } }""");
        run.Start("""{"n":1}""");
        Assert.Equal(["StepCompleted a", "RunFailed"], Told(run.Complete("a")));
        Assert.Equal(code, run.Run.Error!.Code);
    }

    [Fact]
    public void A_plan_that_says_it_wrongly_is_told_where()
    {
        var check = Plan.Check(JsonElement.Parse(
            """{"planId":"p","version":"1.0.0","steps":[{"stepId":"a","kind":"noop"}],"continueAs":{"input":"${steps.b.result}","when":"${1 +}","else":1}}"""), TestKinds.All);
        Assert.Equal(
            ["/continueAs/else unknown_field", "/continueAs/input unknown_reference", "/continueAs/when invalid_expression"],
            check.Faults.Select(f => $"{f.Pointer} {f.Code}").Order());
    }

    [Fact]
    public void Signals_stop_where_the_history_is_full_and_a_cancel_is_still_taken()
    {
        var run = Run.New("run-1", PlanOf(One));
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        run.Start(new StartRun("run-1", "p", null, null, JsonElement.Parse("{}"), new RunContext()), now);
        Decision Signal(string type, int n) => run.Signal(new SignalRun("run-1", $"{type}-{n}", type, "r", null, [Roles.TenantAdmin]), Guid.Empty, now);
        for (var n = 0; n < Run.MaxSignals; n++)
            Assert.NotEmpty(Signal(n % 2 == 0 ? SignalTypes.Pause : SignalTypes.Resume, n).Events);
        var full = Signal(SignalTypes.Pause, Run.MaxSignals);
        Assert.Equal(("HISTORY_LIMIT", 0), (full.Refusal!.Code, full.Events.Count));
        Assert.Equal("HISTORY_LIMIT", run.ExternalSignal(new SendExternalSignal("run-1", "x", "go", null), now).Refusal!.Code);
        Assert.Equal(["SignalAccepted", "RunCancelRequested", "StepCancelled a", "RunCancelled"], Told(Signal(SignalTypes.Cancel, 0)));
    }

    [Fact]
    public void Payloads_fill_a_history_as_well()
    {
        var run = Run.New("run-1", PlanOf(One));
        var payload = JsonElement.Parse($"\"{new string('x', 60_000)}\"");
        run.Start(new StartRun("run-1", "p", null, null, JsonElement.Parse("{}"), new RunContext()), DateTimeOffset.UnixEpoch);
        var sent = 0;
        while (run.ExternalSignal(new SendExternalSignal("run-1", $"x{sent}", $"go-{sent}", payload), DateTimeOffset.UnixEpoch).Refusal is null)
            sent++;
        Assert.InRange(sent, Run.MaxSignalBytes / 60_100, (Run.MaxSignalBytes / 60_000) + 1);
        Assert.InRange(run.HistoryUse, 1, 1.01);
    }
}
