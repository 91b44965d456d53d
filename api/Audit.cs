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

    readonly Channel<(Guid TenantId, string Actor, IEvent Event, DateTimeOffset At)> entries =
        Channel.CreateBounded<(Guid, string, IEvent, DateTimeOffset)>(new BoundedChannelOptions(Waiting) { SingleReader = true });

    long dropped;

    public void Refused(Guid tenantId, string actor, string action, string code, string? resourceId, string? address) =>
        Add(tenantId, actor, new AccessRefused(action, code, resourceId, address));

    public void LoggedIn(Guid tenantId, Guid userId, Guid keyId) => Add(tenantId, $"user:{userId}", new LoggedIn(userId, keyId));

    void Add(Guid tenantId, string actor, IEvent entry)
    {
        if (!entries.Writer.TryWrite((tenantId, actor, entry, clock.GetUtcNow())))
            Interlocked.Increment(ref dropped);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loop.RunAsync("audit", log, WriteAsync, stoppingToken);

    async Task WriteAsync(CancellationToken stop)
    {
        while (await entries.Reader.WaitToReadAsync(stop))
        {
            var taken = new List<(Guid TenantId, string Actor, IEvent Event, DateTimeOffset At)>();
            while (taken.Count < Batch && entries.Reader.TryRead(out var entry))
                taken.Add(entry);
            foreach (var tenant in taken.GroupBy(e => e.TenantId))
                await AppendAsync(tenant.Key, [.. tenant], stop);
            if (Interlocked.Exchange(ref dropped, 0) is > 0 and var count)
                ApiLog.AuditDropped(log, count);
            await Task.Delay(TimeSpan.FromSeconds((double)taken.Count / PerSecond), stop);
        }
    }

    async Task AppendAsync(Guid tenantId, IReadOnlyList<(Guid TenantId, string Actor, IEvent Event, DateTimeOffset At)> batch, CancellationToken stop)
    {
        // A stream of its own for each batch: processes never meet in one.
        var stream = $"access-{Guid.CreateVersion7()}";
        await identity.WriteAsync(tenantId, [], [.. batch.Select((e, i) => new Happened(stream, i + 1, e.Event, e.Actor, e.At))], stop);
    }
}
