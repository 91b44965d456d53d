using Dvt.Pipeline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary><c>dvt_projection_lag_events</c> and <c>dvt_projection_lag_seconds</c>, by tail.</summary>
sealed class LagGauges(NpgsqlDataSource projector, ILogger<LagGauges> log) : BackgroundService
{
    static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    static readonly System.Diagnostics.Metrics.Gauge<long> Events = PipelineMeters.Meter.CreateGauge<long>("dvt_projection_lag_events");
    static readonly System.Diagnostics.Metrics.Gauge<double> Seconds = PipelineMeters.Meter.CreateGauge<double>("dvt_projection_lag_seconds", "s");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loop.RunAsync("lag gauges", log, LookAsync, stoppingToken);

    async Task LookAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await using (var command = projector.CreateCommand(
                """
                select tail, sum(head - "offset")::bigint, coalesce(extract(epoch from clock_timestamp() - min(behind_since)), 0)::float8
                from read.lag()
                group by tail
                """))
            await using (var reader = await command.ExecuteReaderAsync(stop))
                while (await reader.ReadAsync(stop))
                {
                    Events.Record(reader.GetInt64(1), new KeyValuePair<string, object?>("tail", reader.GetString(0)));
                    Seconds.Record(reader.GetDouble(2), new KeyValuePair<string, object?>("tail", reader.GetString(0)));
                }
            await Task.Delay(Look, stop);
        }
    }
}
