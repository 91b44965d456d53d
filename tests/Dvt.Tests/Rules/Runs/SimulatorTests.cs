using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Dvt.Engine.Simulation;
using Xunit;

namespace Dvt.Tests.Rules.Runs;

public sealed class SimulatorTests
{
    static readonly DateTimeOffset Begin = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    static SimulationSetup Setup(string steps, string mocks = "{}", string more = "")
    {
        var plan = Scenario.PlanOf(steps, more);
        var faults = new List<PlanFault>();
        var read = Mocks.Read(JsonElement.Parse(mocks), plan, "/mocks", faults);
        Assert.Empty(faults);
        return new SimulationSetup(plan, "sim-1", JsonElement.Parse("{}"), new RunContext(), Begin, read);
    }

    static SimulationResult Simulate(SimulationSetup setup)
    {
        var result = Simulator.Run(setup, CancellationToken.None);
        Assert.Null(result.Refusal);
        // The real engine's own fold of the history is the state it ended in.
        Assert.Equal(Run.Fold("sim-1", setup.Plan, result.History).SnapshotHash(), result.Run.SnapshotHash());
        return result;
    }

    static string[] Told(SimulationResult result) => [.. result.History.Select(h => Scenario.Told(h.Event))];

    static List<PlanFault> FaultsOf(string steps, string mocks)
    {
        var faults = new List<PlanFault>();
        Mocks.Read(JsonElement.Parse(mocks), Scenario.PlanOf(steps), "/mocks", faults);
        return faults;
    }

    [Fact]
    public void A_mocked_error_is_retried_and_the_next_attempts_mock_answers()
    {
        var result = Simulate(Setup(
            """[{"stepId":"pay","kind":"http","with":{"url":"https://a.example"},"retry":{"initial":"PT1M"}},{"stepId":"end","kind":"noop"}]""",
            """{"pay":[{"error":{"code":"HTTP_STATUS","retryable":true},"delay":"PT2S"},{"result":{"status":204},"delay":"PT3S"}]}"""));
        Assert.Equal(
            ["RunQueued", "RunStarted", "StepStarted pay", "StepFailed pay", "StepRetryScheduled pay", "StepStarted pay", "StepCompleted pay", "StepStarted end", "StepCompleted end", "RunCompleted"],
            Told(result));
        var pause = result.Run.Plan.Steps[0].Retry.Delay("sim-1", "pay", 1);
        Assert.Equal(TimeSpan.FromSeconds(5) + pause, result.Now - Begin);
        Assert.Empty(result.Assumptions);
        Assert.Empty(result.UnusedMocks);
    }

    [Fact]
    public void What_no_mock_says_is_assumed_and_told()
    {
        var setup = Setup("""[{"stepId":"get","kind":"http","with":{"url":"https://a.example"}},{"stepId":"say","kind":"echo","with":{"n":"${steps.get.result.status}"}}]""") with
        {
            UsualDelay = step => step == "get" ? TimeSpan.FromSeconds(4) : null,
        };
        var result = Simulate(setup);
        Assert.Equal(RunStatus.Completed, result.Run.Status);
        var (get, say) = (result.Assumptions[0], result.Assumptions[1]);
        Assert.Equal(("SCHEMA", "HISTORY", TimeSpan.FromSeconds(4), """{"status":200}"""), (get.ResultFrom, get.DelayFrom, get.Delay!.Value, get.Result!.Value.GetRawText()));
        Assert.Equal(("INPUT", "NONE", """{"n":200}"""), (say.ResultFrom, say.DelayFrom, say.Result!.Value.GetRawText()));
    }

    [Fact]
    public void A_year_of_waiting_takes_no_time()
    {
        var result = Simulate(Setup("""[{"stepId":"w","kind":"wait","with":{"duration":"P365D"}},{"stepId":"call","kind":"call","timeout":"P30D"}]""", """{"call":{"delay":"P29D"}}"""));
        Assert.Equal(RunStatus.Completed, result.Run.Status);
        Assert.Equal(TimeSpan.FromDays(394), result.Now - Begin);
        Assert.DoesNotContain("StepRecovered call", Told(result));
    }

    [Fact]
    public void A_call_slower_than_its_timeout_fails_as_one_that_never_answered()
    {
        var result = Simulate(Setup("""[{"stepId":"a","kind":"call","timeout":"PT5S"}]""", """{"a":{"delay":"PT1M"}}"""));
        Assert.Equal(("STEP_TIMEOUT", "a"), (result.Run.Error!.Code, result.Run.FailedStepId));
        Assert.Equal(TimeSpan.FromSeconds(5) + Run.AnswerGrace, result.Now - Begin);
    }

    [Fact]
    public void A_wait_gets_the_signal_its_mock_promises_and_without_one_the_run_stays_open()
    {
        const string Steps = """[{"stepId":"ask","kind":"wait","with":{"signal":"go"}},{"stepId":"end","kind":"transform","with":"${steps.ask.result.by}"}]""";
        var answered = Simulate(Setup(Steps, """{"ask":{"signal":{"after":"PT1H","payload":{"by":"Luis"}}}}""", ""","output":"${steps.end.result}" """));
        Assert.Equal("\"Luis\"", answered.Run.Output!.Value.GetRawText());
        Assert.Equal(TimeSpan.FromHours(1), answered.Now - Begin);
        var open = Simulate(Setup(Steps));
        Assert.Equal(RunStatus.Running, open.Run.Status);
        Assert.Equal(new OpenEnd("SIGNAL", "ask", "go"), Assert.Single(open.WaitsFor));
        Assert.Null(open.Truncated);
    }

    [Fact]
    public void Signals_come_at_their_moment_and_a_refused_one_is_told()
    {
        var result = Simulate(Setup("""[{"stepId":"a","kind":"call"},{"stepId":"b","kind":"noop"}]""", """{"a":{"delay":"PT10S"}}""") with
        {
            Signals =
            [
                new(TimeSpan.FromSeconds(5), "p", SignalTypes.Pause, Name: null, "lunch", Payload: null),
                new(TimeSpan.FromSeconds(6), "s", SignalTypes.SkipStep, Name: null, Reason: null, JsonElement.Parse("""{"stepId":"a"}""")),
                new(TimeSpan.FromSeconds(20), "r", SignalTypes.Resume, Name: null, Reason: null, Payload: null),
            ],
        });
        Assert.Equal(TimeSpan.FromSeconds(20), result.Now - Begin);
        Assert.Equal(("s", "STEP_NOT_TERMINAL"), (result.Refusals.Single().SignalId, result.Refusals.Single().Code));
        Assert.Equal(RunStatus.Completed, result.Run.Status);
    }

    [Fact]
    public void A_parked_run_waits_for_an_operator_and_a_paused_one_for_its_resume()
    {
        var parked = Simulate(Setup("""[{"stepId":"a","kind":"call","onError":"park"}]""", """{"a":{"error":{"code":"NO"}}}"""));
        Assert.Equal(new OpenEnd("OPERATOR", "a", Name: null), Assert.Single(parked.WaitsFor));
        var paused = Simulate(Setup("""[{"stepId":"a","kind":"call"}]""", """{"a":{"delay":"PT9S"}}""") with
        {
            Signals = [new(TimeSpan.FromSeconds(1), "p", SignalTypes.Pause, Name: null, Reason: null, Payload: null)],
        });
        Assert.Equal(new OpenEnd("RESUME", StepId: null, Name: null), Assert.Single(paused.WaitsFor));
    }

    [Fact]
    public void What_mocks_cost_is_summed_up_and_stops_at_the_budget()
    {
        const string Mock = """{"cost":{"tokens":60,"money":{"amount":"0.10","currency":"USD"}}}""";
        var result = Simulate(Setup("""[{"stepId":"a","kind":"call"},{"stepId":"b","kind":"call"},{"stepId":"c","kind":"call"}]""",
            $$"""{"a":{{Mock}},"b":{{Mock}},"c":{{Mock}} }""", ""","budget":{"tokens":100},"concurrency":{"key":"all","limit":1}"""));
        Assert.Equal((120L, "0.20"), (result.Run.Snapshot().Cost!.Tokens, result.Run.Snapshot().Cost!.Money.Single().Amount));
        Assert.Equal(new OpenEnd("RESUME", StepId: null, "BUDGET_EXCEEDED"), Assert.Single(result.WaitsFor));
        Assert.Contains("RunAdmitted", Told(result));
        Assert.DoesNotContain("StepStarted c", Told(result));
    }

    [Fact]
    public void Compensations_are_mocked_under_their_own_name()
    {
        var result = Simulate(Setup(
            """[{"stepId":"a","kind":"call","compensate":{"kind":"call","retry":{"maxAttempts":1}}},{"stepId":"b","kind":"call","onError":"compensate"}]""",
            """{"b":{"error":{"code":"NO"}},"a/compensate":{"error":{"code":"GONE"}}}"""));
        Assert.Equal("not undone: a (GONE)", result.Run.CompensationError!.Message);
    }

    [Fact]
    public void The_same_setup_has_the_same_history_and_another_run_id_another_jitter()
    {
        var setup = Setup("""[{"stepId":"a","kind":"call"}]""", """{"a":[{"error":{"code":"NO","retryable":true}},{"result":1}]}""");
        byte[][] Bytes(SimulationSetup s) => [.. Simulator.Run(s, CancellationToken.None).History.Select(h => RunEvents.Bytes(h.Event))];
        Assert.Equal(Bytes(setup), Bytes(setup));
        Assert.NotEqual(Bytes(setup), Bytes(setup with { RunId = "sim-2" }));
    }

    [Fact]
    public void It_always_ends()
    {
        var steps = string.Join(',', Enumerable.Range(0, 300).Select(n => $$"""{"stepId":"s{{n}}","kind":"noop","dependsOn":[]}"""));
        var cut = Simulator.Run(Setup($"[{steps}]") with { MaxEvents = 100 }, CancellationToken.None);
        Assert.Equal("EVENTS", cut.Truncated);
        var long_ = Simulator.Run(Setup("""[{"stepId":"w","kind":"wait","with":{"duration":"P36500D"}}]"""), CancellationToken.None);
        Assert.Equal("VIRTUAL_TIME", long_.Truncated);
        var late = Simulator.Run(Setup("""[{"stepId":"w","kind":"wait","with":{"duration":"PT1S"}}]"""), new CancellationToken(canceled: true));
        Assert.Equal("TIME", late.Truncated);
    }

    [Theory]
    [InlineData("""{"nowhere":{}}""", "/mocks/nowhere", "unknown_step")]
    [InlineData("""{"a/compensate":{}}""", "/mocks/a~1compensate", "unknown_step")]
    [InlineData("""{"n":{"result":1}}""", "/mocks/n", "not_mockable")]
    [InlineData("""{"w":{"delay":"PT1S"}}""", "/mocks/w/delay", "not_mockable")]
    [InlineData("""{"a":{"signal":{}}}""", "/mocks/a/signal", "not_mockable")]
    [InlineData("""{"a":{"result":{"status":200},"error":{"code":"NO"}}}""", "/mocks/a", "ambiguous")]
    [InlineData("""{"a":[{"result":{"status":"ok"}}]}""", "/mocks/a/0/result/status", "invalid_result")]
    [InlineData("""{"a":{"delay":"P1Y"}}""", "/mocks/a/delay", "invalid_value")]
    public void A_mock_that_cannot_be_is_told_with_its_place(string mocks, string pointer, string code)
    {
        var faults = FaultsOf(
            """[{"stepId":"a","kind":"http","with":{"url":"https://a.example"}},{"stepId":"n","kind":"noop"},{"stepId":"w","kind":"wait","with":{"signal":"go"}}]""", mocks);
        Assert.Contains((pointer, code), faults.Select(f => (f.Pointer, f.Code)));
    }

    [Fact]
    public void Any_random_plan_comes_to_an_end_or_says_what_it_waits_for()
    {
        var first = Environment.TickCount & 0xFFFFFF;
        for (var seed = first; seed < first + 300; seed++)
        {
            var setup = new SimulationSetup(
                RandomPlan.Of(new Random(seed)), "sim-1", JsonElement.Parse("""{"yes":true,"word":"left"}"""), new RunContext(), Begin, new Mocks());
            var result = Simulate(setup);
            Assert.True(result.Truncated is null && (result.Run.IsTerminal || result.WaitsFor.Count > 0), $"seed {seed}: {result.Run.Status} {result.Truncated}");
        }
    }
}
