using Dvt.Contracts;
using Dvt.Engine.Runs;
using Xunit;
using static Dvt.Tests.Rules.Runs.Scenario;

namespace Dvt.Tests.Rules.Runs;

public sealed class BlockerTests
{
    [Fact]
    public void A_run_at_its_end_has_none()
    {
        var run = Of("""[{"stepId":"a","kind":"call"}]""");
        run.Start();
        run.Complete("a");
        Assert.Empty(run.Run.Blockers(run.Now));
    }

    [Fact]
    public void Each_branch_tells_what_it_waits_for()
    {
        var run = Of("""
            [{"stepId":"a","kind":"call","timeout":"PT5M","dependsOn":[]},{"stepId":"s","kind":"wait","with":{"signal":"photo","timeout":"PT1H"},"dependsOn":[]},
             {"stepId":"t","kind":"wait","with":{"duration":"PT2H"},"dependsOn":[]},{"stepId":"r","kind":"call","retry":{"maxAttempts":3},"dependsOn":[]}]
            """, ""","timeout":"P1D" """);
        run.Start();
        run.Fail("r", retryable: true);
        var found = Codes(run, "CALL_IN_FLIGHT", "WAITING_SIGNAL", "WAITING_TIMER", "RETRY_BACKOFF", "RUN_DEADLINE");
        Assert.Equal((run.Now.AddMinutes(5), "run-1:a:1"), (found[0].Deadline!.Value, found[0].EffectKey));
        Assert.Equal(("photo", run.Now.AddHours(1), "/v1/runs/run-1/external-signals"), (found[1].Signal, found[1].ClearsAt, found[1].ClearableBy!.Href));
        Assert.Equal(run.Now.AddHours(2), found[2].ClearsAt);
        Assert.Equal((2, "HTTP_STATUS", run.Step("r").DueAt), (found[3].Attempt!.Value, found[3].Error!.Code, found[3].ClearsAt));
        Assert.Equal(run.Now.AddDays(1), found[4].ClearsAt);
        run.Crash();
        Codes(run, "CALL_IN_FLIGHT", "WAITING_SIGNAL", "WAITING_TIMER", "RETRY_BACKOFF", "RUN_DEADLINE");
    }

    [Fact]
    public void An_approval_tells_who_is_asked_and_until_when()
    {
        var run = Of("""[{"stepId":"ok","kind":"approval","with":{"role":"finance","minApprovals":2,"deadline":"PT2H","escalation":[{"after":"PT1H","role":"operator"}]}}]""");
        run.Start();
        run.Decide("ok", "approve", "user:p1");
        var found = Codes(run, "WAITING_APPROVAL");
        Assert.Equal(("ok", run.Now.AddHours(2), "/v1/runs/run-1/approvals/ok"), (found[0].StepId, found[0].ClearsAt, found[0].ClearableBy!.Href));
        Assert.Equal([Roles.Finance, Roles.TenantAdmin], found[0].ClearableBy!.Roles!);
        run.Wake(TimeSpan.FromHours(1));
        Assert.Contains(Roles.Operator, Codes(run, "WAITING_APPROVAL")[0].ClearableBy!.Roles!);
    }

    [Fact]
    public void What_is_due_by_now_holds_nothing_up()
    {
        var run = Of("""[{"stepId":"t","kind":"wait","with":{"duration":"PT2H"}}]""");
        run.Start();
        Assert.Empty(run.Run.Blockers(run.Now.AddHours(2)));
    }

    [Fact]
    public void A_paused_run_tells_who_may_resume_it_and_that_it_drains()
    {
        var run = Of("""[{"stepId":"a","kind":"call","dependsOn":[]},{"stepId":"t","kind":"wait","with":{"duration":"PT2H"},"dependsOn":[]}]""");
        run.Start();
        run.Signal(SignalTypes.Pause, id: "p-1");
        var found = Codes(run, "PAUSED", "DRAINING", "CALL_IN_FLIGHT", "WAITING_TIMER");
        Assert.Equal(("p-1", run.Now), (found[0].SignalId, found[0].Since));
        Assert.Equal([SignalTypes.Resume, SignalTypes.Cancel], found[0].ClearableBy!.Signals!);
        Assert.Contains(Roles.Operator, found[0].ClearableBy!.Roles!);
        Assert.Equal(run.Now + Run.DrainLimit, found[1].Deadline);
        Assert.Null(found[3].ClearsAt);
    }

    [Fact]
    public void A_parked_step_tells_its_error_and_the_signals_that_clear_it()
    {
        var run = Of("""[{"stepId":"a","kind":"call","onError":"park"}]""");
        run.Start();
        run.Fail("a");
        var found = Codes(run, "STEP_FAILED");
        Assert.Equal(("a", "HTTP_STATUS"), (found[0].StepId, found[0].Error!.Code));
        Assert.Contains(SignalTypes.RetryStep, found[0].ClearableBy!.Signals!);
    }

    [Fact]
    public void A_budget_tells_which_how_much_is_used_and_the_limit()
    {
        var run = Of("""[{"stepId":"a","kind":"call"},{"stepId":"b","kind":"call"}]""", ""","budget":{"tokens":100}""");
        run.Start();
        run.Complete("a", cost: new Cost(Tokens: 120));
        Assert.Equal(new BlockingBudget("tokens", "120", "100", Currency: null), Codes(run, "BUDGET_EXCEEDED")[0].Budget);
    }

    [Fact]
    public void A_run_without_a_slot_names_the_key()
    {
        var run = Of("""[{"stepId":"a","kind":"call"}]""", ""","concurrency":{"key":"${input.unit}","limit":2}""");
        run.Start("""{"unit":"u1"}""");
        Assert.Equal(("u1", 2), (Codes(run, "CONCURRENCY_SLOT")[0].Concurrency!.Key, run.Run.Blockers(run.Now)[0].Concurrency!.Limit));
        run.Admit();
        Codes(run, "CALL_IN_FLIGHT");
    }

    [Fact]
    public void A_map_tells_its_counts_and_what_its_items_wait_for()
    {
        var run = Of("""[{"stepId":"fan","kind":"map","with":{"items":[1,2,3],"concurrency":2,"step":{"kind":"call"}}}]""");
        run.Start();
        var found = Codes(run, "MAP_ITEMS", "CALL_IN_FLIGHT", "CALL_IN_FLIGHT");
        Assert.Equal((3, 2, 1), (found[0].Items!.Total, found[0].Items!.Running, found[0].Items!.Waiting));
        Assert.Equal(["fan[0]", "fan[1]"], found.Skip(1).Select(b => b.StepId));
    }

    [Fact]
    public void A_sub_run_is_named_with_where_its_own_blockers_are()
    {
        var run = Of("""[{"stepId":"sub","kind":"plan","with":{"planId":"other"}}]""");
        run.Start();
        var found = Codes(run, "SUB_RUN")[0];
        Assert.Equal((Run.SubRunId("run-1", "sub", 1), $"/v1/runs/{Run.SubRunId("run-1", "sub", 1)}/blockers"), (found.SubRunId, found.ClearableBy!.Href));
    }

    [Fact]
    public void A_compensation_under_way_is_told()
    {
        var run = Of("""
            [{"stepId":"a","kind":"call","compensate":{"kind":"call"}},{"stepId":"b","kind":"call","onError":"compensate"}]
            """);
        run.Start();
        run.Complete("a");
        run.Fail("b");
        Assert.Equal(("a", "call"), (Codes(run, "COMPENSATING")[0].StepId, run.Run.Blockers(run.Now)[0].Kind));
    }

    [Fact]
    public void An_open_circuit_breaker_names_the_host()
    {
        var plan = """[{"stepId":"h","kind":"call","with":{"url":"https://pay.example/charge?x=1"},"retry":{"maxAttempts":3}}]""";
        var run = Of(plan);
        run.Start();
        run.Fail("h", retryable: true, code: "HTTP_CIRCUIT_OPEN");
        Assert.Equal("https://pay.example", Codes(run, "CIRCUIT_OPEN")[0].Host);
    }

    static IReadOnlyList<Blocker> Codes(Scenario run, params string[] wanted)
    {
        var found = run.Run.Blockers(run.Now);
        Assert.Equal(wanted, found.Select(b => b.Code));
        Assert.All(found, b => Assert.Contains(b.Code, BlockerCodes.All));
        return found;
    }

    [Theory]
    // Asked at 12:00. A deadline that decides; one that asks two more levels, an hour each, and then denies; one behind an escalation.
    [InlineData("""  "deadline":"PT2H" """, "14:00", null)]
    [InlineData("""  "deadline":"PT1H","onDeadline":"escalate","escalation":[{"role":"operator"},{"role":"host"}] """, "15:00", "13:00")]
    [InlineData("""  "deadline":"PT3H","escalation":{"after":"PT1H","role":"host"} """, "15:00", "13:00")]
    [InlineData("""  "deadline":"PT1H","escalation":{"after":"PT3H","role":"host"} """, "13:00", "15:00")]
    [InlineData("""  "escalation":{"after":"PT1H","role":"host"} """, null, "13:00")]
    public void An_approval_clears_when_time_decides_it_and_not_when_it_only_asks_others(string terms, string? clears, string? escalates)
    {
        var run = Scenario.Of($$"""[{"stepId":"ok","kind":"approval","with":{"role":"finance",{{terms}} } }]""");
        run.Start();
        var blocker = Assert.Single(run.Run.Blockers(run.Now));
        Assert.Equal((clears, escalates), (Clock(blocker.ClearsAt), Clock(blocker.EscalatesAt)));
        // What it tells is what happens.
        if (clears is null)
            return;
        while (!run.Run.IsTerminal)
            run.WakeWhenDue();
        Assert.Equal(clears, Clock(run.Now));
    }

    static string? Clock(DateTimeOffset? at) => at?.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture);
}
