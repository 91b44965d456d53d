using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.Workers.Runs;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Quartz;

namespace Dvt.Workers.Schedule;

/// <summary>
/// Moves the histories of runs that ended long ago to the archive, a few thousand entries in a transaction. What is moved, that
/// it is moved and how far the slot has been looked through are committed together, so a crash loses and repeats nothing.
/// </summary>
[DisallowConcurrentExecution]
sealed class ArchiveRuns(NpgsqlDataSource postgres, ILogger<ArchiveRuns> log) : IJob
{
    /// <summary>Entries looked at in one transaction.</summary>
    const int Window = 2_000;

    /// <summary>The rest waits for the next time, so that a large backlog is no long load.</summary>
    static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(20);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await RunAsync(cancellationToken);

    internal async Task<int> RunAsync(CancellationToken stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        var total = 0;
        foreach (var (days, tenants) in await PoliciesAsync(stop))
            foreach (var slot in Slot.All(Domain.Runs))
                while (TimeProvider.System.GetElapsedTime(began) < AtOnce && await MoveAsync(slot, days, tenants, stop) is { } moved)
                    total += moved;
        if (total > 0)
        {
            RunMeters.Archived.Add(total);
            WorkersLog.RunsArchived(log, total);
        }
        return total;
    }

    /// <summary>Tenants by the number of days after which they archive; those that never do are left out.</summary>
    async Task<List<(int Days, Guid[] Tenants)>> PoliciesAsync(CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            with policies as (
              select tenant_id, days
              from (
                select tenant_id, case
                    when not jsonb_exists(settings, 'retention') then $1
                    else (settings -> 'retention' ->> 'archiveAfterDays')::int
                  end as days
                from identity.tenant
              ) t
              where days is not null
            ), noted as (
              select log.archive_policies(array_agg(tenant_id), array_agg(days)) from policies
            )
            select days, array_agg(tenant_id)
            from policies
            cross join noted
            group by days
            order by days
            """);
        command.Parameters.Add(new() { Value = TenantRetention.ArchiveAfterDaysUnlessTold });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var policies = new List<(int, Guid[])>();
        while (await reader.ReadAsync(stop))
            policies.Add((reader.GetInt32(0), reader.GetFieldValue<Guid[]>(1)));
        return policies;
    }

    /// <returns>How many runs were archived; null when nothing is old enough.</returns>
    async Task<int?> MoveAsync(int slot, int days, Guid[] tenants, CancellationToken stop)
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        if (await MoveAsync(connection, slot, days, tenants, stop) is not { } runs)
            return null;
        if (runs.Count > 0)
            await TellAsync(connection, slot, runs, stop);
        await transaction.CommitAsync(stop);
        return runs.Count;
    }

    static async Task<List<(Guid TenantId, string RunId)>?> MoveAsync(NpgsqlConnection connection, int slot, int days, Guid[] tenants, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand("select reached, tenants, runs from log.archive_ended($1, $2, $3, $4)", connection)
        {
            Parameters = { new() { Value = slot }, new() { Value = days }, EventLog.Array(NpgsqlDbType.Uuid, tenants), new() { Value = Window } },
        };
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        if (reader.IsDBNull(0))
            return null;
        return reader.IsDBNull(1) ? [] : [.. reader.GetFieldValue<Guid[]>(1).Zip(reader.GetFieldValue<string[]>(2))];
    }

    /// <summary>In the runs' own slot, so that whoever follows the log meets it behind all that is archived.</summary>
    static async Task TellAsync(NpgsqlConnection connection, int slot, List<(Guid TenantId, string RunId)> runs, CancellationToken stop)
    {
        var now = TimeProvider.System.GetUtcNow();
        var events = runs.GroupBy(r => r.TenantId, r => r.RunId).Select(tenant => new NewEvent(
            slot, tenant.Key, $"archive-{Guid.CreateVersion7()}", Seq: 1, nameof(HistoriesArchived), ContractsJson.Element(new HistoriesArchived([.. tenant])).GetRawText(),
            CommandId: null, CorrelationId: null, "system", now)).ToList();
        await using var batch = new NpgsqlBatch(connection);
        EventLog.AddAppend(batch, events, _ => EventLog.NoLease);
        await batch.ExecuteNonQueryAsync(stop);
    }
}
