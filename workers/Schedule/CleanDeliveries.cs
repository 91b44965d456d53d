using Dvt.Workers.Webhooks;
using Npgsql;
using Quartz;

namespace Dvt.Workers.Schedule;

/// <summary>Forgets deliveries of webhooks after their retention.</summary>
[DisallowConcurrentExecution]
sealed class CleanDeliveries(NpgsqlDataSource postgres, WorkersOptions options) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
        await DeliveryCleanup.RunAsync(postgres, TimeSpan.FromDays(options.WebhookLogDays), cancellationToken);
}
