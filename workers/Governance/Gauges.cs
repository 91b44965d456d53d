using System.Diagnostics.Metrics;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Pipeline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;

namespace Dvt.Workers.Governance;

/// <summary>Looks every few seconds at what no counter knows: what waits, what is late, who owns what.</summary>
sealed class Gauges(NpgsqlDataSource postgres, RabbitMq broker, IEnumerable<SlotWorker> domains, StepKinds kinds, ILogger<Gauges> log) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Counting stops here: a gauge must cost the same however much waits.</summary>
    const int Cap = 10_000;

    static readonly Gauge<long> TimersOverdue = PipelineMeters.Meter.CreateGauge<long>("dvt_timers_overdue");
    static readonly Gauge<long> SchedulesOverdue = PipelineMeters.Meter.CreateGauge<long>("dvt_schedules_overdue");
    static readonly Gauge<long> DeadLettersOpen = PipelineMeters.Meter.CreateGauge<long>("dvt_dead_letters_open");
    static readonly Gauge<long> ParkedCommands = PipelineMeters.Meter.CreateGauge<long>("dvt_commands_parked");
    static readonly Gauge<long> RunsInFlight = PipelineMeters.Meter.CreateGauge<long>("dvt_runs_in_flight");
    static readonly Gauge<long> OwedRuns = PipelineMeters.Meter.CreateGauge<long>("dvt_runs_owing_work");
    static readonly Gauge<long> DeferredSignals = PipelineMeters.Meter.CreateGauge<long>("dvt_deferred_signals_queue_length");
    static readonly Gauge<long> BacklogMessages = PipelineMeters.Meter.CreateGauge<long>("dvt_backlog_messages");
    static readonly Gauge<long> RunsWaiting = PipelineMeters.Meter.CreateGauge<long>("dvt_runs_waiting_concurrency");
    static readonly Gauge<long> RunsUntold = PipelineMeters.Meter.CreateGauge<long>("dvt_runs_untold_of_slot");
    static readonly Gauge<long> SlotsOwned = PipelineMeters.Meter.CreateGauge<long>("dvt_slots_owned");
    static readonly Gauge<long> QueueDepth = PipelineMeters.Meter.CreateGauge<long>("dvt_queue_messages");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Loop.RunAsync("gauges", log, LookAsync, stoppingToken);

    async Task LookAsync(CancellationToken stop)
    {
        while (true)
        {
            foreach (var slots in domains)
                SlotsOwned.Record(slots.Owned.Count, new KeyValuePair<string, object?>("domain", slots.Domain.ToString().ToLowerInvariant()));
            await LookAtDatabaseAsync(stop);
            await LookAtQueuesAsync(stop);
            await Task.Delay(Interval, stop);
        }
    }

    async Task LookAtDatabaseAsync(CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            $"""
            select
              (select count(*) from (select from pipeline.timers where fire_at < (select clock_timestamp()) - interval '1 second' limit {Cap}) t),
              (select count(*) from (select from pipeline.dead_letter where status = 'open' limit {Cap}) d),
              (select count(*) from (select from pipeline.mailbox limit {Cap}) m),
              (select count(*) from (select from runs.run where not terminal limit {Cap}) r),
              (select count(*) from (select from runs.run where owes and touched_at < (select clock_timestamp()) - interval '10 seconds' limit {Cap}) o),
              (select coalesce(sum(deferred), 0) from (select deferred from runs.run where deferred > 0 limit {Cap}) s),
              (select count(*) from (
                select from runs.schedule where enabled and not deleted and look_at < (select clock_timestamp()) - interval '10 seconds' limit {Cap}) s),
              (select count(*) from (select from runs.concurrency_run where state = 'waiting' limit {Cap}) w),
              (select count(*) from (
                select from runs.concurrency_run where state = 'granted' and changed_at < (select clock_timestamp()) - interval '30 seconds'
                union all
                select from runs.concurrency_run where state = 'handed' and changed_at < (select clock_timestamp()) - interval '30 seconds'
                limit {Cap}) g),
              (select count(*) from (select from pipeline.backlog limit {Cap}) b)
            """);
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        TimersOverdue.Record(reader.GetInt64(0));
        DeadLettersOpen.Record(reader.GetInt64(1));
        ParkedCommands.Record(reader.GetInt64(2));
        RunsInFlight.Record(reader.GetInt64(3));
        OwedRuns.Record(reader.GetInt64(4));
        DeferredSignals.Record(reader.GetInt64(5));
        SchedulesOverdue.Record(reader.GetInt64(6));
        RunsWaiting.Record(reader.GetInt64(7));
        RunsUntold.Record(reader.GetInt64(8));
        BacklogMessages.Record(reader.GetInt64(9));
    }

    async Task LookAtQueuesAsync(CancellationToken stop)
    {
        await using var channel = await broker.OpenChannelAsync(channel: null, stop);
        foreach (var domain in domains.Select(d => d.Domain))
        {
            await Topology.DeclareDomainAsync(channel, domain, stop);
            foreach (var queue in Slot.All(domain).Select(Slot.Queue))
                await RecordDepthAsync(channel, queue, stop);
        }
        foreach (var kind in kinds.All.Where(k => k.Mode == StepMode.Called))
        {
            await Topology.DeclareWorkAsync(channel, kind.Queue, Domain.Runs, stop);
            await RecordDepthAsync(channel, kind.Queue, stop);
        }
    }

    static async Task RecordDepthAsync(IChannel channel, string queue, CancellationToken stop)
    {
        var state = await channel.QueueDeclarePassiveAsync(queue, stop);
        QueueDepth.Record(state.MessageCount, new KeyValuePair<string, object?>("queue", queue));
    }
}
