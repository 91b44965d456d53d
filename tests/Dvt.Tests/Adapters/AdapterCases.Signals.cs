using Dvt.Contracts;
using Dvt.Engine.Runs;
using Xunit;

namespace Dvt.Tests.Adapters;

// How runs are steered.
static partial class AdapterCases
{
    static async Task Signals_in_order(AdapterRig rig)
    {
        var runId = await rig.RunAsync(
            """
            [{"stepId":"first","kind":"wait","with":{"signal":"first"}},{"stepId":"a","kind":"wait","with":{"signal":"go"}},{"stepId":"b","kind":"wait","with":{"signal":"go"}}]
            """, ""","output":["${steps.a.result}","${steps.b.result}"]""");
        Assert.Null(await rig.SendAsync(runId, "go", "1"));
        Assert.Null(await rig.SendAsync(runId, "go", "2"));
        Assert.Null(await rig.SendAsync(runId, "first", "0"));
        Assert.Equal("[1,2]", (await rig.EndsAsync(runId, "COMPLETED")).Output!.Value.GetRawText());
    }

    static async Task Signal_once(AdapterRig rig)
    {
        var runId = await rig.RunAsync("""[{"stepId":"a","kind":"wait","with":{"signal":"go"}},{"stepId":"b","kind":"wait","with":{"signal":"go"}}]""");
        Assert.Null(await rig.SendAsync(runId, "go", "1", id: "x"));
        Assert.Null(await rig.SendAsync(runId, "go", "1", id: "x"));
        Assert.Equal("SIGNAL_DUPLICATE", (await rig.SendAsync(runId, "go", "2", id: "x"))!.Code);
        Assert.Equal("b", (await rig.LookAsync(runId)).Steps.Single(s => s.WaitingFor == "go").StepId);
        Assert.Null(await rig.SendAsync(runId, "go", "3"));
        await rig.EndsAsync(runId, "COMPLETED");
    }

    static async Task Pause(AdapterRig rig)
    {
        var runId = await rig.RunAsync(Slow);
        await rig.UntilAsync(runId, run => run.Steps[0].Status == "RUNNING");
        Assert.Null(await rig.SignalAsync(runId, SignalTypes.Pause));
        var paused = await rig.LookAsync(runId);
        Assert.Equal(("PAUSED", "DRAINING"), (paused.Status, paused.Substatus));
        await rig.UntilAsync(runId, run => run.Steps[0].Status == "COMPLETED");
        var drained = await rig.LookAsync(runId);
        Assert.Equal(("PAUSED", "PENDING"), (drained.Status, drained.Steps[1].Status));
        // The effect holds already: accepted, and nothing is written of it.
        Assert.Null(await rig.SignalAsync(runId, SignalTypes.Pause));
        Assert.Null(await rig.SignalAsync(runId, SignalTypes.Resume));
        await rig.EndsAsync(runId, "COMPLETED");
        var told = await rig.ToldAsync(runId);
        Assert.Single(told, "RunPaused");
        Assert.Single(told, "StepStarted slow");
    }

    static async Task Pause_keeps_signals(AdapterRig rig)
    {
        var runId = await rig.RunAsync(Ask, ""","output":"${steps.next.result}" """);
        await rig.UntilAsync(runId, run => run.Steps[0].WaitingFor == "go");
        Assert.Null(await rig.SignalAsync(runId, SignalTypes.Pause));
        Assert.Null(await rig.SendAsync(runId, "go", """{"n":7}"""));
        Assert.Equal("PAUSED", (await rig.LookAsync(runId)).Status);
        Assert.Null(await rig.SignalAsync(runId, SignalTypes.Resume));
        Assert.Equal(7, (await rig.EndsAsync(runId, "COMPLETED")).Output!.Value.GetInt32());
    }

    static async Task Cancel_undoes(AdapterRig rig)
    {
        var runId = await rig.RunAsync(
            """[{"stepId":"hold","kind":"echo","with":{"n":1},"compensate":{"kind":"echo","with":"${steps.hold.result.n}"}},{"stepId":"ask","kind":"wait","with":{"signal":"go"}}]""",
            ""","onCancel":"compensate" """);
        await rig.UntilAsync(runId, run => run.Steps[1].WaitingFor == "go");
        Assert.Null(await rig.SignalAsync(runId, SignalTypes.Cancel));
        var run = await rig.EndsAsync(runId, "CANCELLED");
        Assert.Equal(["COMPENSATED", "CANCELLED"], run.Steps.Select(s => s.Status));
    }

    static async Task Cancel(AdapterRig rig)
    {
        var runId = await rig.RunAsync(Slow);
        await rig.UntilAsync(runId, run => run.Steps[0].Status == "RUNNING");
        Assert.Null(await rig.SignalAsync(runId, SignalTypes.Cancel));
        var run = await rig.EndsAsync(runId, "CANCELLED");
        Assert.Equal(["CANCELLED", "CANCELLED"], run.Steps.Select(s => s.Status));
        Assert.Equal("RunCancelled", (await rig.ToldAsync(runId))[^1]);
    }

    static async Task Emergency_stop(AdapterRig rig)
    {
        var runId = await rig.RunAsync(Slow);
        await rig.UntilAsync(runId, run => run.Steps[0].Status == "RUNNING");
        Assert.Null(await rig.SignalAsync(runId, SignalTypes.EmergencyStop));
        Assert.Equal("CANCELLED", (await rig.LookAsync(runId)).Status);
        await rig.EndsAsync(runId, "CANCELLED");
    }

    static async Task Retry_step(AdapterRig rig)
    {
        var runId = await rig.RunAsync("""[{"stepId":"a","kind":"http","with":{"url":"{outside}status/404"},"onError":"park"},{"stepId":"b","kind":"noop"}]""");
        await rig.UntilAsync(runId, run => run is { Status: "PAUSED", Substatus: "STEP_FAILED" });
        Assert.Equal("RUN_PARKED", (await rig.SignalAsync(runId, SignalTypes.Resume))!.Code);
        Assert.Null(await rig.SignalAsync(runId, SignalTypes.RetryStep, $$"""{"stepId":"a","input":{"url":"{{rig.Outside}}status/200"} }"""));
        var run = await rig.EndsAsync(runId, "COMPLETED");
        Assert.Equal(2, run.Steps[0].Attempt);
        Assert.Equal("STEP_TERMINAL", (await EndedStepAsync(rig))!.Code);
    }

    static async Task<Refusal?> EndedStepAsync(AdapterRig rig)
    {
        var runId = await rig.RunAsync("""[{"stepId":"a","kind":"noop"},{"stepId":"ask","kind":"wait","with":{"signal":"go"}}]""");
        return await rig.SignalAsync(runId, SignalTypes.RetryStep, """{"stepId":"a"}""");
    }

    static async Task Skip_step(AdapterRig rig)
    {
        var runId = await rig.RunAsync("""[{"stepId":"a","kind":"http","with":{"url":"{outside}status/404"},"onError":"park"},{"stepId":"b","kind":"noop"}]""");
        await rig.UntilAsync(runId, run => run is { Status: "PAUSED", Substatus: "STEP_FAILED" });
        Assert.Null(await rig.SignalAsync(runId, SignalTypes.SkipStep, """{"stepId":"a"}"""));
        var run = await rig.EndsAsync(runId, "COMPLETED");
        Assert.Equal(["SKIPPED", "COMPLETED"], run.Steps.Select(s => s.Status));
        Assert.Equal("OPERATOR_SKIP", run.Steps[0].SkipReason);
    }

    static async Task Skip_pending(AdapterRig rig)
    {
        var runId = await rig.RunAsync(Ask.Replace("${steps.ask.result.n}", "x", StringComparison.Ordinal));
        await rig.UntilAsync(runId, run => run.Steps[0].WaitingFor == "go");
        Assert.Equal("STEP_NOT_TERMINAL", (await rig.SignalAsync(runId, SignalTypes.SkipStep, """{"stepId":"ask"}"""))!.Code);
        Assert.Null(await rig.SignalAsync(runId, SignalTypes.SkipStep, """{"stepId":"next"}"""));
        Assert.Null(await rig.SendAsync(runId, "go", "{}"));
        Assert.Equal(["COMPLETED", "SKIPPED"], (await rig.EndsAsync(runId, "COMPLETED")).Steps.Select(s => s.Status));
    }

    static async Task Retry_run(AdapterRig rig)
    {
        var runId = await rig.RunAsync("""[{"stepId":"a","kind":"echo","with":{"n":1}},{"stepId":"b","kind":"http","with":{"url":"{outside}status/404"}}]""");
        await rig.EndsAsync(runId, "FAILED");
        var id = rig.Name("signal");
        Assert.Null(await rig.SignalAsync(runId, SignalTypes.RetryRun, """{"fromStep":"b"}""", id));
        var again = NamedId.Of("retry-run", runId, id).ToString();
        await rig.UntilAsync(again, run => run.Status == "FAILED");
        var run = await rig.LookAsync(again);
        Assert.Equal((runId, runId, 2), (run.Lineage!.OriginRunId, run.Lineage.ParentRunId, run.Lineage.RunAttempt));
        Assert.True(run.Steps[0].Kept);
        Assert.DoesNotContain("StepStarted a", await rig.ToldAsync(again));
    }

    static async Task Signal_id(AdapterRig rig)
    {
        var runId = await rig.RunAsync(Ask);
        Assert.Null(await rig.SignalAsync(runId, SignalTypes.Pause, id: "p"));
        Assert.Null(await rig.SignalAsync(runId, SignalTypes.Pause, id: "p"));
        Assert.Equal("SIGNAL_DUPLICATE", (await rig.SignalAsync(runId, SignalTypes.Pause, id: "p", reason: "other"))!.Code);
        Assert.Single(await rig.ToldAsync(runId), "SignalAccepted");
        await rig.HoldsAsync(runId);
    }

    static async Task No_right(AdapterRig rig)
    {
        var runId = await rig.RunAsync(Ask);
        Assert.Equal("AUTHZ_DENIED", (await rig.SignalAsync(runId, SignalTypes.EmergencyStop, roles: [Roles.Operator]))!.Code);
        Assert.Single(await rig.ToldAsync(runId), "SignalRejected");
        Assert.Equal("SIGNAL_INVALID_PAYLOAD", (await rig.SignalAsync(runId, SignalTypes.SkipStep))!.Code);
        Assert.Single(await rig.ToldAsync(runId), "SignalRejected");
    }

    static async Task Terminal(AdapterRig rig)
    {
        var runId = await rig.RunAsync("""[{"stepId":"a","kind":"noop"}]""");
        await rig.EndsAsync(runId, "COMPLETED");
        foreach (var type in (string[])[SignalTypes.Pause, SignalTypes.Cancel, SignalTypes.EmergencyStop])
            Assert.Equal("RUN_TERMINAL", (await rig.SignalAsync(runId, type))!.Code);
        Assert.Equal("RUN_TERMINAL", (await rig.SendAsync(runId, "go", "1"))!.Code);
        Assert.Equal("RunCompleted", (await rig.ToldAsync(runId))[^1]);
    }

    static async Task No_step(AdapterRig rig)
    {
        var runId = await rig.RunAsync(Ask);
        Assert.Equal("STEP_NOT_FOUND", (await rig.SignalAsync(runId, SignalTypes.SkipStep, """{"stepId":"nowhere"}"""))!.Code);
        Assert.Equal("RUN_NOT_TERMINAL", (await rig.SignalAsync(runId, SignalTypes.RetryRun))!.Code);
    }
}
