using System.Diagnostics.Metrics;
using Dvt.Pipeline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Workers.Bookings;

/// <summary>What waits or is wrong in bookings, of all tenants: holds that should be over, and feeds' blocks that meet a booking.</summary>
sealed class BookingGauges(NpgsqlDataSource postgres, ILogger<BookingGauges> log) : BackgroundService
{
    static readonly TimeSpan Look = TimeSpan.FromSeconds(10);

    /// <summary>Counting stops here: a gauge must cost the same however much there is.</summary>
    const int Cap = 10_000;

    static readonly Gauge<long> HoldsOverdue = PipelineMeters.Meter.CreateGauge<long>("dvt_holds_overdue");
    static readonly Gauge<long> Conflicts = PipelineMeters.Meter.CreateGauge<long>("dvt_booking_conflicts");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loop.RunAsync("booking gauges", log, LookAsync, stoppingToken);

    async Task LookAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await using (var command = postgres.CreateCommand(
                $"""
                select
                  (select count(*) from (select from bookings.booking where status = 'held' and expires_at < (select clock_timestamp()) - interval '1 minute' limit {Cap}) b),
                  (select count(*) from (select from bookings.block where not claims and not removed limit {Cap}) b)
                """))
            await using (var row = await command.ExecuteReaderAsync(stop))
            {
                await row.ReadAsync(stop);
                HoldsOverdue.Record(row.GetInt64(0));
                Conflicts.Record(row.GetInt64(1));
            }
            await Task.Delay(Look, stop);
        }
    }
}
