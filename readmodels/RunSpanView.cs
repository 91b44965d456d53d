using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>What happened to the runs of a plan within a minute. Durations in milliseconds, from queued to finished.</summary>
public sealed record RunMinute(
    DateTimeOffset Minute,
    string PlanId,
    long Started,
    long Completed,
    long Failed,
    long Cancelled,
    long StepFailures,
    long StepRetries,
    long DurationSumMs,
    long DurationMaxMs);

/// <summary><c>read.run_minute</c> and <c>read.run_hour</c>: throughput and failures, so that a day is two dozen rows a plan.</summary>
/// <param name="span"><c>minute</c> or <c>hour</c>; also the name of the column that says which.</param>
sealed class RunSpanView(string span, long ticks) : IView
{
    public static RunSpanView Minutes => new("minute", TimeSpan.TicksPerMinute);

    public static RunSpanView Hours => new("hour", TimeSpan.TicksPerHour);

    public string Name => $"run_{span}";

    public int Version => 1;

    public IReadOnlyCollection<string> DataOf { get; } = [];

    public void Project(IReadOnlyList<TailEvent> events, NpgsqlBatch writes, string table)
    {
        var counts = new Dictionary<(Guid TenantId, DateTime Start, string PlanId), Counts>();
        foreach (var e in events)
        {
            if (!Counted(e.Type) || e.Facts.PlanId is not { } planId)
                continue;
            var key = (e.TenantId, new DateTime(e.OccurredAt.Ticks - e.OccurredAt.Ticks % ticks, DateTimeKind.Utc), planId);
            if (!counts.TryGetValue(key, out var count))
                counts.Add(key, count = new Counts());
            count.Add(e);
        }
        if (counts.Count == 0)
            return;
        List<KeyValuePair<(Guid TenantId, DateTime Start, string PlanId), Counts>> rows = [.. counts.OrderBy(c => c.Key.TenantId).ThenBy(c => c.Key.Start).ThenBy(c => c.Key.PlanId, StringComparer.Ordinal)];
        writes.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
            insert into {table} as m (tenant_id, {span}, plan_id, started, completed, failed, cancelled, step_failures, step_retries,
              duration_sum_ms, duration_max_ms)
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            on conflict (tenant_id, {span}, plan_id) do update
            set started = m.started + excluded.started,
                completed = m.completed + excluded.completed,
                failed = m.failed + excluded.failed,
                cancelled = m.cancelled + excluded.cancelled,
                step_failures = m.step_failures + excluded.step_failures,
                step_retries = m.step_retries + excluded.step_retries,
                duration_sum_ms = m.duration_sum_ms + excluded.duration_sum_ms,
                duration_max_ms = greatest(m.duration_max_ms, excluded.duration_max_ms)
            """)
            .Uuid(rows, r => r.Key.TenantId).Time(rows, r => r.Key.Start).Text(rows, r => r.Key.PlanId)
            .Long(rows, r => r.Value.Started).Long(rows, r => r.Value.Completed).Long(rows, r => r.Value.Failed)
            .Long(rows, r => r.Value.Cancelled).Long(rows, r => r.Value.StepFailures).Long(rows, r => r.Value.StepRetries)
            .Long(rows, r => r.Value.DurationSumMs).Long(rows, r => r.Value.DurationMaxMs));
    }

    static bool Counted(string type) => type is
        nameof(RunStarted) or nameof(RunCompleted) or nameof(RunFailed) or nameof(RunCancelled) or nameof(StepFailed) or nameof(StepRetryScheduled);

    sealed class Counts
    {
        public long Started { get; private set; }

        public long Completed { get; private set; }

        public long Failed { get; private set; }

        public long Cancelled { get; private set; }

        public long StepFailures { get; private set; }

        public long StepRetries { get; private set; }

        public long DurationSumMs { get; private set; }

        public long DurationMaxMs { get; private set; }

        public void Add(TailEvent e)
        {
            switch (e.Type)
            {
                case nameof(RunStarted): Started++; break;
                case nameof(StepFailed): StepFailures++; break;
                case nameof(StepRetryScheduled): StepRetries++; break;
                case nameof(RunCompleted): Completed++; Finish(e); break;
                case nameof(RunFailed): Failed++; Finish(e); break;
                case nameof(RunCancelled): Cancelled++; Finish(e); break;
            }
        }

        void Finish(TailEvent e)
        {
            var took = Math.Max(0, (long)(e.OccurredAt - e.Facts.QueuedAt).TotalMilliseconds);
            DurationSumMs += took;
            DurationMaxMs = Math.Max(DurationMaxMs, took);
        }
    }
}
