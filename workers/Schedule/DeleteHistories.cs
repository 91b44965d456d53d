using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.Workers.Runs;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Quartz;

namespace Dvt.Workers.Schedule;

/// <summary>
/// Deletes for good the archived histories that are older than their tenant wants to keep, some hundred runs in a transaction. That
/// they are gone is told in the same transaction, so that views and the audit know of each of them, and of no other.
/// </summary>
[DisallowConcurrentExecution]
sealed class DeleteHistories(NpgsqlDataSource postgres, ILogger<DeleteHistories> log) : IJob
{
    /// <summary>Runs deleted in one transaction.</summary>
    const int RunsAtOnce = 200;

    /// <summary>The rest waits for the next time, so that a new policy is no long load.</summary>
    static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(20);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await RunAsync(cancellationToken);

    internal async Task<int> RunAsync(CancellationToken stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        var days = await PoliciesAsync(stop);
        if (days.Count == 0)
            return 0;
        var total = 0;
        foreach (var slot in Slot.All(Domain.Runs))
            while (TimeProvider.System.GetElapsedTime(began) < AtOnce && await DeleteAsync(slot, days, stop) is > 0 and var deleted)
                total += deleted;
        if (total > 0)
        {
            RunMeters.Deleted.Add(total);
            WorkersLog.HistoriesDeleted(log, total);
        }
        return total;
    }

    /// <summary>Days by tenant, of those that want anything deleted.</summary>
    async Task<Dictionary<Guid, int>> PoliciesAsync(CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select tenant_id, (settings -> 'retention' ->> 'deleteAfterDays')::int
            from identity.tenant
            where settings -> 'retention' ->> 'deleteAfterDays' is not null
            """);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var days = new Dictionary<Guid, int>();
        while (await reader.ReadAsync(stop))
            days.Add(reader.GetGuid(0), reader.GetInt32(1));
        return days;
    }

    async Task<int> DeleteAsync(int slot, Dictionary<Guid, int> days, CancellationToken stop)
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var runs = await DeleteAsync(connection, slot, days, stop);
        if (runs.Count == 0)
            return 0;
        await TellAsync(connection, slot, runs, days, stop);
        await transaction.CommitAsync(stop);
        return runs.Count;
    }

    static async Task<List<(Guid TenantId, string RunId)>> DeleteAsync(NpgsqlConnection connection, int slot, Dictionary<Guid, int> days, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand("select tenants, runs from log.delete_archived($1, $2, $3, $4)", connection)
        {
            Parameters =
            {
                new() { Value = slot },
                EventLog.Array(NpgsqlDbType.Uuid, days.Keys.ToArray()),
                EventLog.Array(NpgsqlDbType.Integer, days.Values.ToArray()),
                new() { Value = RunsAtOnce },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        return reader.IsDBNull(0) ? [] : [.. reader.GetFieldValue<Guid[]>(0).Zip(reader.GetFieldValue<string[]>(1))];
    }

    /// <summary>In the runs' own slot, so that whoever follows the log meets it behind all that was deleted.</summary>
    static async Task TellAsync(NpgsqlConnection connection, int slot, List<(Guid TenantId, string RunId)> runs, Dictionary<Guid, int> days, CancellationToken stop)
    {
        var now = TimeProvider.System.GetUtcNow();
        var events = runs.GroupBy(r => r.TenantId, r => r.RunId).Select(tenant => new NewEvent(
            slot, tenant.Key, $"deletion-{Guid.CreateVersion7()}", Seq: 1, nameof(HistoriesDeleted),
            ContractsJson.Element(new HistoriesDeleted([.. tenant], days[tenant.Key])).GetRawText(), CommandId: null, CorrelationId: null, "system", now)).ToList();
        await using var batch = new NpgsqlBatch(connection);
        EventLog.AddAppend(batch, events, _ => EventLog.NoLease);
        await batch.ExecuteNonQueryAsync(stop);
    }
}
