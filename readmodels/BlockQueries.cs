using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>Blocked nights.</summary>
/// <param name="Source">One of <see cref="BlockSources"/>.</param>
/// <param name="Claims">False when a booking has one of its nights: a conflict.</param>
public sealed record BlockShown(
    Guid BlockId, Guid UnitId, string Source, Guid? FeedId, string? Uid, string? Channel, Stay Stay, string? Text, bool Claims,
    DateTimeOffset CreatedAt, DateTimeOffset ChangedAt);

/// <summary>Reads blocks.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class BlockQueries(NpgsqlDataSource api)
{
    const string Sort = "from";

    /// <summary>Of a unit, the earliest first.</summary>
    /// <param name="from">With a night on this day or later.</param>
    /// <param name="to">With a night before this day.</param>
    /// <param name="conflict">Only those that clash with a booking, or only the others; null for all.</param>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<BlockShown>>> ListAsync(
        Guid tenantId, Guid unitId, DateOnly? from, DateOnly? to, bool? conflict, int limit, string? cursor, CancellationToken stop)
    {
        Cursor.Limit(limit);
        var after = Cursor.Parse(cursor, Sort, parts: 2);
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select block_id, unit_id, source, feed_id, uid, channel, first, until, text, claims, created_at, changed_at
            from read.block
            where tenant_id = $1
              and unit_id = $2
              and ($3 is null or until > $3)
              and ($4 is null or first < $4)
              and ($5 is null or claims <> $5)
              and ($6 is null or (first, block_id) > ($6, $7))
            order by first, block_id
            limit $8
            """, tenantId, unitId, Null(NpgsqlDbType.Date, from), Null(NpgsqlDbType.Date, to), Null(NpgsqlDbType.Boolean, conflict),
            Null(NpgsqlDbType.Date, after is null ? null : DateOnly.TryParseExact(after[0], "yyyy-MM-dd", out var day) ? day : throw Cursor.Invalid()),
            Null(NpgsqlDbType.Uuid, after is null ? null : Guid.TryParse(after[1], out var id) ? id : throw Cursor.Invalid()), limit + 1);
        var rows = await query.ListAsync(Read, stop);
        return new(Cursor.Cut(rows.Value, limit, r => Cursor.Of(
            Sort, r.Stay.CheckIn.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), r.BlockId.ToString())), rows.Position);
    }

    /// <summary>Null when there is none.</summary>
    public async Task<Fresh<BlockShown>?> FindAsync(Guid tenantId, Guid blockId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select block_id, unit_id, source, feed_id, uid, channel, first, until, text, claims, created_at, changed_at
            from read.block
            where tenant_id = $1
              and block_id = $2
            """, tenantId, blockId);
        return await query.FirstAsync(Read, stop);
    }

    static BlockShown Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetGuid(3), row.TextOrNull(4), row.TextOrNull(5),
        new Stay(row.GetFieldValue<DateOnly>(6), row.GetFieldValue<DateOnly>(7)), row.TextOrNull(8), row.GetBoolean(9), row.Time(10), row.Time(11));

    static NpgsqlParameter Null(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };
}
