using Microsoft.Extensions.Logging;
using Npgsql;
using Quartz;

namespace Dvt.Workers.Schedule;

/// <summary>
/// The safety net: an enabled schedule is looked at every hour, so one that would be looked at later has lost its moment.
/// The tick then works it out anew from the definition.
/// </summary>
[DisallowConcurrentExecution]
sealed class RepairSchedules(NpgsqlDataSource postgres, ILogger<RepairSchedules> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await RunAsync(cancellationToken);

    internal async Task RunAsync(CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            update runs.schedule
            set look_at = clock_timestamp()
            where enabled
              and not deleted
              and look_at > (select clock_timestamp()) + interval '70 minutes'
            """);
        if (await command.ExecuteNonQueryAsync(stop) is > 0 and var repaired)
            WorkersLog.SchedulesRepaired(log, repaired);
    }
}
