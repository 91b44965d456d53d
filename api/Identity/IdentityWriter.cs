using Dvt.Contracts;
using Npgsql;

namespace Dvt.Api;

/// <summary>Writes rows of identity together with their events.</summary>
sealed class IdentityWriter(IdentityLog log, TimeProvider clock)
{
    /// <param name="happened">Events, each with its stream and its seq there.</param>
    public Task<LogPosition> WriteAsync(
        Guid tenantId, string actor, Guid? commandId, IEnumerable<NpgsqlBatchCommand> rows, CancellationToken stop,
        params IEnumerable<(string Stream, long Seq, IEvent Event)> happened)
    {
        var now = clock.GetUtcNow();
        return log.WriteAsync(tenantId, rows, [.. happened.Select(e => new Happened(e.Stream, e.Seq, e.Event, actor, now, commandId))], stop);
    }
}
