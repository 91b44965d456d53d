using Dvt.Contracts;
using Dvt.Engine.Adapters;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;

namespace Dvt.Engine.Simulation;

/// <summary>An engine in memory, on a virtual clock that moves when it is told to. For trying out plans and whatever steers them.</summary>
/// <param name="startAt">Where the clock begins.</param>
/// <param name="answer">What comes back from the calls of steps.</param>
/// <param name="capabilities">Fewer than the engine has, to see what becomes of plans that ask for more.</param>
public sealed class SimulatedAdapter(DateTimeOffset startAt, Func<CallStep, CallAnswer> answer, IReadOnlySet<string>? capabilities = null) : IEngineAdapter
{
    readonly Lock gate = new();
    readonly Dictionary<(Guid TenantId, string PlanId, string Version), Plan> plans = [];
    readonly Dictionary<(Guid TenantId, string RunId), VirtualRun> runs = [];

    public string Name => "simulated";

    public IReadOnlySet<string> Capabilities { get; } = capabilities ?? PlanNames.Capabilities;

    public DateTimeOffset Now { get; private set; } = startAt;

    public Task<AdapterHealth> HealthAsync(CancellationToken stop) => Task.FromResult(new AdapterHealth(IsHealthy: true));

    /// <summary>From now on runs of it can start. A version stays what it was first.</summary>
    public void Publish(Guid tenantId, Plan plan)
    {
        lock (gate)
            plans.TryAdd((tenantId, plan.PlanId, plan.Version), plan);
    }

    /// <summary>Lets time pass: everything that is due happens at its moment.</summary>
    public void Pass(TimeSpan time)
    {
        lock (gate)
        {
            var until = Now + time;
            while (Next() is { } run && run.NextAt <= until)
                Turn(run);
            Now = until;
        }
    }

    /// <summary>Lets time pass until something happens; false when nothing ever will.</summary>
    public bool PassToNext()
    {
        lock (gate)
        {
            if (Next() is not { } run)
                return false;
            Turn(run);
            return true;
        }
    }

    VirtualRun? Next() => runs.Values.Where(r => r.NextAt is not null).MinBy(r => r.NextAt);

    void Turn(VirtualRun run)
    {
        Now = run.Turn(Now);
        AdmitWaiting();
    }

    public Task<Refusal?> StartAsync(Guid tenantId, StartRun command, CancellationToken stop)
    {
        lock (gate)
            return Task.FromResult(Start(tenantId, command));
    }

    Refusal? Start(Guid tenantId, StartRun command)
    {
        var version = command.PlanVersion ?? SemanticVersion.Newest(
            plans.Keys.Where(p => p.TenantId == tenantId && p.PlanId == command.PlanId).Select(p => p.Version));
        if (runs.ContainsKey((tenantId, command.RunId)))
            return new Refusal("RUN_ALREADY_EXISTS", $"run {command.RunId} exists already");
        if (version is null || !plans.TryGetValue((tenantId, command.PlanId, version), out var plan))
            return new Refusal("PLAN_NOT_FOUND", $"there is no published plan {command.PlanId} {command.PlanVersion}".TrimEnd());
        if (plan.RequiresCapabilities.FirstOrDefault(c => !Capabilities.Contains(c)) is { } missing)
            return new Refusal("CAPABILITY_NOT_SUPPORTED", $"\"{missing}\" is not carried out by this engine");
        if (plan.CheckInput(command.Input) is [var fault, ..])
            return new Refusal("invalid_input", $"{fault.Pointer}: {fault.Message}");
        var run = new VirtualRun(command.RunId, plan, answer) { IsAlone = false };
        if (run.Do((r, at) => r.Start(command, at), Now).Refusal is { } refusal)
            return refusal;
        runs.Add((tenantId, command.RunId), run);
        Settle(run);
        AdmitWaiting();
        return null;
    }

    public Task<Refusal?> SignalAsync(Guid tenantId, SignalRun command, CancellationToken stop) => Decide(tenantId, command.RunId,
        (run, at) => run.Signal(command, NamedId.Of("decision", tenantId.ToString(), command.RunId, command.SignalId), at));

    public Task<Refusal?> SendAsync(Guid tenantId, SendExternalSignal command, CancellationToken stop) => Decide(tenantId, command.RunId,
        (run, at) => run.ExternalSignal(command, at));

    Task<Refusal?> Decide(Guid tenantId, string runId, Func<Run, DateTimeOffset, Decision> decide)
    {
        lock (gate)
        {
            if (!runs.TryGetValue((tenantId, runId), out var run))
                return Task.FromResult<Refusal?>(new Refusal("RUN_NOT_FOUND", $"there is no run {runId}"));
            var decision = run.Do(decide, Now);
            Settle(run);
            AdmitWaiting();
            if (decision.NewRun is { } again)
                Start(tenantId, again);
            return Task.FromResult(decision.Refusal);
        }
    }

    /// <summary>What takes no time happens at once.</summary>
    void Settle(VirtualRun run)
    {
        while (run.NextAt <= Now)
            run.Turn(Now);
    }

    /// <summary>Slots of concurrency keys go to those of the highest priority, and among them to whoever came first.</summary>
    void AdmitWaiting()
    {
        while (runs.Where(r => r.Value.Run.WaitsForSlot).OrderByDescending(r => r.Value.Run.Context.Priority).FirstOrDefault(r => IsFree(r.Key.TenantId, r.Value.Run)) is { Value: { } next })
        {
            next.Do(static (run, at) => run.Admit(at), Now);
            Settle(next);
        }
    }

    bool IsFree(Guid tenantId, Run wanted) => runs.Count(r => r.Key.TenantId == tenantId && r.Value.Run is { IsTerminal: false, WaitsForSlot: false } holder
        && holder.Plan.PlanId == wanted.Plan.PlanId && holder.Concurrency?.Key == wanted.Concurrency!.Key) < wanted.Concurrency!.Limit;

    public Task<AdapterRun?> StatusAsync(Guid tenantId, string runId, CancellationToken stop)
    {
        lock (gate)
            return Task.FromResult(runs.TryGetValue((tenantId, runId), out var run) ? new AdapterRun(run.Run.Snapshot(), run.Run.SnapshotHash()) : null);
    }

    public Task<IReadOnlyList<HistoryEvent>> HistoryAsync(Guid tenantId, string runId, CancellationToken stop)
    {
        lock (gate)
            return Task.FromResult<IReadOnlyList<HistoryEvent>>(runs.TryGetValue((tenantId, runId), out var run)
                ? [.. run.History.Select((h, n) => new HistoryEvent(n + 1, h.Event, h.At))]
                : []);
    }
}
