using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>Which bookings to list.</summary>
/// <param name="Status">One of <see cref="BookingStatus"/>.</param>
/// <param name="From">Stays with a night on this day or later.</param>
/// <param name="To">Stays with a night before this day.</param>
/// <param name="Q">Part of a code, of a guest's name, phone or email, or of the unit's name.</param>
/// <param name="WithGuests">Whether <paramref name="Q"/> may look at guests.</param>
/// <param name="Sort"><c>createdAt</c> or <c>checkIn</c>, with <c>-</c> for the newest first; <c>-createdAt</c> unless told.</param>
public sealed record BookingFilter(
    string? Status, Guid? UnitId, DateOnly? From, DateOnly? To, string? Channel, string? Q, bool WithGuests, string? Sort, int Limit, string? Cursor);

public sealed partial class BookingQueries
{
    const string Columns =
        """
        b.booking_id, b.code, b.unit_id, u.name, b.status, b.payment_status, b.channel, b.guest_id, g.name, g.phone, g.email, g.document, g.note,
          b.check_in, b.check_out, b.guests, b.currency, b.total, b.deposit, b.paid, b.refund_due, b.expires_at, b.created_at, b.confirmed_at,
          b.ended_at, b.updated_at
        """;

    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<BookingRow>>> ListAsync(Guid tenantId, BookingFilter filter, CancellationToken stop, int most = Cursor.MaxLimit)
    {
        var limit = Cursor.Limit(filter.Limit, most);
        var sort = string.IsNullOrEmpty(filter.Sort) ? "-createdAt" : filter.Sort;
        if (sort is not ("createdAt" or "-createdAt" or "checkIn" or "-checkIn"))
            throw new InvalidQueryException("sort", "sort is createdAt or checkIn, with a - for the newest first");
        if (filter.Status is not null && !BookingStatus.All.Contains(filter.Status))
            throw new InvalidQueryException("status", $"status is one of {string.Join(", ", BookingStatus.All)}");
        if (filter.Channel is not null && !BookingChannels.All.Contains(filter.Channel))
            throw new InvalidQueryException("channel", $"channel is one of {string.Join(", ", BookingChannels.All)}");
        var (byDay, descending) = (sort.EndsWith("checkIn", StringComparison.Ordinal), sort[0] == '-');
        var after = Cursor.Parse(filter.Cursor, sort, parts: 2);
        var (key, direction, beyond) = (byDay ? "b.check_in" : "b.created_at", descending ? "desc" : "asc", descending ? '<' : '>');
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {Columns}
            from read.booking b
            left join read.unit u on u.tenant_id = b.tenant_id and u.unit_id = b.unit_id
            left join bookings.guest g on g.tenant_id = b.tenant_id and g.booking_id = b.booking_id
            where b.tenant_id = $1
              and ($2 is null or b.status = $2)
              and ($3 is null or b.unit_id = $3)
              and ($4 is null or b.check_out > $4)
              and ($5 is null or b.check_in < $5)
              and ($6 is null or b.channel = $6)
              and ($7 is null or b.code ilike $7 or u.name ilike $7 or ($8 and (g.name ilike $7 or g.email ilike $7 or g.phone ilike $7)))
              and ($9 is null or ({key}, b.booking_id) {beyond} ($9, $10))
            order by {key} {direction}, b.booking_id {direction}
            limit $11
            """, tenantId, Null(NpgsqlDbType.Text, filter.Status), Null(NpgsqlDbType.Uuid, filter.UnitId), Null(NpgsqlDbType.Date, filter.From),
            Null(NpgsqlDbType.Date, filter.To), Null(NpgsqlDbType.Text, filter.Channel), Null(NpgsqlDbType.Text, Like(filter.Q)), filter.WithGuests,
            byDay ? Null(NpgsqlDbType.Date, after is null ? null : DayOf(after[0])) : Null(NpgsqlDbType.TimestampTz, after is null ? null : Cursor.Time(after[0])),
            Null(NpgsqlDbType.Uuid, after is null ? null : Guid.TryParse(after[1], out var id) ? id : throw Cursor.Invalid()), limit + 1);
        var rows = await query.ListAsync(ReadRow, stop);
        return new(Cursor.Cut(rows.Value, limit, r => Cursor.Of(
            sort, byDay ? r.Stay.CheckIn.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) : Cursor.OfTime(r.CreatedAt), r.BookingId.ToString())), rows.Position);
    }

    static DateOnly DayOf(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day) ? day : throw Cursor.Invalid();

    /// <summary>What is searched for anywhere, taken literally.</summary>
    static string? Like(string? q) => string.IsNullOrWhiteSpace(q)
        ? null
        : $"%{q.Trim().Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";

    static BookingRow ReadRow(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetGuid(2), row.TextOrNull(3), row.GetString(4), row.GetString(5), row.GetString(6), row.GetGuid(7), GuestOf(row, 8),
        new Stay(row.GetFieldValue<DateOnly>(13), row.GetFieldValue<DateOnly>(14)), row.GetInt32(15), row.GetString(16), row.GetDecimal(17), row.GetDecimal(18),
        row.GetDecimal(19), row.GetDecimal(20), row.Time(21), row.Time(22), row.TimeOrNull(23), row.TimeOrNull(24), row.Time(25));

    static NpgsqlParameter Null(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };
}
