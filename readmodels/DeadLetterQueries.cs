using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;
using static Dvt.Pipeline.Sql;

namespace Dvt.ReadModels;

/// <param name="Status"><c>open</c>, <c>waiting</c> (behind another of its key), <c>replayed</c> or <c>discarded</c>.</param>
/// <param name="Behind">The dead letter it waits behind.</param>
/// <param name="ErrorGroup">Same for errors of the same cause.</param>
public sealed record DeadLetterRow(
    Guid Id, string Queue, string Key, Guid MessageId, string Type, string Status, Guid? Behind, string? ErrorCode, string? ErrorDetail,
    string? ErrorGroup, int Tries, DateTimeOffset CreatedAt, DateTimeOffset? ClosedAt, string? ClosedBy, string? Reason);

/// <param name="Message">What travelled, with its body; null for what nobody could read.</param>
/// <param name="Waiting">Later messages of the same key, in order, which go on once this one is replayed or discarded.</param>
/// <param name="Raw">The bytes of what nobody could read.</param>
public sealed record DeadLetterDetail(DeadLetterRow Row, Envelope? Message, IReadOnlyList<DeadLetterRow> Waiting, byte[]? Raw = null);

/// <summary>Open dead letters of one cause.</summary>
public sealed record DeadLetterGroup(
    string ErrorGroup, string? ErrorCode, string? Example, long Count, DateTimeOffset FirstSeen, DateTimeOffset LastSeen);

public sealed record DeadLetterFilter(string? Status, string? Type, string? ErrorGroup, int Limit, string? Cursor);

/// <summary>Reads dead letters from the pipeline's own table: they are always current.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class DeadLetterQueries(NpgsqlDataSource api)
{
    const string Sort = "-createdAt";
    const string Columns =
        """
        d.id, d.queue, d.key, d.message_id, d.type, d.status, d.behind, d.error_code, d.error_detail, d.error_group, d.tries,
        d.created_at, d.closed_at, d.closed_by, d.reason
        """;

    /// <summary>Newest first.</summary>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<DeadLetterRow>>> ListAsync(Guid tenantId, DeadLetterFilter filter, CancellationToken stop)
    {
        if (filter.Status is not (null or "open" or "waiting" or "replayed" or "discarded"))
            throw new InvalidQueryException("status", "status is open, waiting, replayed or discarded");
        var limit = Cursor.Limit(filter.Limit);
        var after = Cursor.Parse(filter.Cursor, Sort, parts: 2);
        var afterId = Guid.Empty;
        if (after is not null && !Guid.TryParse(after[1], out afterId))
            throw Cursor.Invalid();
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {Columns}
            from pipeline.dead_letter d
            where d.tenant_id = $1
              and ($2 is null or d.status = $2)
              and ($3 is null or d.type = $3)
              and ($4 is null or d.error_group = $4)
              and ($5 is null or (d.created_at, d.id) < ($5, $6))
            order by d.created_at desc, d.id desc
            limit $7
            """, tenantId, Text(filter.Status), Text(filter.Type), Text(filter.ErrorGroup),
            new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = after is null ? DBNull.Value : Cursor.Time(after[0]) }, afterId, limit + 1);
        var rows = await query.ListAsync(Read, stop);
        return new(Cursor.Cut(rows.Value, limit, r => Cursor.Of(Sort, Cursor.OfTime(r.CreatedAt), r.Id.ToString())), rows.Position);
    }

    /// <summary>Open ones by cause, most frequent first.</summary>
    public async Task<Fresh<IReadOnlyList<DeadLetterGroup>>> GroupsAsync(Guid tenantId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select coalesce(error_group, ''), min(error_code), min(error_detail), count(*), min(created_at), max(created_at)
            from pipeline.dead_letter
            where tenant_id = $1
              and status = 'open'
            group by error_group
            order by count(*) desc, error_group
            """, tenantId);
        return await query.ListAsync(
            row => new DeadLetterGroup(row.GetString(0), row.TextOrNull(1), row.TextOrNull(2), row.GetInt64(3), row.Time(4), row.Time(5)), stop);
    }

    public async Task<Fresh<DeadLetterDetail>?> FindAsync(Guid tenantId, Guid id, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {Columns}, d.envelope
            from pipeline.dead_letter d
            where d.tenant_id = $1
              and (d.id = $2 or d.behind = $2 and d.status = 'waiting')
            order by d.id = $2 desc, d.place
            """, tenantId, id);
        var rows = await query.ListAsync(row => (Row: Read(row), Envelope: row.GetFieldValue<byte[]>(15)), stop);
        if (rows.Value.Count == 0 || rows.Value[0].Row.Id != id)
            return null;
        var (first, bytes) = rows.Value[0];
        return new(first.Type == "undecodable"
            ? new DeadLetterDetail(first, Message: null, Waiting: [], bytes)
            : new DeadLetterDetail(first, Wire.Decode(bytes)[0], [.. rows.Value.Skip(1).Select(r => r.Row)]), rows.Position);
    }

    /// <summary>The order that used an Idempotency-Key; null when none did.</summary>
    public async Task<Guid?> CommandOfKeyAsync(Guid tenantId, Guid keyId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select command_id
            from pipeline.idempotency
            where tenant_id = $1
              and key_id = $2
            """, tenantId, keyId);
        return (await query.ListAsync(row => row.GetGuid(0), stop)).Value is [var command] ? command : null;
    }

    static DeadLetterRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetGuid(3), row.GetString(4), row.GetString(5),
        row.IsDBNull(6) ? null : row.GetGuid(6), row.TextOrNull(7), row.TextOrNull(8), row.TextOrNull(9), row.GetInt32(10),
        row.Time(11), row.TimeOrNull(12), row.TextOrNull(13), row.TextOrNull(14));
}
