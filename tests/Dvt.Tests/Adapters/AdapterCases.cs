using Dvt.Contracts;
using Xunit;

namespace Dvt.Tests.Adapters;

/// <summary>The conformance suite: what any <see cref="Engine.Adapters.IEngineAdapter"/> must do.</summary>
static partial class AdapterCases
{
    const string Slow = """[{"stepId":"slow","kind":"http","with":{"url":"{outside}delay/1500"}},{"stepId":"next","kind":"noop"}]""";
    const string Ask = """[{"stepId":"ask","kind":"wait","with":{"signal":"go"}},{"stepId":"next","kind":"transform","with":"${steps.ask.result.n}"}]""";

    public static readonly IReadOnlyDictionary<string, Func<AdapterRig, Task>> All = new (string Name, Func<AdapterRig, Task> Case)[]
    {
        ("a run goes to its end and its output is told", Goes_to_its_end),
        ("a run id is used once", Id_is_used_once),
        ("a run of an unknown plan is refused", Unknown_plan),
        ("an input that breaks the schema is refused", Broken_input),
        ("an unknown run is not found", Unknown_run),
        ("what an adapter says it can do may be required, and nothing else", Capabilities),
        ("it is healthy", Healthy),
        ("a tenant sees nothing of another", Foreign_tenant),
        ("a failed attempt is tried again", Retries),
        ("what fails for good fails the run", Fails),
        ("a wait for time ends by itself", Waits),
        ("a wait for a signal that does not come times out", Signal_timeout),
        ("external signals are taken in order, also before anybody waits", Signals_in_order),
        ("an external signal is taken once per id", Signal_once),
        ("a pause starts nothing, lets what is in flight come back, and keeps it", Pause),
        ("a pause keeps external signals for later", Pause_keeps_signals),
        ("a cancelled run is undone first when its plan says so", Cancel_undoes),
        ("a cancelled run ends and what comes later changes nothing", Cancel),
        ("an emergency stop ends at once", Emergency_stop),
        ("a parked step is retried with another input", Retry_step),
        ("a parked step is skipped", Skip_step),
        ("a pending step is skipped before its turn", Skip_pending),
        ("a run is run again from a step, keeping what came before", Retry_run),
        ("a signal id names one signal", Signal_id),
        ("a signal without the right is refused and told in the history", No_right),
        ("an ended run takes no signal", Terminal),
        ("a step that cannot be is refused", No_step),
        ("parallel branches join", Joins),
        ("runs of one concurrency key go on one after the other", Concurrency),
    }.ToDictionary(c => c.Name, c => c.Case);

    static async Task Goes_to_its_end(AdapterRig rig)
    {
        var runId = await rig.RunAsync("""[{"stepId":"a","kind":"echo","with":{"n":1}},{"stepId":"b","kind":"transform","with":"${steps.a.result.n + 1}"}]""", ""","output":"${steps.b.result}" """);
        var run = await rig.EndsAsync(runId, "COMPLETED");
        Assert.Equal(2, run.Output!.Value.GetInt32());
        Assert.Equal(
            ["RunQueued", "RunStarted", "StepStarted a", "StepCompleted a", "StepStarted b", "StepCompleted b", "RunCompleted"],
            await rig.ToldAsync(runId));
    }

    static async Task Id_is_used_once(AdapterRig rig)
    {
        var planId = await rig.PublishAsync("""[{"stepId":"a","kind":"noop"}]""", "");
        var runId = rig.Name("run");
        Assert.Null(await rig.StartAsync(planId, runId));
        Assert.Equal("RUN_ALREADY_EXISTS", (await rig.StartAsync(planId, runId))!.Code);
        await rig.EndsAsync(runId, "COMPLETED");
        Assert.Equal("RUN_ALREADY_EXISTS", (await rig.StartAsync(planId, runId))!.Code);
        Assert.Single(await rig.ToldAsync(runId), "RunQueued");
    }

    static async Task Unknown_plan(AdapterRig rig)
    {
        var runId = rig.Name("run");
        Assert.Equal("PLAN_NOT_FOUND", (await rig.StartAsync("nowhere", runId))!.Code);
        Assert.Null(await rig.Adapter.StatusAsync(rig.TenantId, runId, CancellationToken.None));
    }

    static async Task Broken_input(AdapterRig rig)
    {
        var planId = await rig.PublishAsync("""[{"stepId":"a","kind":"noop"}]""", ""","inputSchema":{"type":"object","required":["name"]}""");
        var runId = rig.Name("run");
        Assert.Equal("invalid_input", (await rig.StartAsync(planId, runId))!.Code);
        Assert.Null(await rig.StartAsync(planId, runId, """{"name":"Ana"}"""));
    }

    static async Task Unknown_run(AdapterRig rig)
    {
        Assert.Equal("RUN_NOT_FOUND", (await rig.SignalAsync("nowhere", SignalTypes.Pause))!.Code);
        Assert.Equal("RUN_NOT_FOUND", (await rig.SendAsync("nowhere", "go", "1"))!.Code);
        Assert.Null(await rig.Adapter.StatusAsync(rig.TenantId, "nowhere", CancellationToken.None));
        Assert.Empty(await rig.Adapter.HistoryAsync(rig.TenantId, "nowhere", CancellationToken.None));
    }

    static async Task Capabilities(AdapterRig rig)
    {
        Assert.Superset(new HashSet<string> { "basic-execution", "timer", "retry", "signal.pause", "signal.external" }, rig.Adapter.Capabilities.ToHashSet());
        var all = string.Join(',', rig.Adapter.Capabilities.Select(c => $"\"{c}\""));
        await rig.EndsAsync(await rig.RunAsync("""[{"stepId":"a","kind":"noop"}]""", $""","requiresCapabilities":[{all}]"""), "COMPLETED");
        var check = Engine.Plans.Plan.Check(
            System.Text.Json.JsonElement.Parse("""{"planId":"p","version":"1.0.0","requiresCapabilities":["time-travel"],"steps":[{"stepId":"a","kind":"noop"}]}"""), Engine.Plans.StepKinds.BuiltIn);
        Assert.Equal("CAPABILITY_NOT_SUPPORTED", Assert.Single(check.Faults).Code);
        Assert.Subset(Engine.Plans.PlanNames.Capabilities.ToHashSet(), rig.Adapter.Capabilities.ToHashSet());
    }

    static async Task Healthy(AdapterRig rig)
    {
        var health = await rig.Adapter.HealthAsync(CancellationToken.None);
        Assert.True(health.IsHealthy, health.Detail);
    }

    static async Task Foreign_tenant(AdapterRig rig)
    {
        var runId = await rig.RunAsync(Ask);
        var other = Guid.NewGuid();
        Assert.Null(await rig.Adapter.StatusAsync(other, runId, CancellationToken.None));
        Assert.Empty(await rig.Adapter.HistoryAsync(other, runId, CancellationToken.None));
        Assert.Equal("RUN_NOT_FOUND", (await rig.Adapter.SendAsync(other, new SendExternalSignal(runId, "x", "go", Payload: null), CancellationToken.None))!.Code);
    }

    static async Task Retries(AdapterRig rig)
    {
        var runId = await rig.RunAsync($$"""[{"stepId":"a","kind":"http","with":{"url":"{outside}flaky/{{Guid.NewGuid():n}}?failures=1&status=429&anyKey=true"},"retry":{"initial":"PT0.05S"} }]""");
        var run = await rig.EndsAsync(runId, "COMPLETED");
        Assert.Equal(2, run.Steps[0].Attempt);
        Assert.Equal(["StepStarted a", "StepFailed a", "StepRetryScheduled a", "StepStarted a", "StepCompleted a"], (await rig.ToldAsync(runId)).Skip(2).SkipLast(1));
    }

    static async Task Fails(AdapterRig rig)
    {
        var runId = await rig.RunAsync("""[{"stepId":"a","kind":"http","with":{"url":"{outside}status/404"}},{"stepId":"b","kind":"noop"}]""");
        var run = await rig.EndsAsync(runId, "FAILED");
        Assert.Equal(("HTTP_STATUS", "a"), (run.Error!.Code, run.FailedStepId));
        Assert.Equal("DEPENDENCY_FAILED", run.Steps[1].SkipReason);
    }

    static async Task Waits(AdapterRig rig)
    {
        var runId = await rig.RunAsync("""[{"stepId":"w","kind":"wait","with":{"duration":"PT1S"}}]""");
        await rig.EndsAsync(runId, "COMPLETED");
        var history = await rig.Adapter.HistoryAsync(rig.TenantId, runId, CancellationToken.None);
        Assert.True(history.Single(h => h.Event is TimerFired).OccurredAt - history.Single(h => h.Event is TimerSet).OccurredAt >= TimeSpan.FromSeconds(1));
    }

    static async Task Signal_timeout(AdapterRig rig)
    {
        var run = await rig.EndsAsync(await rig.RunAsync("""[{"stepId":"w","kind":"wait","with":{"signal":"go","timeout":"PT1S"}}]"""), "FAILED");
        Assert.Equal("SIGNAL_TIMEOUT", run.Error!.Code);
    }

    static async Task Concurrency(AdapterRig rig)
    {
        var planId = await rig.PublishAsync(Ask, ""","concurrency":{"key":"all","limit":1}""");
        var (first, second) = (rig.Name("run"), rig.Name("run"));
        Assert.Null(await rig.StartAsync(planId, first));
        await rig.UntilAsync(first, run => run.Steps[0].WaitingFor == "go");
        Assert.Null(await rig.StartAsync(planId, second));
        await rig.UntilAsync(second, run => run is { Status: "PENDING", Substatus: "WAITING_CONCURRENCY" });
        Assert.Null(await rig.SendAsync(second, "go", """{"n":2}"""));
        Assert.Null(await rig.SendAsync(first, "go", """{"n":1}"""));
        await rig.EndsAsync(first, "COMPLETED");
        await rig.EndsAsync(second, "COMPLETED");
    }

    static async Task Joins(AdapterRig rig)
    {
        var run = await rig.EndsAsync(await rig.RunAsync(
            """
            [{"stepId":"l","kind":"echo","with":{"n":1},"dependsOn":[]},{"stepId":"r","kind":"echo","with":{"n":2},"dependsOn":[]},
             {"stepId":"join","kind":"transform","with":"${steps.l.result.n + steps.r.result.n}","dependsOn":["l","r"]}]
            """, ""","output":"${steps.join.result}" """), "COMPLETED");
        Assert.Equal(3, run.Output!.Value.GetInt32());
    }
}
