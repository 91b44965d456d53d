using System.Diagnostics.Metrics;
using Dvt.Pipeline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary>What waits for people, of all tenants: how much, how long, and what is past its deadline.</summary>
sealed class ApprovalGauges(NpgsqlDataSource projector, ILogger<ApprovalGauges> log) : BackgroundService
{
    static readonly TimeSpan Look = TimeSpan.FromSeconds(10);

    /// <summary>Counting stops here: a gauge must cost the same however much waits.</summary>
    const int Cap = 10_000;

    static readonly Gauge<long> Open = PipelineMeters.Meter.CreateGauge<long>("dvt_approvals_open");
    static readonly Gauge<long> Overdue = PipelineMeters.Meter.CreateGauge<long>("dvt_approvals_overdue");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loop.RunAsync("approval gauges", log, LookAsync, stoppingToken);

    async Task LookAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await CountAsync(stop);
            }
            catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.UndefinedTable)
            {
                // The view is being filled for the first time.
            }
            await Task.Delay(Look, stop);
        }
    }

    async Task CountAsync(CancellationToken stop)
    {
        await using var command = projector.CreateCommand(
            $"""
            select
              (select count(*) from (select from read.approval limit {Cap}) a),
              (select count(*) from (select from read.approval where deadline < (select clock_timestamp()) - interval '1 minute' limit {Cap}) a)
            """);
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        Open.Record(reader.GetInt64(0));
        Overdue.Record(reader.GetInt64(1));
    }
}
