using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Adapters;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Xunit;

namespace Dvt.Tests.Adapters;

/// <summary>An adapter under test and the little that a test needs beside it. One tenant, as many runs as one likes.</summary>
abstract class AdapterRig
{
    static readonly string[] Admin = [Roles.TenantAdmin];

    int made;

    public abstract IEngineAdapter Adapter { get; }

    public abstract Guid TenantId { get; }

    /// <summary>Where <c>http</c> steps find <c>/status/{code}</c>, <c>/delay/{ms}</c> and <c>/flaky/{name}</c>, with a slash at the end.</summary>
    public abstract string Outside { get; }

    /// <summary>Runs of it can start when this returns.</summary>
    public abstract Task PublishAsync(string document);

    /// <summary>Lets time pass until it holds.</summary>
    public abstract Task UntilAsync(Func<Task<bool>> holds, Func<Task<string>> tell);

    public string Name(string what) => $"{what}-{++made}";

    public async Task<string> PublishAsync(string steps, string more)
    {
        var planId = Name("plan");
        await PublishAsync($$"""{"planId":"{{planId}}","version":"1.0.0","steps":{{steps.Replace("{outside}", Outside, StringComparison.Ordinal)}}{{more}}}""");
        return planId;
    }

    public Task<Refusal?> StartAsync(string planId, string runId, string input = "{}") => Adapter.StartAsync(
        TenantId, new StartRun(runId, planId, PlanVersion: null, PlanDigest: null, JsonElement.Parse(input), new RunContext()), CancellationToken.None);

    /// <summary>Publishes a plan of these steps and starts a run of it; the run's id.</summary>
    public async Task<string> RunAsync(string steps, string more = "")
    {
        var runId = Name("run");
        Assert.Null(await StartAsync(await PublishAsync(steps, more), runId));
        return runId;
    }

    public Task<Refusal?> SignalAsync(string runId, string type, string? payload = null, string? id = null, string[]? roles = null, string reason = "test") => Adapter.SignalAsync(
        TenantId, new SignalRun(runId, id ?? Name("signal"), type, reason, payload is null ? null : JsonElement.Parse(payload), roles ?? Admin), CancellationToken.None);

    public Task<Refusal?> SendAsync(string runId, string name, string payload, string? id = null) => Adapter.SendAsync(
        TenantId, new SendExternalSignal(runId, id ?? Name("external"), name, JsonElement.Parse(payload)), CancellationToken.None);

    public async Task<RunSnapshot> LookAsync(string runId) => (await Adapter.StatusAsync(TenantId, runId, CancellationToken.None))!.Snapshot;

    public Task UntilAsync(string runId, Func<RunSnapshot, bool> holds) => UntilAsync(
        async () => await Adapter.StatusAsync(TenantId, runId, CancellationToken.None) is { } run && holds(run.Snapshot),
        async () => await Adapter.StatusAsync(TenantId, runId, CancellationToken.None) is { } run
            ? $"{runId} is {run.Snapshot.Status} {run.Snapshot.Substatus}: {string.Join(", ", await ToldAsync(runId))}"
            : "no run");

    public async Task<RunSnapshot> EndsAsync(string runId, string status)
    {
        await UntilAsync(runId, run => run.Status == status);
        await HoldsAsync(runId);
        return await LookAsync(runId);
    }

    public async Task<IReadOnlyList<string>> ToldAsync(string runId) =>
        [.. (await Adapter.HistoryAsync(TenantId, runId, CancellationToken.None)).Select(h => h.Event is IStepEvent step ? $"{RunEvents.TypeName(h.Event)} {step.StepId}" : RunEvents.TypeName(h.Event))];

    /// <summary>The history is contiguous and folds to what the status says.</summary>
    public async Task HoldsAsync(string runId)
    {
        var report = (await Adapter.StatusAsync(TenantId, runId, CancellationToken.None))!;
        var history = await Adapter.HistoryAsync(TenantId, runId, CancellationToken.None);
        Assert.Equal(Enumerable.Range(1, history.Count).Select(n => (long)n), history.Select(h => h.Seq));
        var plan = await PlanAsync(report.Snapshot.PlanId);
        if (history.Count == report.Snapshot.Seq)
            Assert.Equal(report.SnapshotHash, Run.Fold(runId, plan, history.Select(h => (h.Event, h.OccurredAt))).SnapshotHash());
    }

    protected Dictionary<string, Plan> Published { get; } = [];

    Task<Plan> PlanAsync(string planId) => Task.FromResult(Published[planId]);

    protected Plan Checked(string document)
    {
        var check = Plan.Check(JsonElement.Parse(document), StepKinds.BuiltIn);
        Assert.True(check.Valid, string.Join('\n', check.Faults));
        return Published[check.Plan!.PlanId] = check.Plan;
    }
}
