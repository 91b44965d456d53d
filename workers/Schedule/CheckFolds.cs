using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.Workers.Runs;
using Microsoft.Extensions.Logging;
using Npgsql;
using Quartz;

namespace Dvt.Workers.Schedule;

/// <summary>
/// Folds the histories of some runs that have changed lately and compares them with what is stored, as <c>verify</c> does for one: a
/// mistake in a fold or a hand in the database is found before somebody decides by it.
/// </summary>
[DisallowConcurrentExecution]
sealed class CheckFolds(NpgsqlDataSource postgres, Plans plans, ILogger<CheckFolds> log) : IJob
{
    const int Sample = 50;

    /// <summary>Of the log of each slot, from its end.</summary>
    const int Lately = 500;

    /// <summary>A run that is stored between two reads looks different for a moment.</summary>
    const int Looks = 3;

    static readonly TimeSpan AtMost = TimeSpan.FromSeconds(20);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
        await RunAsync(await SampleAsync(cancellationToken), cancellationToken);

    /// <returns>How many are stored otherwise than their histories have them.</returns>
    internal async Task<int> RunAsync(IReadOnlyList<(Guid TenantId, string RunId)> runs, CancellationToken stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        var differing = 0;
        foreach (var (tenantId, runId) in runs.TakeWhile(_ => TimeProvider.System.GetElapsedTime(began) < AtMost))
        {
            if (await DifferenceAsync(tenantId, runId, stop) is { } difference)
            {
                differing++;
                RunMeters.FoldMismatches.Add(1);
                WorkersLog.FoldDiffers(log, runId, tenantId, difference.Seq);
            }
            RunMeters.FoldsChecked.Add(1);
        }
        return differing;
    }

    /// <summary>Null when stored state and history agree, at one look at least.</summary>
    async Task<Verification?> DifferenceAsync(Guid tenantId, string runId, CancellationToken stop)
    {
        Verification? difference = null;
        for (var look = 0; look < Looks; look++)
            try
            {
                difference = await VerifyRuns.CompareAsync(postgres, plans, tenantId, runId, stop);
                if (difference is null or { Equal: true })
                    return null;
            }
            catch (LostRaceException)
            {
                // It is being worked on; what is stored then is compared at the next look.
                difference = null;
            }
        return difference;
    }

    async Task<List<(Guid TenantId, string RunId)>> SampleAsync(CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select tenant_id, run_id
            from (
              select distinct e.tenant_id, substr(e.stream, 5) as run_id
              from log.slot s
              join log.entry e on e.slot = s.slot
                and e."offset" > s.head - $2
              where s.domain = 'runs'
                and starts_with(e.stream, 'run-')
            ) changed
            order by random()
            limit $1
            """);
        command.Parameters.Add(new() { Value = Sample });
        command.Parameters.Add(new() { Value = (long)Lately });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var runs = new List<(Guid, string)>();
        while (await reader.ReadAsync(stop))
            runs.Add((reader.GetGuid(0), reader.GetString(1)));
        return runs;
    }
}
