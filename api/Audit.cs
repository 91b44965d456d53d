using System.Diagnostics;
using System.Threading.Channels;
using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Api;

/// <summary>
/// Writes down logins and refusals, in the background and in batches: a flood of refusals must neither slow the
/// others down nor fill the database faster than <see cref="PerSecond"/>.
/// </summary>
sealed class Audit(IdentityLog identity, TimeProvider clock, ILogger<Audit> log) : BackgroundService
{
    const int Waiting = 4_096;
    const int Batch = 256;
    const int PerSecond = 512;

    static readonly TimeSpan LastWords = TimeSpan.FromSeconds(3);

    /// <summary>Refusals of nobody known come from anywhere: so many a second, and so many at once, are written down.</summary>
    readonly TokenBucket strangers = new(perSecond: 20, burst: 200);

    readonly Channel<(Guid TenantId, string Actor, IEvent Event, DateTimeOffset At)> entries =
        Channel.CreateBounded<(Guid, string, IEvent, DateTimeOffset)>(new BoundedChannelOptions(Waiting) { SingleReader = true });

    readonly List<(Guid TenantId, string Actor, IEvent Event, DateTimeOffset At)> taken = [];

    long dropped;

    /// <param name="whose">Null when nobody knows: those who run the installation see it then.</param>
    public void Refused((Guid TenantId, string Actor)? whose, string action, string code, string? resourceId, string? address)
    {
        if (whose is null && !strangers.TryTake(Stopwatch.GetTimestamp(), out _, out _))
            Interlocked.Increment(ref dropped);
        else
            Add(whose?.TenantId ?? PlatformTenant.Id, whose?.Actor ?? "anonymous", new AccessRefused(action, code, resourceId, address));
    }

    public void LoggedIn(Guid tenantId, Guid userId, Guid keyId) => Add(tenantId, $"user:{userId}", new LoggedIn(userId, keyId));

    void Add(Guid tenantId, string actor, IEvent entry)
    {
        if (!entries.Writer.TryWrite((tenantId, actor, entry, clock.GetUtcNow())))
            Interlocked.Increment(ref dropped);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loop.RunAsync("audit", log, WriteAsync, stoppingToken);

    async Task WriteAsync(CancellationToken stop)
    {
        while (taken.Count > 0 || await entries.Reader.WaitToReadAsync(stop))
        {
            var count = await WriteSomeAsync(stop);
            if (Interlocked.Exchange(ref dropped, 0) is > 0 and var lost)
                ApiLog.AuditDropped(log, lost);
            await Task.Delay(TimeSpan.FromSeconds((double)count / PerSecond), stop);
        }
    }

    /// <summary>What cannot be written for the time being stays taken and is written when the database is back.</summary>
    async Task<int> WriteSomeAsync(CancellationToken stop)
    {
        while (taken.Count < Batch && entries.Reader.TryRead(out var entry))
            taken.Add(entry);
        var count = taken.Count;
        while (taken.Count > 0)
        {
            var tenantId = taken[0].TenantId;
            try
            {
                await AppendAsync(tenantId, [.. taken.Where(e => e.TenantId == tenantId)], stop);
            }
            catch (Exception fault) when (fault is not OperationCanceledException && !Postgres.IsUnavailable(fault))
            {
                // It would fail for ever, and nothing after it would be written.
                taken.RemoveAll(e => e.TenantId == tenantId);
                throw;
            }
            taken.RemoveAll(e => e.TenantId == tenantId);
        }
        return count;
    }

    /// <summary>Requests have ended by now; what they left is written before the process ends.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(LastWords);
        try
        {
            while (await WriteSomeAsync(patience.Token) > 0)
            {
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException || Postgres.IsUnavailable(fault))
        {
            ApiLog.AuditDropped(log, taken.Count + entries.Reader.Count);
        }
    }

    async Task AppendAsync(Guid tenantId, IReadOnlyList<(Guid TenantId, string Actor, IEvent Event, DateTimeOffset At)> batch, CancellationToken stop)
    {
        // A stream of its own for each batch: processes never meet in one.
        var stream = $"access-{Guid.CreateVersion7()}";
        await identity.WriteAsync(tenantId, [], [.. batch.Select((e, i) => new Happened(stream, i + 1, e.Event, e.Actor, e.At))], stop);
    }
}
