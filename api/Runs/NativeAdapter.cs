using System.Diagnostics;
using Dvt.Contracts;
using Dvt.Engine.Adapters;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Dvt.Pipeline;
using Dvt.ReadModels;
using Npgsql;

namespace Dvt.Api;

/// <summary>The engine of this installation: commands over RabbitMQ to the workers, answers from Postgres.</summary>
sealed class NativeAdapter(CommandSender sender, Replies replies, RunQueries runs, NpgsqlDataSource postgres, RabbitMq broker, TimeProvider clock) : IEngineAdapter
{
    const string Actor = "system";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    static readonly TimeSpan HealthPatience = TimeSpan.FromSeconds(2);

    public string Name => "native";

    /// <summary>The same set that plans are judged by when they are validated and published.</summary>
    public IReadOnlySet<string> Capabilities => PlanNames.Capabilities;

    public async Task<AdapterHealth> HealthAsync(CancellationToken stop)
    {
        try
        {
            await using var command = postgres.CreateCommand("select 1");
            await command.ExecuteScalarAsync(stop).WaitAsync(HealthPatience, stop);
        }
        catch (Exception fault) when (Away.Is(fault) || fault is TimeoutException)
        {
            return new AdapterHealth(IsHealthy: false, "the database is away");
        }
        return broker.IsUp ? new AdapterHealth(IsHealthy: true) : new AdapterHealth(IsHealthy: false, "the broker is away");
    }

    public Task<Refusal?> StartAsync(Guid tenantId, StartRun command, CancellationToken stop) => DecideAsync(tenantId, command.RunId, command, stop);

    public Task<Refusal?> SignalAsync(Guid tenantId, SignalRun command, CancellationToken stop) => DecideAsync(tenantId, command.RunId, command, stop);

    public Task<Refusal?> SendAsync(Guid tenantId, SendExternalSignal command, CancellationToken stop) => DecideAsync(tenantId, command.RunId, command, stop);

    async Task<Refusal?> DecideAsync<TCommand>(Guid tenantId, string runId, TCommand command, CancellationToken stop) where TCommand : ICommand
    {
        var id = Guid.CreateVersion7();
        using var waiter = replies.Expect(id) ?? throw new TimeoutException("too many wait for decisions already");
        var envelope = new Envelope(
            id, typeof(TCommand).Name, tenantId, runId, Actor, clock.GetUtcNow(), ContractsJson.Element(command), CorrelationId: null,
            Activity.Current?.Id, replies.Queue, new Resource("run", runId));
        await sender.SendAsync(TCommand.Domain, envelope, stop);
        var outcome = await waiter.Outcome.WaitAsync(Patience, stop);
        return outcome.Status switch
        {
            Outcome.Done => null,
            Outcome.Refused => new Refusal(outcome.Code ?? "refused", outcome.Detail ?? ""),
            _ => throw new InvalidOperationException($"command {id} failed: {outcome.Code} {outcome.Detail}"),
        };
    }

    public async Task<AdapterRun?> StatusAsync(Guid tenantId, string runId, CancellationToken stop) =>
        await runs.FindAsync(tenantId, runId, stop) is { } found ? new AdapterRun(found.Value.Snapshot, found.Value.SnapshotHash) : null;

    public async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(Guid tenantId, string runId, CancellationToken stop)
    {
        var history = new List<HistoryEvent>();
        await foreach (var e in runs.AllEventsAsync(tenantId, runId, afterSeq: 0, stop))
            history.Add(new HistoryEvent(e.Seq, RunEvents.Read(e.Type, e.Data), e.OccurredAt));
        return history;
    }
}
