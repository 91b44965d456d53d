using System.Data;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>What a look through a tenant's seals, log and audit found.</summary>
/// <param name="Entries">Entries of the log under verified seals.</param>
/// <param name="From">When the first of them was recorded; null without any.</param>
/// <param name="To">When the last of them was recorded.</param>
/// <param name="Head">Hash of the last seal, as 64 hexadecimal digits; null without any.</param>
/// <param name="Seals">How many seals there are.</param>
public sealed record AuditVerdict(bool Ok, long Entries, DateTimeOffset? From, DateTimeOffset? To, string? Head, long Seals, AuditFault? FirstFault);

/// <summary>The first thing that is not as it was sealed.</summary>
/// <param name="Where"><c>log</c>, <c>seal</c> or <c>view</c>.</param>
/// <param name="Code"><c>changed</c>, <c>removed</c>, <c>inserted</c> or <c>unknown_head</c>.</param>
/// <param name="Slot">Of the entry of the log, or of the event that the row of the view is of.</param>
/// <param name="Seal">Number of the seal.</param>
/// <param name="Id">Of the entry of the audit.</param>
public sealed record AuditFault(string Where, string Code, string Detail, int? Slot = null, long? Offset = null, long? Seal = null, Guid? Id = null);

/// <summary>The audit's views are being filled anew.</summary>
public sealed class AuditNotReadyException() : Exception("the audit is being filled anew");

/// <summary>
/// Verifies a tenant's audit: the chain of seals, each entry of the log under them, and that the views tell just what the log does.
/// All of it as of one moment, piece by piece.
/// </summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class AuditVerification(NpgsqlDataSource api)
{
    /// <param name="knownHead">A head told earlier and kept elsewhere, which must still be in the chain; null for none.</param>
    /// <exception cref="AuditNotReadyException">Try again in a while.</exception>
    public async Task<Fresh<AuditVerdict>> VerifyAsync(Guid tenantId, string? knownHead, CancellationToken stop)
    {
        await using var connection = await api.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, stop);
        var position = await BeginAsync(connection, tenantId, stop);
        var chain = new SealWalk(connection, tenantId, new AuditPresence(connection, tenantId, position), knownHead);
        var fault = await chain.FirstFaultAsync(stop)
            ?? await new AuditRows(connection, tenantId).FirstFaultAsync(stop);
        await transaction.RollbackAsync(stop);
        return new(new(fault is null, chain.Entries, Time(chain.From), Time(chain.To), chain.Head, chain.Seals, fault), position);
    }

    /// <summary>The last seal's hash as hexadecimal digits; null without any.</summary>
    public async Task<string?> HeadAsync(Guid tenantId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add("select hash from log.seal where tenant_id = $1 order by number desc limit 1", tenantId);
        return (await query.FirstAsync(r => Convert.ToHexStringLower(r.GetFieldValue<byte[]>(0)), stop))?.Value;
    }

    static DateTimeOffset? Time(DateTime? time) => time is { } t ? new DateTimeOffset(t) : null;

    static async Task<LogPosition> BeginAsync(NpgsqlConnection connection, Guid tenantId, CancellationToken stop)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new("select set_config('dvt.tenant', $1, true), set_config('statement_timeout', $2, true)")
        {
            Parameters = { new() { Value = tenantId.ToString() }, new() { Value = $"{(long)SealedLog.Patience.TotalMilliseconds}" } },
        });
        batch.BatchCommands.Add(new("select count(*) from read.projection where name in ('audit', 'command') and tail = 'live'"));
        batch.BatchCommands.Add(new("""select slot, "offset" from read.position()"""));
        await using var reader = await batch.ExecuteReaderAsync(stop);
        await reader.NextResultAsync(stop);
        await reader.ReadAsync(stop);
        if (reader.GetInt64(0) != 2)
            throw new AuditNotReadyException();
        await reader.NextResultAsync(stop);
        return await TenantQuery.ReadPositionAsync(reader, stop);
    }
}
