using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dvt.Workers.Webhooks;

/// <summary>Tails the log and stores what is owed to whom. Workers share the slots; each event becomes each delivery once.</summary>
sealed class WebhookFanout(FanoutTable table, DeliveryTable deliveries, LogGrowth growth, WebhookWake wake, ILogger<WebhookFanout> log) : BackgroundService
{
    /// <summary>How soon an endpoint is known where none was.</summary>
    static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loop.RunAsync("webhook fan-out", log, FollowAsync, stoppingToken);

    async Task FollowAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var grown = growth.Next;
            if (await table.SkipAsync(stop))
            {
                await Loop.PauseAsync(Idle, stop);
                continue;
            }
            var (moved, held) = await table.StepAsync(Make, stop);
            // After the commit: whoever closed the delivery before could not see what stood behind it.
            if (held.Count > 0)
                await deliveries.ReleaseAsync(held, stop);
            if (moved > 0)
                wake.Up();
            else
                await LogGrowth.WaitAsync(grown, stop, LogGrowth.LookNowAndThen);
        }
    }

    internal static IReadOnlyList<NewDelivery> Make(IReadOnlyList<Subscription> wanted, IReadOnlyList<ToldEvent> events)
    {
        var made = new List<NewDelivery>();
        var lines = new HashSet<DeliveryLine>();
        var byTenant = wanted.ToLookup(w => w.TenantId);
        foreach (var e in events)
        {
            if (!byTenant.Contains(e.TenantId) || EventBody.Of(e) is not { } told)
                continue;
            foreach (var endpoint in byTenant[e.TenantId])
                if (e.RecordedAt >= endpoint.ActiveFrom && EventTypes.Matches(endpoint.EventTypes, told.Name))
                    made.Add(new(e, told, endpoint.EndpointId, Behind: !lines.Add(new(e.TenantId, endpoint.EndpointId, e.Stream))));
        }
        return made;
    }
}
