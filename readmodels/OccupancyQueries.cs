using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>Nights of a month and what they bring in, of a unit, a channel and a currency.</summary>
/// <param name="ConfirmedNights">Of bookings that are confirmed, checked in or completed.</param>
/// <param name="Revenue">Of those nights alone, also of stays that cross the month.</param>
/// <param name="Arrivals">Bookings among them whose first night is in the month.</param>
public sealed record SoldNights(Guid UnitId, string Channel, string Currency, int ConfirmedNights, int HeldNights, decimal Revenue, int Arrivals);

/// <summary>What is known of a month.</summary>
/// <param name="Units">Those that are active and those that have any night in it, by name.</param>
/// <param name="BlockedNights">By unit, each night once however many blocks have it.</param>
public sealed record MonthOfNights(
    IReadOnlyList<(Guid UnitId, string Name)> Units, IReadOnlyList<SoldNights> Sold, IReadOnlyDictionary<Guid, int> BlockedNights);

/// <summary>What became of holds that were made on a day over a channel.</summary>
/// <param name="Confirmed">Those that were confirmed, whatever came afterwards.</param>
/// <param name="Expired">Before anyone confirmed them.</param>
/// <param name="CancelledHolds">Before anyone confirmed them.</param>
/// <param name="CancelledLater">Of the confirmed ones.</param>
/// <param name="NoShows">Of the confirmed ones.</param>
/// <param name="Open">Held at this moment.</param>
public sealed record HoldOutcomes(
    DateOnly Day, string Channel, long Held, long Confirmed, long Expired, long CancelledHolds, long CancelledLater, long NoShows, long Open);

/// <summary>Reads how full units are, and what that brings in.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class OccupancyQueries(NpgsqlDataSource api)
{
    /// <param name="from">First day.</param>
    /// <param name="to">The day after the last.</param>
    /// <param name="unitId">Only this one; null for all.</param>
    public async Task<Fresh<MonthOfNights>> MonthAsync(Guid tenantId, Guid? unitId, DateOnly from, DateOnly to, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        var (range, unit) = (CalendarQueries.Range(from, to), Null(unitId));
        query.Add(
            """
            select unit_id, channel, currency,
              coalesce(sum(nights_in) filter (where status <> 'held'), 0)::int,
              coalesce(sum(nights_in) filter (where status = 'held'), 0)::int,
              coalesce(sum(revenue_in) filter (where status <> 'held'), 0),
              (count(*) filter (where status <> 'held' and lower(nights) <@ $2))::int
            from (
              select unit_id, channel, currency, status, nights,
                upper(nights * $2) - lower(nights * $2) as nights_in,
                case when nights <@ $2 then total else (
                  select coalesce(sum(amount), 0)
                  from unnest(revenue) with ordinality as r(amount, place)
                  where lower(nights) + place::int - 1 <@ $2
                ) end as revenue_in
              from read.stay
              where tenant_id = $1
                and nights && $2
                and status in ('held', 'confirmed', 'checked_in', 'completed')
                and ($3 is null or unit_id = $3)
            ) s
            group by unit_id, channel, currency
            """, tenantId, range, unit);
        query.Add(
            """
            select unit_id, (select sum(upper(r) - lower(r)) from unnest(merged) r)::int
            from (
              select unit_id, range_agg(daterange(first, until) * $2) as merged
              from read.block
              where tenant_id = $1
                and daterange(first, until) && $2
                and claims
                and ($3 is null or unit_id = $3)
              group by unit_id
            ) b
            """, tenantId, range, Null(unitId));
        query.Add(
            """
            select unit_id, name, active
            from read.unit
            where tenant_id = $1
              and ($2 is null or unit_id = $2)
            order by name, unit_id
            """, tenantId, Null(unitId));
        return await query.ReadAsync(reader => ReadAsync(reader, stop), stop);
    }

    static async Task<MonthOfNights> ReadAsync(NpgsqlDataReader reader, CancellationToken stop)
    {
        var sold = new List<SoldNights>();
        while (await reader.ReadAsync(stop))
            sold.Add(new(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetInt32(3), reader.GetInt32(4), reader.GetDecimal(5), reader.GetInt32(6)));
        var blocked = new Dictionary<Guid, int>();
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
            blocked[reader.GetGuid(0)] = reader.GetInt32(1);
        var busy = sold.Select(s => s.UnitId).Concat(blocked.Keys).ToHashSet();
        var units = new List<(Guid, string)>();
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
            if (reader.GetBoolean(2) || busy.Contains(reader.GetGuid(0)))
                units.Add((reader.GetGuid(0), reader.GetString(1)));
        return new(units, sold, blocked);
    }

    /// <summary>Holds by the day of their making, in UTC, and by channel; oldest first.</summary>
    /// <param name="to">The day after the last.</param>
    /// <param name="unitId">Only this one; null for all.</param>
    public async Task<Fresh<IReadOnlyList<HoldOutcomes>>> ConversionsAsync(Guid tenantId, Guid? unitId, DateOnly from, DateOnly to, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select date_trunc('day', held_at, 'UTC') as day, channel, count(*), count(confirmed_at),
              count(*) filter (where status = 'expired'),
              count(*) filter (where status = 'cancelled' and confirmed_at is null),
              count(*) filter (where status = 'cancelled' and confirmed_at is not null),
              count(*) filter (where status = 'no_show'),
              count(*) filter (where status = 'held')
            from read.stay
            where tenant_id = $1
              and held_at >= $2
              and held_at < $3
              and ($4 is null or unit_id = $4)
            group by 1, 2
            order by 1, 2
            """, tenantId, Midnight(from), Midnight(to), Null(unitId));
        return await query.ListAsync(static row => new HoldOutcomes(
            DateOnly.FromDateTime(row.GetDateTime(0)), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6),
            row.GetInt64(7), row.GetInt64(8)), stop);
    }

    static DateTime Midnight(DateOnly day) => day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);

    static NpgsqlParameter Null(Guid? value) => new() { NpgsqlDbType = NpgsqlDbType.Uuid, Value = (object?)value ?? DBNull.Value };
}
