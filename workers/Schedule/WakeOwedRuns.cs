using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging;
using Npgsql;
using Quartz;

namespace Dvt.Workers.Schedule;

/// <summary>
/// The safety net: wakes runs that have work left which no timer and no message will bring about, because the queue
/// that held it was lost.
/// </summary>
[DisallowConcurrentExecution]
sealed class WakeOwedRuns(NpgsqlDataSource postgres, Publisher publisher, ILogger<WakeOwedRuns> log) : IJob
{
    const int AtOnce = 5_000;

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        await using var command = postgres.CreateCommand(
            """
            select tenant_id, run_id
            from runs.run
            where owes
              and touched_at < (select clock_timestamp()) - interval '15 seconds'
            order by touched_at
            limit $1
            """);
        command.Parameters.Add(new() { Value = AtOnce });
        var wakes = new List<(string, Envelope)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            while (await reader.ReadAsync(cancellationToken))
                wakes.Add(Wake(reader.GetGuid(0), reader.GetString(1)));
        if (wakes.Count == 0)
            return;
        await publisher.PublishAsync(wakes, cancellationToken);
        WorkersLog.OwedWorkFound(log, wakes.Count);
    }

    static (string, Envelope) Wake(Guid tenantId, string runId) =>
        (Slot.Queue(Slot.Of(Domain.Runs, tenantId, runId)), new Envelope(
            NamedId.Of("wake", tenantId.ToString(), runId), nameof(WakeRun), tenantId, runId, "system", DateTimeOffset.UnixEpoch,
            ContractsJson.Element(new WakeRun(runId))));
}
