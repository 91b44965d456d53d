using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Api;

/// <summary>How the API writes what is its own: rows and events of one tenant in one transaction and one round trip.</summary>
static class IdentityLog
{
    public static NewEvent New(
        Guid tenantId, string stream, long seq, string type, string data, string actor, DateTimeOffset at, Guid? commandId = null) =>
        new(Slot.Of(Domain.Identity, tenantId, stream), tenantId, stream, seq, type, data, commandId, CorrelationId: null, actor, at);

    /// <summary>Returns where the log stands after it.</summary>
    public static async Task<LogPosition> WriteAsync(
        NpgsqlDataSource postgres, Guid tenantId, IEnumerable<NpgsqlBatchCommand> rows, IReadOnlyList<NewEvent> events, CancellationToken stop)
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        await using var batch = new NpgsqlBatch(connection);
        // A batch without a transaction of its own is one, so the tenant lasts exactly as long as it.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select set_config('dvt.tenant', $1, true)") { Parameters = { new() { Value = tenantId.ToString() } } });
        foreach (var row in rows)
            batch.BatchCommands.Add(row);
        EventLog.AddAppend(batch, events, _ => EventLog.NoLease);
        await using var reader = await batch.ExecuteReaderAsync(stop);
        while (reader.FieldCount != 2 || reader.GetName(1) != "head")
            await reader.NextResultAsync(stop);
        var position = await EventLog.ReadHeadsAsync(reader, stop);
        // Errors of later statements come with later results.
        while (await reader.NextResultAsync(stop))
        {
        }
        return position;
    }
}
