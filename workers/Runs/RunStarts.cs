using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Runs;

/// <summary>
/// Runs that other runs ask for: those that go on and those of <c>RETRY_RUN</c>. Each start is published after the commit and
/// is a timer besides, set in the transaction that asks and cleared in the one that starts, so that it happens once, whatever crashes.
/// </summary>
sealed class RunStarts
{
    /// <summary>When a start that was published and lost is published again.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>From this link on a chain does not hurry, so that a plan that always goes on and waits for nothing can be stopped.</summary>
    const int HurriedLinks = 1_000;

    /// <summary>The time from one link to the next, at the least, once the chain does not hurry.</summary>
    static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    readonly Dictionary<(Guid TenantId, string Key), Pipeline.Timer> set = [];
    readonly HashSet<(Guid TenantId, string Key)> cleared = [];

    public bool HasChanges => set.Count + cleared.Count > 0;

    /// <param name="cause">The command that asked; null when nobody in particular did.</param>
    /// <param name="isNew">False when the timer is set already and only a message may be missing.</param>
    /// <returns>What to publish; nothing for a new start that has to wait.</returns>
    public IEnumerable<(string Queue, Envelope Envelope)> Start(RunRow row, StartRun start, Envelope? cause, DateTimeOffset now, bool isNew)
    {
        var goesOn = start.RunId == row.Run.Continuation?.AsRunId;
        var queue = Slot.Queue(Slot.Of(Domain.Runs, row.TenantId, start.RunId));
        var envelope = new Envelope(
            NamedId.Of("retry-run", row.TenantId.ToString(), start.RunId), nameof(StartRun), row.TenantId, start.RunId,
            goesOn || cause is null ? $"run:{row.Run.RunId}" : cause.Actor, cause?.AcceptedAt ?? now, ContractsJson.Element(start),
            row.Run.Context.CorrelationId ?? cause?.CorrelationId, Spans.Current, ReplyTo: null, new Resource("run", start.RunId));
        var earliest = goesOn && row.Run.Link >= HurriedLinks && row.Run.QueuedAt is { } queued ? queued + Pace : now;
        if (isNew)
            set[(row.TenantId, Key(start.RunId))] = new(row.TenantId, Key(start.RunId), earliest > now ? earliest : now + Patience, queue, envelope);
        return isNew && earliest > now ? [] : [(queue, envelope)];
    }

    /// <summary>A signal for a run that has gone on: its next link decides, and answers.</summary>
    public static (string Queue, Envelope Envelope) PassOn(Envelope signal, string runId) =>
        (Slot.Queue(Slot.Of(Domain.Runs, signal.TenantId, runId)), signal with
        {
            Key = runId,
            Resource = signal.Resource is null ? null : new Resource("run", runId),
            Body = signal.Type == nameof(SignalRun)
                ? ContractsJson.Element(ContractsJson.Read<SignalRun>(signal.Body) with { RunId = runId })
                : ContractsJson.Element(ContractsJson.Read<SendExternalSignal>(signal.Body) with { RunId = runId }),
        });

    public void Arrived(Envelope start) => cleared.Add((start.TenantId, Key(start.Key)));

    /// <summary>No run's own timer is called so.</summary>
    static string Key(string runId) => $"start:{runId}";

    public void AddTo(NpgsqlBatch statement)
    {
        Timers.AddSet(statement, set.Values);
        Timers.AddClear(statement, cleared);
    }

    public void Settle()
    {
        set.Clear();
        cleared.Clear();
    }
}
