using Dvt.Contracts;
using Dvt.Engine.Predictions;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary>
/// <c>read.duration</c>: how long runs and their steps took, per plan version, in the buckets of <see cref="Histogram"/>. A run counts
/// once, when it completes; a step from its first start to its completion, pauses between attempts included.
/// </summary>
sealed class DurationView : IView
{
    public string Name => "duration";

    public int Version => 2;

    public IReadOnlyCollection<string> DataOf { get; } = [];

    public void Project(IReadOnlyList<TailEvent> events, NpgsqlBatch writes, string table)
    {
        var took = new List<(Guid TenantId, string PlanId, string Version, string StepId, long Microseconds)>();
        foreach (var e in events)
        {
            // A run that took no time was decided at once: none of its steps took any.
            if (e.Type != nameof(RunCompleted) || !(e.IsOfRun || e.IsOfDeletedRun) || e.OccurredAt <= e.Facts.QueuedAt || e.Facts is not { PlanId: { } planId, PlanVersion: { } version })
                continue;
            took.Add((e.TenantId, planId, version, "", Microseconds(e.OccurredAt - e.Facts.QueuedAt)));
            foreach (var (stepId, (started, completed)) in e.Facts.Steps)
                if (completed is { } end)
                    took.Add((e.TenantId, planId, version, stepId, Microseconds(end - started)));
        }
        if (took.Count == 0)
            return;
        writes.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
            insert into {table} as d (tenant_id, plan_id, version, step_id, bucket, runs)
            select tenant_id, plan_id, version, step_id, floor(ln(greatest(1, microseconds::float8)) * {Histogram.Resolution})::int, count(*)
            from unnest($1, $2, $3, $4, $5) as t(tenant_id, plan_id, version, step_id, microseconds)
            group by 1, 2, 3, 4, 5
            order by 1, 2, 3, 4, 5
            on conflict (tenant_id, plan_id, version, step_id, bucket) do update
            set runs = d.runs + excluded.runs
            """)
            .Uuid(took, t => t.TenantId).Text(took, t => t.PlanId).Text(took, t => t.Version).Text(took, t => t.StepId).Long(took, t => t.Microseconds));
    }

    static long Microseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;
}
