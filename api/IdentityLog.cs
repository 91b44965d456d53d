using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Api;

/// <summary>An event of identity or audit about to be written.</summary>
readonly record struct Happened(string Stream, long Seq, IEvent Event, string Actor, DateTimeOffset At, Guid? CommandId = null);

/// <summary>How the API writes what is its own: rows and events of one tenant in one transaction and one round trip.</summary>
sealed class IdentityLog(NpgsqlDataSource postgres, EventJson json)
{
    /// <summary>Returns where the log stands after it.</summary>
    public async Task<LogPosition> WriteAsync(
        Guid tenantId, IEnumerable<NpgsqlBatchCommand> rows, IReadOnlyList<Happened> happened, CancellationToken stop)
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        var events = new List<NewEvent>(happened.Count);
        foreach (var h in happened)
            events.Add(new(
                Slot.Of(Domain.Identity, tenantId, h.Stream), tenantId, h.Stream, h.Seq, h.Event.GetType().Name,
                await json.OfAsync(h.Event, tenantId, connection, stop), h.CommandId, CorrelationId: null, h.Actor, h.At));
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Sql.AsTenant(tenantId));
        foreach (var row in rows)
            batch.BatchCommands.Add(row);
        EventLog.AddAppend(batch, events, _ => EventLog.NoLease);
        await using var reader = await batch.ExecuteReaderAsync(stop);
        return await EventLog.ReadCommitAsync(reader, stop);
    }
}
