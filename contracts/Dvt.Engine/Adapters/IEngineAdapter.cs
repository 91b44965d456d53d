using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;

namespace Dvt.Engine.Adapters;

/// <summary>
/// An engine that carries out runs of plans. It lies beside the engine's core because what it says is what the core says: commands,
/// events, snapshots. Whoever implements it passes the suite in <c>tests/Dvt.Tests/Adapters</c>.
/// </summary>
public interface IEngineAdapter
{
    /// <summary>Such as <c>native</c>.</summary>
    string Name { get; }

    /// <summary>What the <c>requiresCapabilities</c> of a plan may ask for here; names of <see cref="PlanNames.Capabilities"/>.</summary>
    IReadOnlySet<string> Capabilities { get; }

    Task<AdapterHealth> HealthAsync(CancellationToken stop);

    /// <summary>
    /// Starts a run of a published plan, once per id. Refuses with <c>PLAN_NOT_FOUND</c>, <c>invalid_input</c>,
    /// <c>RUN_ALREADY_EXISTS</c>, <c>CAPABILITY_NOT_SUPPORTED</c>.
    /// </summary>
    /// <returns>Null once it is decided and started. Throws <see cref="TimeoutException"/> when nobody decided in time.</returns>
    Task<Refusal?> StartAsync(Guid tenantId, StartRun command, CancellationToken stop);

    /// <summary>
    /// Steers a run. Refuses with <c>RUN_NOT_FOUND</c>, <c>RUN_TERMINAL</c>, <c>STEP_TERMINAL</c>, <c>SIGNAL_DUPLICATE</c> and the
    /// others that <see cref="Run.Signal"/> tells. The same signal again has the first answer.
    /// </summary>
    /// <returns>Null once it is decided.</returns>
    Task<Refusal?> SignalAsync(Guid tenantId, SignalRun command, CancellationToken stop);

    /// <summary>Hands a payload to a step that waits for it, now or later. Refuses with <c>RUN_NOT_FOUND</c>, <c>RUN_TERMINAL</c>, <c>SIGNAL_DUPLICATE</c>.</summary>
    /// <returns>Null once it is decided.</returns>
    Task<Refusal?> SendAsync(Guid tenantId, SendExternalSignal command, CancellationToken stop);

    /// <summary>As its history has it; null when there is no such run.</summary>
    Task<AdapterRun?> StatusAsync(Guid tenantId, string runId, CancellationToken stop);

    /// <summary>All events, seq from 1 without gaps; empty when there is no such run.</summary>
    Task<IReadOnlyList<HistoryEvent>> HistoryAsync(Guid tenantId, string runId, CancellationToken stop);
}

/// <param name="SnapshotHash">Of the fold of the history, by <see cref="Run.SnapshotHash"/>.</param>
public sealed record AdapterRun(RunSnapshot Snapshot, string SnapshotHash);

public sealed record HistoryEvent(long Seq, IEvent Event, DateTimeOffset OccurredAt);

/// <param name="Detail">What is wrong; null when nothing is.</param>
public sealed record AdapterHealth(bool IsHealthy, string? Detail = null);
