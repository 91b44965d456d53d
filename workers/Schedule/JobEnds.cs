using Dvt.Pipeline;
using Microsoft.Extensions.Logging;
using Npgsql;
using Quartz;

namespace Dvt.Workers.Schedule;

/// <summary>Writes down how each job ended, which the scheduler keeps nowhere. Of a fault its kind only: its words may name what is a tenant's.</summary>
sealed class JobEnds(ThisProcess process, NpgsqlDataSource postgres, ILogger<JobEnds> log) : IJobListener
{
    public async ValueTask JobWasExecuted(IJobExecutionContext context, JobExecutionException? jobException, CancellationToken cancellationToken)
    {
        try
        {
            await SaveAsync(context, jobException is null ? null : KindOf(jobException.GetBaseException()), cancellationToken);
        }
        catch (Exception fault) when (fault is OperationCanceledException || Postgres.IsUnavailable(fault))
        {
            WorkersLog.JobEndNotKept(log, context.JobDetail.Key.Name, fault.Message);
        }
    }

    async Task SaveAsync(IJobExecutionContext context, string? fault, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            insert into pipeline.job_end (job, process_id, ended_at, seconds, fault)
            values ($1, $2, clock_timestamp(), $3, $4)
            on conflict (job) do update
            set process_id = excluded.process_id,
                ended_at = excluded.ended_at,
                seconds = excluded.seconds,
                fault = excluded.fault
            """);
        foreach (var value in (object[])[context.JobDetail.Key.Name, process.Id, context.JobRunTime.TotalSeconds, (object?)fault ?? DBNull.Value])
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(stop);
    }

    static string KindOf(Exception fault) => fault is PostgresException refused ? $"{nameof(PostgresException)} {refused.SqlState}" : fault.GetType().Name;
}
