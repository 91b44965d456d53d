using Dvt.Pipeline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Workers.Webhooks;

/// <summary>Looks every few seconds at what waits, and lets go what is held although nothing is before it any more.</summary>
sealed class WebhookGauges(NpgsqlDataSource postgres, DeliveryTable table, WebhookWake wake, ILogger<WebhookGauges> log) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loop.RunAsync("webhook gauges", log, LookAsync, stoppingToken);

    async Task LookAsync(CancellationToken stop)
    {
        while (true)
        {
            if (await table.ReleaseAllAsync(stop) is > 0 and var count)
            {
                WebhooksLog.Released(log, count);
                wake.Up();
            }
            await RecordAsync(stop);
            await Task.Delay(Interval, stop);
        }
    }

    async Task RecordAsync(CancellationToken stop)
    {
        // Of endpoints that are tried at all; counting stops, so that it costs the same however much waits.
        await using var command = postgres.CreateCommand(
            """
            with open as (
              select d.created_at, d.next_attempt_at, d.held
              from hooks.endpoint e
              join hooks.delivery d on d.tenant_id = e.tenant_id and d.endpoint_id = e.endpoint_id and d.status = 'pending'
              where e.enabled
                and not e.deleted
              limit 10000
            )
            select
              (select count(*) from open),
              (select coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8 from open),
              (select coalesce(extract(epoch from clock_timestamp() - min(next_attempt_at)), 0)::float8 from open where not held and next_attempt_at < clock_timestamp()),
              (select sum(s.head - c."offset")::bigint from hooks.checkpoint c join log.slot s on s.slot = c.slot)
            """);
        await using var row = await command.ExecuteReaderAsync(stop);
        await row.ReadAsync(stop);
        WebhookMeters.Backlog.Record(row.GetInt64(0));
        WebhookMeters.Oldest.Record(row.GetDouble(1));
        WebhookMeters.Overdue.Record(row.GetDouble(2));
        WebhookMeters.Behind.Record(row.GetInt64(3));
    }
}
