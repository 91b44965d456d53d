using Dvt.Contracts;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Pipeline;

/// <summary>
/// As <see cref="Overflow"/>, for the queue of a step kind, which many processes consume in any order. What lies in its
/// backlog is sent to the queue again once that has room, and only then deleted: whoever dies with it loses nothing.
/// </summary>
sealed class WorkOverflow(FairQueue inbox, string queue, int share, ConsumerChannel source, NpgsqlDataSource postgres, Publisher publisher, ILogger log)
{
    static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(25);

    /// <summary>Other processes may have put something there.</summary>
    static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(2);

    /// <summary>A tenant of the backlog has a turn so often, even if others never leave the queue empty.</summary>
    static readonly TimeSpan TurnAtLeast = TimeSpan.FromSeconds(1);

    readonly Backlog backlog = new(postgres);
    readonly DeadLetters deadLetters = new(postgres);
    HashSet<Guid> tenants = [];
    long askedAt;
    long returnedAt;

    /// <summary>Until the channel or the process ends. Throws nothing.</summary>
    public async Task RunAsync(Func<IReadOnlyCollection<Delivery>, Task> settle, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await BalanceAsync(settle, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (Postgres.IsUnavailable(fault) || RabbitMq.IsUnavailable(fault))
            {
                PipelineLog.Paused(log, queue, fault.Message);
                await Loop.PauseAsync(AskAgain, stop);
            }
            catch (Exception fault)
            {
                // Whatever it was, the calls at hand go on.
                PipelineLog.LoopFailed(log, fault, $"balance of {queue}");
                await Loop.PauseAsync(AskAgain, stop);
            }
            await Loop.PauseAsync(tenants.Count > 0 ? LookAgain : 2 * LookAgain, stop);
        }
    }

    async Task BalanceAsync(Func<IReadOnlyCollection<Delivery>, Task> settle, CancellationToken stop)
    {
        if (!source.IsLive)
            return;
        foreach (var (tenantId, _) in inbox.Above(share))
            if (await source.Channel.MessageCountAsync(queue, stop) > 0)
                await MoveAsync(tenantId, settle, stop);
        if (askedAt == 0 || TimeProvider.System.GetElapsedTime(askedAt) > AskAgain)
        {
            tenants = [.. (await backlog.CountAsync(queue, stop)).Counts.Keys];
            askedAt = TimeProvider.System.GetTimestamp();
        }
        if (tenants.Count == 0 || !await HasRoomAsync(stop))
            return;
        returnedAt = TimeProvider.System.GetTimestamp();
        var most = Math.Max(Wire.EnvelopesPerMessage, share / 2 / tenants.Count);
        foreach (var tenantId in tenants.ToList())
            if (await backlog.ReturnAsync(queue, tenantId, most, next => SendAsync(next, stop), stop) < most)
                tenants.Remove(tenantId);
    }

    async Task<bool> HasRoomAsync(CancellationToken stop) =>
        TimeProvider.System.GetElapsedTime(returnedAt) > TurnAtLeast
        || (inbox.Count <= share / 2 && await source.Channel.MessageCountAsync(queue, stop) == 0);

    async Task MoveAsync(Guid tenantId, Func<IReadOnlyCollection<Delivery>, Task> settle, CancellationToken stop)
    {
        var kept = 0;
        // What somebody may have died with stays at hand, marked as such.
        var moved = inbox.TakeOut(tenantId, d => !d.Redelivered && kept++ >= share / 2);
        if (moved.Count == 0)
            return;
        try
        {
            await backlog.PutAsync(queue, [.. moved.Select(m => (m.Delivery.Envelope, m.Rank))], stop);
        }
        catch
        {
            inbox.PutBack(moved);
            throw;
        }
        inbox.Gone(moved);
        tenants.Add(tenantId);
        PipelineMeters.Shelved.Add(moved.Count);
        await settle([.. moved.Select(m => m.Delivery)]);
    }

    async Task SendAsync(List<Shelved> next, CancellationToken stop)
    {
        foreach (var broken in next.Where(n => n.Envelope is null))
            await deadLetters.KeepUndecodableAsync(queue, broken.Body, "UNDECODABLE", "in the backlog", stop);
        await publisher.PublishAsync([.. next.Where(n => n.Envelope is not null).Select(n => (queue, n.Envelope!))], stop);
    }
}
