using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>Nights of a unit that a channel must not sell.</summary>
/// <param name="Id">Of the booking or block.</param>
/// <param name="ChangedAt">When it last changed.</param>
public sealed record TakenStay(Guid Id, DateOnly CheckIn, DateOnly CheckOut, DateTimeOffset ChangedAt);

/// <param name="Stays">In order of check-in.</param>
public sealed record TakenCalendar(string UnitName, IReadOnlyList<TakenStay> Stays);

/// <summary>An export by its token's hash.</summary>
public sealed record ExportKey(Guid TenantId, string Channel, byte[] TokenHash);

/// <summary>What exported calendars are made of.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class TakenCalendarQueries(NpgsqlDataSource api)
{
    /// <summary>Every export of a unit, whosever it is: who asks has only a token.</summary>
    public async Task<IReadOnlyList<ExportKey>> KeysAsync(Guid unitId, CancellationToken stop)
    {
        await using var command = api.CreateCommand("select tenant_id, channel, token_hash from calendars.exports_of($1)");
        command.Parameters.Add(new() { Value = unitId });
        await using var row = await command.ExecuteReaderAsync(stop);
        var keys = new List<ExportKey>();
        while (await row.ReadAsync(stop))
            keys.Add(new(row.GetGuid(0), row.GetString(1), row.GetFieldValue<byte[]>(2)));
        return keys;
    }

    /// <summary>
    /// Bookings that keep their nights, whichever channel they are said to be of, and blocks, from today on by the unit's clocks, without
    /// those that the channel's own calendar told. A block that clashes is among them: its other nights are sold elsewhere all the same.
    /// </summary>
    /// <param name="now">From which a hold is over, whether or not somebody has said so yet.</param>
    /// <returns>Null when there is no such unit.</returns>
    public async Task<TakenCalendar?> OfAsync(Guid tenantId, Guid unitId, string channel, DateTimeOffset now, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            with unit as (
              select name, ($4 at time zone (definition ->> 'timeZone'))::date as today
              from read.unit
              where tenant_id = $1
                and unit_id = $2
            ), taken as (
              select booking_id as id, check_in as first, check_out as until, updated_at as changed_at
              from read.booking
              where tenant_id = $1
                and unit_id = $2
                and (status in ('confirmed', 'checked_in') or (status = 'held' and expires_at > $4))
              union all
              select block_id, first, until, changed_at
              from read.block
              where tenant_id = $1
                and unit_id = $2
                and channel is distinct from $3
            )
            select u.name, t.id, t.first, t.until, t.changed_at
            from unit u
            left join taken t on t.until > u.today
            order by t.first, t.until, t.id
            """, tenantId, unitId, channel, new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = now.UtcDateTime });
        return (await query.ReadAsync(reader => ReadAsync(reader, stop), stop)).Value;
    }

    static async Task<TakenCalendar?> ReadAsync(NpgsqlDataReader row, CancellationToken stop)
    {
        string? name = null;
        var stays = new List<TakenStay>();
        while (await row.ReadAsync(stop))
        {
            name = row.GetString(0);
            if (!row.IsDBNull(1))
                stays.Add(new(row.GetGuid(1), row.GetFieldValue<DateOnly>(2), row.GetFieldValue<DateOnly>(3), row.Time(4)));
        }
        return name is null ? null : new(name, stays);
    }
}
