using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>A calendar of another platform, and how it is.</summary>
/// <param name="Url">Wrapped.</param>
/// <param name="AskedAt">The last attempt.</param>
/// <param name="SuccessAt">The last good answer.</param>
/// <param name="ChangedAt">The last good answer that changed something.</param>
/// <param name="Error">One of <see cref="CalendarErrors"/>; null when the last attempt was good.</param>
/// <param name="Events">Those that take nights, as of the last good answer.</param>
/// <param name="Remarks">The first hundred things that were skipped or mended: <c>{line, code, detail, isSkipped}</c>.</param>
public sealed record CalendarRow(
    Guid CalendarId, Guid UnitId, string? UnitName, string Channel, byte[] Url, string Origin, long Revision, DateTimeOffset CreatedAt, DateTimeOffset? AskedAt,
    DateTimeOffset? SuccessAt, DateTimeOffset? ChangedAt, int Failures, DateTimeOffset? FailingSince, string? Error, int? Status, int Events, int RemarkCount,
    JsonElement Remarks, DateTimeOffset Now)
{
    /// <summary>Since the last good answer, or since it was added.</summary>
    public TimeSpan Age => Now - (SuccessAt ?? CreatedAt);

    /// <summary><c>stale</c> after half an hour without a good answer, <c>late</c> after twenty minutes; else <c>failing</c>, <c>waiting</c> for the first answer, or <c>healthy</c>.</summary>
    public string State => Age >= CalendarAges.Stale ? "stale" : Age >= CalendarAges.Late ? "late" : Error is not null ? "failing" : SuccessAt is null ? "waiting" : "healthy";
}

/// <param name="Token">Wrapped.</param>
public sealed record CalendarExportRow(string Channel, byte[] Token, long Revision, DateTimeOffset CreatedAt, DateTimeOffset? RotatedAt);

/// <summary>Reads calendars and exports from their own tables: they are always current.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class FollowedCalendarQueries(NpgsqlDataSource api)
{
    const string Sort = "createdAt";

    const string Columns =
        """
        f.feed_id, f.unit_id, u.name, f.channel, f.url, f.origin, f.revision, f.created_at, f.asked_at, f.success_at, f.changed_at, f.failures, f.failing_since,
        f.error, f.status, f.events, f.remark_count, f.remarks::text, clock_timestamp()
        """;

    /// <summary>Oldest first.</summary>
    /// <param name="unitId">Only of this unit; null for all.</param>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<CalendarRow>>> ListAsync(Guid tenantId, Guid? unitId, int limit, string? cursor, CancellationToken stop)
    {
        var after = Cursor.Parse(cursor, Sort, parts: 2);
        var afterId = after is null ? Guid.Empty : Guid.TryParse(after[1], out var id) ? id : throw Cursor.Invalid();
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {Columns}
            from calendars.feed f
            left join read.unit u on u.tenant_id = f.tenant_id and u.unit_id = f.unit_id
            where f.tenant_id = $1
              and f.deleted_at is null
              and ($2 is null or f.unit_id = $2)
              and ($3 is null or (f.created_at, f.feed_id) > ($3, $4))
            order by f.created_at, f.feed_id
            limit $5
            """, tenantId, new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Uuid, Value = (object?)unitId ?? DBNull.Value },
            new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = after is null ? DBNull.Value : Cursor.Time(after[0]) }, afterId,
            Cursor.Limit(limit) + 1);
        var rows = await query.ListAsync(Read, stop);
        return new(Cursor.Cut(rows.Value, limit, r => Cursor.Of(Sort, Cursor.OfTime(r.CreatedAt), r.CalendarId.ToString())), rows.Position);
    }

    public async Task<CalendarRow?> FindAsync(Guid tenantId, Guid unitId, Guid calendarId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {Columns}
            from calendars.feed f
            left join read.unit u on u.tenant_id = f.tenant_id and u.unit_id = f.unit_id
            where f.tenant_id = $1
              and f.feed_id = $2
              and f.unit_id = $3
              and f.deleted_at is null
            """, tenantId, calendarId, unitId);
        return (await query.FirstAsync(Read, stop))?.Value;
    }

    public async Task<IReadOnlyList<CalendarExportRow>> ExportsAsync(Guid tenantId, Guid unitId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select channel, token, revision, created_at, rotated_at
            from calendars.export
            where tenant_id = $1
              and unit_id = $2
            order by channel
            """, tenantId, unitId);
        return (await query.ListAsync(static row => new CalendarExportRow(
            row.GetString(0), row.GetFieldValue<byte[]>(1), row.GetInt64(2), row.Time(3), row.TimeOrNull(4)), stop)).Value;
    }

    static CalendarRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.TextOrNull(2), row.GetString(3), row.GetFieldValue<byte[]>(4), row.GetString(5), row.GetInt64(6), row.Time(7),
        row.TimeOrNull(8), row.TimeOrNull(9), row.TimeOrNull(10), row.GetInt32(11), row.TimeOrNull(12), row.TextOrNull(13),
        row.IsDBNull(14) ? null : row.GetInt32(14), row.GetInt32(15), row.GetInt32(16), JsonElement.Parse(row.GetString(17)), row.Time(18));
}
