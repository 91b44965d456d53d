using System.Collections.Concurrent;
using Dvt.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Pipeline;

/// <summary>Carries out a domain's commands. One instance serves all lanes of a process, a slot always by the same lane.</summary>
public interface ISlotHandler
{
    /// <summary>
    /// Decides the batch and commits it, then publishes what follows. Returns only when all of it is durable;
    /// doing it twice must change nothing. Throws <see cref="LostRaceException"/> when a row or slot had moved on;
    /// anything else that is no fault of the infrastructure makes the batch be split until the culprit stands alone.
    /// </summary>
    Task HandleAsync(IReadOnlyList<Delivery> batch, CancellationToken stop);

    /// <summary>Whether a message is a batch by itself: what it does cannot be decided beside others.</summary>
    bool GoesAlone(Delivery delivery) => false;

    /// <summary>Drops what is remembered of a slot: its epoch has changed or a race was lost.</summary>
    void Forget(int slot);
}

/// <summary>How a process takes part in a domain.</summary>
/// <param name="Lanes">Batches in work at the same time; slots are spread over them.</param>
/// <param name="BatchSize">Envelopes in one transaction, at the most.</param>
public sealed record SlotWorkerOptions(Domain Domain, int Lanes = 4, int BatchSize = 512);

/// <summary>
/// Takes this process's share of a domain's slots, consumes their queues, and hands what has come to the handler in
/// batches. Slots move between processes without overtaking: one is drained before it is given back.
/// </summary>
public sealed class SlotWorker(
    SlotWorkerOptions options, ISlotHandler handler, ThisProcess process, NpgsqlDataSource postgres, RabbitMq broker, Publisher publisher,
    Handover handover, ILogger<SlotWorker> log) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Without the broker for so long, a member no longer counts as one; short losses move no slot.</summary>
    static readonly TimeSpan Unannounced = TimeSpan.FromSeconds(2);

    /// <summary>By then nobody counts any more if the broker is gone for all, so that one who still does has it.</summary>
    static readonly TimeSpan Apart = Unannounced + SlotLeases.Lease + TimeSpan.FromSeconds(1);

    readonly SlotLeases leases = new(postgres, options.Domain, $"{process.Holder}/{Guid.NewGuid():n}", log);
    Lane[] lanes = [];
    Task knocking = Task.CompletedTask;
    long connectedAt = TimeProvider.System.GetTimestamp();

    public Domain Domain => options.Domain;

    /// <summary>Slots owned now, for metrics and health.</summary>
    public IReadOnlyCollection<int> Owned { get; private set; } = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopLanes = new CancellationTokenSource();
        lanes = [.. Enumerable.Range(0, options.Lanes).Select(n => new Lane(n, options, handler, postgres, broker, publisher, handover, log))];
        var running = Task.WhenAll(lanes.Select(lane => lane.RunAsync(stopLanes.Token)));
        await Task.WhenAll(
            Loop.RunAsync($"leases of {options.Domain}", log, KeepLeasesAsync, stoppingToken),
            Loop.RunAsync($"slots of {options.Domain}", log, FollowLeasesAsync, stoppingToken));
        await LeaveAsync();
        await stopLanes.CancelAsync();
        await running;
        foreach (var lane in lanes)
            await lane.ResetAsync("stopped");
    }

    /// <summary>Apart from everything that may take its time: a lease must not lapse because a queue is slow.</summary>
    async Task KeepLeasesAsync(CancellationToken stop)
    {
        while (true)
        {
            var alone = HasBroker(stop) ? TimeSpan.Zero : TimeProvider.System.GetElapsedTime(connectedAt);
            if (alone > Apart && await leases.IsAnotherHereAsync(stop))
                await LeaveToOthersAsync(stop);
            else
                await leases.RenewAsync(announce: alone < Unannounced, stop);
            await Task.Delay(SlotLeases.Renewal, stop);
        }
    }

    /// <summary>False while there is no connection; then one is tried for, since without slots nobody else here would.</summary>
    bool HasBroker(CancellationToken stop)
    {
        if (broker.IsConnected)
            connectedAt = TimeProvider.System.GetTimestamp();
        else if (knocking.IsCompleted)
            knocking = KnockAsync(stop);
        return broker.IsConnected;
    }

    async Task KnockAsync(CancellationToken stop)
    {
        try
        {
            await using var channel = await broker.OpenChannelAsync(channel: null, stop);
        }
        catch (Exception fault) when (fault is OperationCanceledException || RabbitMq.IsUnavailable(fault))
        {
            PipelineLog.Paused(log, $"slots of {options.Domain}", fault.Message);
        }
    }

    /// <summary>Who cannot reach the broker consumes nothing; its slots go to those who can.</summary>
    async Task LeaveToOthersAsync(CancellationToken stop)
    {
        foreach (var slot in leases.Owned.Keys)
            await leases.ReleaseAsync(slot, stop);
    }

    async Task FollowLeasesAsync(CancellationToken stop)
    {
        while (true)
        {
            foreach (var (slot, epoch) in lanes.SelectMany(lane => lane.TakeLostSlots()).ToList())
                leases.Lost(slot, epoch);
            var owned = leases.Owned;
            Owned = [.. owned.Keys];
            await Task.WhenAll(lanes.Select(lane => lane.FollowAsync(owned.Where(o => o.Key % options.Lanes == lane.Number).ToDictionary(), stop)));
            await GiveBackAsync([.. owned.Keys.Order().Skip(leases.Share)], stop);
            await Task.Delay(Interval, stop);
        }
    }

    /// <summary>Lanes side by side, the slots of a lane one after the other.</summary>
    async Task GiveBackAsync(IReadOnlyCollection<int> slots, CancellationToken stop)
    {
        await Task.WhenAll(slots.GroupBy(slot => slot % options.Lanes).Select(async ofLane =>
        {
            foreach (var slot in ofLane)
                await lanes[ofLane.Key].DrainAsync(slot, stop);
        }));
        foreach (var slot in slots)
            await leases.ReleaseAsync(slot, stop);
    }

    /// <summary>Graceful end: finish what is in work, give every slot back, leave the membership.</summary>
    async Task LeaveAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await GiveBackAsync(Owned, limit.Token);
            await leases.LeaveAsync(limit.Token);
        }
        catch (Exception fault) when (fault is OperationCanceledException || Postgres.IsUnavailable(fault) || RabbitMq.IsUnavailable(fault))
        {
            PipelineLog.Paused(log, "leaving", fault.Message);
        }
    }
}
