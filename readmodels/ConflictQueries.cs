using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>Nights that a platform has sold and a booking here has too.</summary>
/// <param name="Bookings">Those in the way: <c>{bookingId, code, status, channel, checkIn, checkOut}</c>; none in the moment before the block claims its nights.</param>
public sealed record ConflictRow(
    Guid BlockId, Guid UnitId, string? UnitName, Guid? CalendarId, string? Channel, DateOnly CheckIn, DateOnly CheckOut, string? Text,
    DateTimeOffset Since, JsonElement Bookings);

/// <summary>What hosts have to settle: blocks that clash with bookings, from <c>read.block</c> and <c>read.booking</c>.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class ConflictQueries(NpgsqlDataSource api)
{
    const string Sort = "checkIn";

    /// <summary>Those of the next nights first; one that is over is nobody's work any more.</summary>
    /// <param name="unitId">Only of this unit; null for all.</param>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<ConflictRow>>> ListAsync(Guid tenantId, Guid? unitId, DateTimeOffset now, int limit, string? cursor, CancellationToken stop)
    {
        var after = Cursor.Parse(cursor, Sort, parts: 2);
        var (afterDay, afterId) = after is null ? (DateOnly.MinValue, Guid.Empty)
            : DateOnly.TryParseExact(after[0], "yyyy-MM-dd", out var day) && Guid.TryParse(after[1], out var id) ? (day, id) : throw Cursor.Invalid();
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select b.block_id, b.unit_id, u.name, b.feed_id, b.channel, b.first, b.until, b.text, b.changed_at, (
                select coalesce(jsonb_agg(jsonb_build_object(
                  'bookingId', k.booking_id, 'code', k.code, 'status', k.status, 'channel', k.channel, 'checkIn', k.check_in, 'checkOut', k.check_out)
                  order by k.check_in), '[]')
                from read.booking k
                where k.tenant_id = b.tenant_id
                  and k.unit_id = b.unit_id
                  and k.status in ('held', 'confirmed', 'checked_in')
                  and k.check_in < b.until
                  and k.check_out > b.first
              )::text
            from read.block b
            left join read.unit u on u.tenant_id = b.tenant_id and u.unit_id = b.unit_id
            where b.tenant_id = $1
              and not b.claims
              and ($2 is null or b.unit_id = $2)
              and b.until > ($3 at time zone coalesce(u.definition ->> 'timeZone', 'UTC'))::date
              and (b.first, b.block_id) > ($4, $5)
            order by b.first, b.block_id
            limit $6
            """, tenantId, new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Uuid, Value = (object?)unitId ?? DBNull.Value },
            new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = now.UtcDateTime },
            new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Date, Value = afterDay }, afterId, Cursor.Limit(limit) + 1);
        var rows = await query.ListAsync(static row => new ConflictRow(
            row.GetGuid(0), row.GetGuid(1), row.TextOrNull(2), row.IsDBNull(3) ? null : row.GetGuid(3), row.TextOrNull(4),
            row.GetFieldValue<DateOnly>(5), row.GetFieldValue<DateOnly>(6), row.TextOrNull(7), row.Time(8), JsonElement.Parse(row.GetString(9))), stop);
        return new(Cursor.Cut(rows.Value, limit, r => Cursor.Of(Sort, $"{r.CheckIn:yyyy-MM-dd}", r.BlockId.ToString())), rows.Position);
    }
}
