using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Api;

/// <summary>Writes rows of identity together with their events.</summary>
sealed class IdentityWriter(NpgsqlDataSource postgres, EventJson json, TimeProvider clock)
{
    /// <param name="happened">Events, each with its stream and its seq there.</param>
    public Task<LogPosition> WriteAsync(
        Guid tenantId, string actor, Guid? commandId, IEnumerable<NpgsqlBatchCommand> rows, CancellationToken stop,
        params IEnumerable<(string Stream, long Seq, IEvent Event)> happened)
    {
        var now = clock.GetUtcNow();
        return IdentityLog.WriteAsync(postgres, tenantId, rows,
            [.. happened.Select(e => IdentityLog.New(tenantId, e.Stream, e.Seq, e.Event.GetType().Name, json.Of(e.Event), actor, now, commandId))], stop);
    }
}
