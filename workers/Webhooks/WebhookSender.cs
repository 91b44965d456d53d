using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dvt.Workers.Webhooks;

/// <summary>Makes the attempts that are due. What it has begun when the process ends is finished first; what dies with it comes back.</summary>
sealed class WebhookSender(
    DeliveryTable table, EndpointDisabling disabling, DeliveryPost post, RetrySchedule schedule, TimeSpan patience, WebhookWake wake,
    ILogger<WebhookSender> log) : BackgroundService
{
    /// <summary>Attempts of this process at the same time, and of one tenant among them.</summary>
    const int MostInFlight = 256;
    const int MostOfTenant = 64;

    static readonly TimeSpan LookAnyway = TimeSpan.FromMilliseconds(500);

    readonly Attempts inFlight = new();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loop.RunAsync("webhooks", log, SendAsync, stoppingToken);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await inFlight.EndAsync(cancellationToken);
    }

    async Task SendAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var next = wake.Next;
            var free = MostInFlight - inFlight.Count;
            var claimed = free > 0 ? await table.ClaimAsync(free, inFlight.TenantsWith(MostOfTenant), stop) : [];
            foreach (var delivery in claimed)
                inFlight.Add(delivery.TenantId, AttemptAsync(delivery), wake);
            if (claimed.Count == 0)
                await Wake.WaitAsync(next, LookAnyway, stop);
        }
    }

    async Task AttemptAsync(ClaimedDelivery delivery)
    {
        try
        {
            await Task.Yield();
            var outcome = await post.SendAsync(delivery);
            var pause = outcome.IsSuccess || outcome.Code == 410 ? null : schedule.After(delivery.Attempt, outcome.RetryAfter, Random.Shared.NextDouble());
            WebhookMeters.Count(outcome, delivery.Attempt, pause);
            var failingSince = await table.RecordAsync(delivery, outcome, pause, CancellationToken.None);
            if (pause is null)
                await table.ReleaseAsync([delivery.Line], CancellationToken.None);
            if (!outcome.IsSuccess && Reason(outcome, failingSince) is { } reason)
                await disabling.DisableAsync(delivery.TenantId, delivery.EndpointId, reason, CancellationToken.None);
        }
        catch (Exception fault) when (Postgres.IsUnavailable(fault))
        {
            // Its lease lapses and the attempt is made again, perhaps for the second time: at least once is what is promised.
            WebhooksLog.NotRecorded(log, delivery.DeliveryId, fault.Message);
        }
        catch (Exception fault)
        {
            WebhooksLog.AttemptFailed(log, fault, delivery.DeliveryId);
        }
    }

    string? Reason(PostOutcome outcome, DateTimeOffset? failingSince) =>
        outcome.Code == 410 ? DisabledReasons.Gone
        : failingSince is { } since && outcome.At - since >= patience ? DisabledReasons.Failing
        : null;
}
