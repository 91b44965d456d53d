using Dvt.Engine.Predictions;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary>How long the runs of a plan version and its steps took.</summary>
public sealed class PlanDurations
{
    readonly Dictionary<string, Histogram> bySteps = new(StringComparer.Ordinal);

    /// <summary>Of whole runs, from queued to completed.</summary>
    public Histogram Runs { get; } = new();

    public IReadOnlyDictionary<string, Histogram> Steps => bySteps;

    public Histogram? Of(string stepId) => bySteps.GetValueOrDefault(stepId);

    internal void Add(string stepId, int bucket, long count)
    {
        if (stepId.Length == 0)
        {
            Runs.Add(bucket, count);
            return;
        }
        if (!bySteps.TryGetValue(stepId, out var histogram))
            bySteps.Add(stepId, histogram = new());
        histogram.Add(bucket, count);
    }
}

/// <summary>Reads past durations.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class DurationQueries(NpgsqlDataSource api)
{
    /// <summary>Without any runs when none has completed yet.</summary>
    public async Task<Fresh<PlanDurations>> OfPlanAsync(Guid tenantId, string planId, string version, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select step_id, bucket, runs
            from read.duration
            where tenant_id = $1
              and plan_id = $2
              and version = $3
            """, tenantId, planId, version);
        return await query.ReadAsync(async reader =>
        {
            var durations = new PlanDurations();
            while (await reader.ReadAsync(stop))
                durations.Add(reader.GetString(0), reader.GetInt32(1), reader.GetInt64(2));
            return durations;
        }, stop);
    }
}
