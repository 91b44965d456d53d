using Dvt.Engine.Plans;
using Dvt.Engine.Predictions;
using Dvt.Pipeline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary>
/// <c>dvt_runs_likely_late</c>: runs that will likely miss their deadline. Looks only at runs of plan versions that have a timeout and
/// a past, and of those only at the ones that would be late if what is left took as long as a slow run; so sleeping runs cost nothing.
/// </summary>
sealed class LateRuns(PostgresOptions options, NpgsqlDataSource projector, StepKinds kinds, ILogger<LateRuns> log) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>A plan version with fewer completed runs tells nothing yet.</summary>
    const int EnoughRuns = 5;

    /// <summary>Runs looked at in one round, at the most.</summary>
    const int AtOnce = 200;

    const int MaxRemembered = 100_000;

    /// <summary>A run may have been queued for so long before it started.</summary>
    static readonly TimeSpan LongestQueued = TimeSpan.FromHours(1);

    static readonly System.Diagnostics.Metrics.Gauge<long> Late = PipelineMeters.Meter.CreateGauge<long>("dvt_runs_likely_late");

    /// <summary>Of published versions, which never change; null for none.</summary>
    readonly Dictionary<(Guid, string, string), TimeSpan?> timeouts = [];

    HashSet<(Guid, string)> told = [];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loop.RunAsync("late runs", log, WatchAsync, stoppingToken);

    async Task WatchAsync(CancellationToken stop)
    {
        // As the API's role: a run is read by its own tenant's rights.
        await using var api = Postgres.Open(options.WithPoolOf(2), Postgres.ApiRole);
        var (runs, durations) = (new RunQueries(api, new PlanCache(kinds)), new DurationQueries(api));
        while (true)
        {
            try
            {
                await LookAsync(runs, durations, DateTimeOffset.UtcNow, stop);
            }
            catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.UndefinedTable)
            {
                // A view that is made anew: looked at the next time.
            }
            await Task.Delay(Interval, stop);
        }
    }

    public async Task<int> LookAsync(RunQueries runs, DurationQueries durations, DateTimeOffset now, CancellationToken stop)
    {
        var late = new HashSet<(Guid, string)>();
        foreach (var (tenantId, runId) in await CandidatesAsync(now, stop))
            if (await runs.PredictAsync(tenantId, runId, now, durations, stop) is { Value: { LikelyMissesDeadline: true } prediction })
            {
                late.Add((tenantId, runId));
                if (!told.Contains((tenantId, runId)))
                    ReadModelsLog.LikelyLate(log, runId, tenantId, prediction.Deadline!.Value, prediction.FinishP50!.Value);
            }
        told = late;
        Late.Record(late.Count);
        return late.Count;
    }

    async Task<List<(Guid TenantId, string RunId)>> CandidatesAsync(DateTimeOffset now, CancellationToken stop)
    {
        var found = new List<(Guid, string)>();
        foreach (var (version, past) in await PastAsync(stop))
            if (timeouts[version] is { } timeout && found.Count < AtOnce)
                found.AddRange(await RunningAsync(version, now - timeout - LongestQueued, now - timeout + past.Quantile(0.9)!.Value, AtOnce - found.Count, stop));
        return found;
    }

    /// <summary>Durations of whole runs, of plan versions with a timeout.</summary>
    async Task<List<((Guid TenantId, string PlanId, string Version), Histogram)>> PastAsync(CancellationToken stop)
    {
        var past = new Dictionary<(Guid, string, string), Histogram>();
        await using (var command = projector.CreateCommand("select tenant_id, plan_id, version, bucket, runs from read.duration where step_id = ''"))
        await using (var reader = await command.ExecuteReaderAsync(stop))
            while (await reader.ReadAsync(stop))
            {
                var key = (reader.GetGuid(0), reader.GetString(1), reader.GetString(2));
                if (!past.TryGetValue(key, out var histogram))
                    past.Add(key, histogram = new());
                histogram.Add(reader.GetInt32(3), reader.GetInt64(4));
            }
        await LearnTimeoutsAsync([.. past.Where(p => p.Value.Count >= EnoughRuns && !timeouts.ContainsKey(p.Key)).Select(p => p.Key)], stop);
        return [.. past.Where(p => p.Value.Count >= EnoughRuns && timeouts.GetValueOrDefault(p.Key) is not null).Select(p => (p.Key, p.Value))];
    }

    async Task LearnTimeoutsAsync(List<(Guid TenantId, string PlanId, string Version)> versions, CancellationToken stop)
    {
        if (versions.Count == 0)
            return;
        if (timeouts.Count >= MaxRemembered)
            timeouts.Clear();
        await using var command = projector.CreateCommand(
            """
            select p.tenant_id, p.plan_id, p.version, p.document ->> 'timeout'
            from unnest($1, $2, $3) as v(tenant_id, plan_id, version)
            join read.plan p using (tenant_id, plan_id, version)
            """);
        command.Parameters.Add(EventLog.Array(NpgsqlTypes.NpgsqlDbType.Uuid, versions.Select(v => v.TenantId).ToArray()));
        command.Parameters.Add(EventLog.Array(NpgsqlTypes.NpgsqlDbType.Text, versions.Select(v => v.PlanId).ToArray()));
        command.Parameters.Add(EventLog.Array(NpgsqlTypes.NpgsqlDbType.Text, versions.Select(v => v.Version).ToArray()));
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            timeouts[(reader.GetGuid(0), reader.GetString(1), reader.GetString(2))] =
                !reader.IsDBNull(3) && IsoDuration.TryParse(reader.GetString(3), out var timeout) ? timeout : null;
    }

    /// <summary>Those that have been running for long enough to be late, and not for so long that they have been ended.</summary>
    async Task<List<(Guid, string)>> RunningAsync(
        (Guid TenantId, string PlanId, string Version) version, DateTimeOffset from, DateTimeOffset to, int limit, CancellationToken stop)
    {
        await using var command = projector.CreateCommand(
            """
            select run_id
            from read.run
            where tenant_id = $1
              and plan_id = $2
              and queued_at >= $4
              and queued_at <= $5
              and plan_version = $3
              and status in ('RUNNING', 'PAUSED')
            order by queued_at
            limit $6
            """);
        foreach (var value in (object[])[version.TenantId, version.PlanId, version.Version, from.UtcDateTime, to.UtcDateTime, limit])
            command.Parameters.Add(new() { Value = value });
        var found = new List<(Guid, string)>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            found.Add((version.TenantId, reader.GetString(0)));
        return found;
    }
}
