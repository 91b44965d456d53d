using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.Workers.Runs;
using Microsoft.Extensions.Logging;
using Npgsql;
using Quartz;

namespace Dvt.Workers.Schedule;

/// <summary>
/// The safety net: wakes runs that have work left which no timer and no message will bring about, because the queue
/// that held it was lost; and ends sub-runs whose parent came to its end without them.
/// </summary>
[DisallowConcurrentExecution]
sealed class WakeOwedRuns(NpgsqlDataSource postgres, Publisher publisher, ILogger<WakeOwedRuns> log) : IJob
{
    const int AtOnce = 5_000;

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        await TellGrantedAsync(cancellationToken);
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
        wakes.AddRange(await NestedTable.LeftAloneAsync(postgres, AtOnce, cancellationToken));
        if (wakes.Count == 0)
            return;
        await publisher.PublishAsync(wakes, cancellationToken);
        WorkersLog.OwedWorkFound(log, wakes.Count);
    }

    /// <summary>Runs that were granted a slot of their concurrency key and do not know: the message got lost.</summary>
    async Task TellGrantedAsync(CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select tenant_id, run_id
            from runs.concurrency_run
            where state = 'granted'
              and changed_at < (select clock_timestamp()) - interval '5 seconds'
            order by changed_at
            limit $1
            """);
        command.Parameters.Add(new() { Value = AtOnce });
        var untold = new List<(string, Envelope)>();
        await using (var reader = await command.ExecuteReaderAsync(stop))
            while (await reader.ReadAsync(stop))
                untold.Add(ConcurrencyTurns.Tell(reader.GetGuid(0), reader.GetString(1)));
        if (untold.Count == 0)
            return;
        await publisher.PublishAsync(untold, stop);
        WorkersLog.OwedWorkFound(log, untold.Count);
    }

    static (string, Envelope) Wake(Guid tenantId, string runId) =>
        (Slot.Queue(Slot.Of(Domain.Runs, tenantId, runId)), WakeRuns.Message(tenantId, runId, NamedId.OfStream(tenantId, $"run-{runId}")));
}
