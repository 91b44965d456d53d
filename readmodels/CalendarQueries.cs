using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>A unit with what lies on its days.</summary>
/// <param name="Entries">In order of their first nights.</param>
public sealed record UnitCalendar(Guid UnitId, string Name, bool Active, IReadOnlyList<CalendarEntry> Entries);

/// <summary>A booking or a block.</summary>
/// <param name="Type"><c>booking</c> or <c>block</c>.</param>
/// <param name="Status">Of a booking its own; of a block <c>blocked</c>, or <c>conflict</c> while a booking has one of its nights.</param>
/// <param name="From">First night, also before the days that were asked for.</param>
/// <param name="To">The day after the last night.</param>
/// <param name="Guest">Name of who stays; null where it is not told, and once that person was erased.</param>
/// <param name="Source">Of a block: <c>manual</c> or <c>feed</c>.</param>
/// <param name="Text">Of a block: the host's reason or the feed's summary.</param>
/// <param name="ExpiresAt">Of a hold.</param>
public sealed record CalendarEntry(
    string Type, Guid Id, string? Code, string Status, DateOnly From, DateOnly To, string? Channel, string? Guest, int? Guests, string? PaymentStatus,
    DateTimeOffset? ExpiresAt, string? Source, string? Text);

/// <summary>Reads calendars of units.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class CalendarQueries(NpgsqlDataSource api)
{
    const string Sort = "name";

    const string Chosen =
        """
        with chosen as (
          select unit_id, name, active
          from read.unit
          where tenant_id = $1
            and ($2 is null or unit_id = $2)
            and ($3 is null or (name, unit_id) > ($3, $4))
          order by name, unit_id
          limit $5
        )
        """;

    /// <summary>Units by name, with everything that has a night in <c>[from, to)</c>.</summary>
    /// <param name="unitId">Only this one; null for all.</param>
    /// <param name="withGuests">Tell who stays.</param>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<UnitCalendar>>> ListAsync(
        Guid tenantId, Guid? unitId, DateOnly from, DateOnly to, bool withGuests, int limit, string? cursor, CancellationToken stop)
    {
        Cursor.Limit(limit);
        var after = Cursor.Parse(cursor, Sort, parts: 2);
        var afterUnit = after is null ? (Guid?)null : Guid.TryParse(after[1], out var id) ? id : throw Cursor.Invalid();
        await using var query = new TenantQuery(api, tenantId);
        Add(query, $"{Chosen} select unit_id, name, active from chosen order by name, unit_id", []);
        Add(query,
            $"""
            {Chosen}
            select s.unit_id, s.booking_id, b.code, s.status, lower(s.nights), upper(s.nights), s.channel, g.name, b.guests, b.payment_status, b.expires_at
            from read.stay s
            join read.booking b on b.tenant_id = s.tenant_id
              and b.booking_id = s.booking_id
            left join bookings.guest g on $7
              and g.tenant_id = s.tenant_id
              and g.booking_id = s.booking_id
            where s.tenant_id = $1
              and s.nights && $6
              and s.status in ('held', 'confirmed', 'checked_in', 'completed')
              and s.unit_id in (select unit_id from chosen)
            """, [Range(from, to), withGuests]);
        Add(query,
            $"""
            {Chosen}
            select b.unit_id, b.block_id, b.claims, b.first, b.until, b.channel, b.source, b.text
            from read.block b
            where b.tenant_id = $1
              and b.first < $7
              and b.until > $6
              and b.unit_id in (select unit_id from chosen)
            """, [from, to]);
        var read = await query.ReadAsync(reader => ReadAsync(reader, stop), stop);
        return new(Cursor.Cut(read.Value, limit, u => Cursor.Of(Sort, u.Name, u.UnitId.ToString())), read.Position);

        void Add(TenantQuery to, string sql, object[] more) => to.Add(sql,
        [
            tenantId, Null(NpgsqlDbType.Uuid, unitId), Null(NpgsqlDbType.Text, after?[0]), Null(NpgsqlDbType.Uuid, afterUnit), limit + 1, .. more,
        ]);
    }

    static async Task<List<UnitCalendar>> ReadAsync(NpgsqlDataReader reader, CancellationToken stop)
    {
        var units = new List<(Guid UnitId, string Name, bool Active)>();
        while (await reader.ReadAsync(stop))
            units.Add((reader.GetGuid(0), reader.GetString(1), reader.GetBoolean(2)));
        var entries = new List<(Guid UnitId, CalendarEntry Entry)>();
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
            entries.Add((reader.GetGuid(0), Stay(reader)));
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
            entries.Add((reader.GetGuid(0), Block(reader)));
        var byUnit = entries.ToLookup(e => e.UnitId, e => e.Entry);
        return units.ConvertAll(u => new UnitCalendar(u.UnitId, u.Name, u.Active, [.. byUnit[u.UnitId].OrderBy(e => e.From).ThenBy(e => e.To).ThenBy(e => e.Id)]));
    }

    static CalendarEntry Stay(NpgsqlDataReader row)
    {
        var status = row.GetString(3);
        return new("booking", row.GetGuid(1), row.GetString(2), status, row.GetFieldValue<DateOnly>(4), row.GetFieldValue<DateOnly>(5), row.GetString(6),
            row.TextOrNull(7), row.GetInt32(8), row.GetString(9), status == BookingStatus.Held ? row.Time(10) : null, Source: null, Text: null);
    }

    static CalendarEntry Block(NpgsqlDataReader row) => new(
        "block", row.GetGuid(1), Code: null, row.GetBoolean(2) ? "blocked" : "conflict", row.GetFieldValue<DateOnly>(3), row.GetFieldValue<DateOnly>(4),
        row.TextOrNull(5), Guest: null, Guests: null, PaymentStatus: null, ExpiresAt: null, row.GetString(6), row.TextOrNull(7));

    internal static NpgsqlRange<DateOnly> Range(DateOnly from, DateOnly to) => new(from, lowerBoundIsInclusive: true, to, upperBoundIsInclusive: false);

    static NpgsqlParameter Null(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };
}
