using System.Text.Json;
using Dvt.Contracts;
using Dvt.Lodging.Bookings;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary>A booking with all that its history says.</summary>
/// <param name="Guest">Null once the person has been erased.</param>
public sealed record BookingShown(Booking Booking, Guest? Guest, string? UnitName, long Revision, DateTimeOffset UpdatedAt);

/// <summary>A row of the list.</summary>
/// <param name="Guest">Null once the person has been erased.</param>
public sealed record BookingRow(
    Guid BookingId, string Code, Guid UnitId, string? UnitName, string Status, string PaymentStatus, string Channel, Guid GuestId, Guest? Guest,
    Stay Stay, int Guests, string Currency, decimal Total, decimal Deposit, decimal Paid, decimal RefundDue,
    DateTimeOffset ExpiresAt, DateTimeOffset CreatedAt, DateTimeOffset? ConfirmedAt, DateTimeOffset? EndedAt, DateTimeOffset UpdatedAt);

/// <summary>Where a booking is, for whoever has an order about it.</summary>
public sealed record BookingPlace(Guid BookingId, string Code, Guid UnitId, string? Currency = null);

/// <summary>Reads bookings and taken nights.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed partial class BookingQueries(NpgsqlDataSource api)
{
    /// <summary>By id or code, as its history has it up to where the views are; null when no view has it.</summary>
    public async Task<Fresh<BookingShown>?> FindAsync(Guid tenantId, string idOrCode, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select b.last_seq, b.updated_at, u.name, g.name, g.phone, g.email, g.document, g.note, e.first_seq, e.occurred_at, e.events
            from read.booking b
            left join read.unit u on u.tenant_id = b.tenant_id and u.unit_id = b.unit_id
            left join bookings.guest g on g.tenant_id = b.tenant_id and g.booking_id = b.booking_id
            join log.entry e on e.tenant_id = b.tenant_id and e.stream = 'booking-' || b.booking_id and e.first_seq <= b.last_seq
            where b.tenant_id = $1
              and (b.booking_id = $2 or b.code = $3)
            order by e.first_seq
            """, tenantId, Guid.TryParse(idOrCode, out var id) ? id : Guid.Empty, idOrCode);
        var read = await query.ReadAsync(reader => FoldAsync(reader, stop), stop);
        return read.Value is { } shown ? new(shown, read.Position) : null;
    }

    static async Task<BookingShown?> FoldAsync(NpgsqlDataReader row, CancellationToken stop)
    {
        BookingShown? shown = null;
        while (await row.ReadAsync(stop))
        {
            var (lastSeq, seq, at) = (row.GetInt64(0), row.GetInt64(8), row.Time(9));
            var entry = new LogEntryReader(row.GetFieldValue<byte[]>(10));
            var booking = shown?.Booking;
            for (; entry.Next() && seq <= lastSeq; seq++)
                booking = Booking.After(booking, BookingEvents.Read(entry.Type, JsonElement.Parse(entry.Data)), at);
            shown = new(booking!, GuestOf(row, 3), row.TextOrNull(2), lastSeq, row.Time(1));
        }
        return shown;
    }

    static Guest? GuestOf(NpgsqlDataReader row, int at) => row.TextOrNull(at) is { } name
        ? new Guest(name, row.TextOrNull(at + 1), row.TextOrNull(at + 2), row.TextOrNull(at + 3), row.TextOrNull(at + 4))
        : null;

    /// <summary>By id or code, as the workers have it: there from the moment it is decided, whatever the views show. Null when it is not there.</summary>
    public async Task<BookingPlace?> PlaceAsync(Guid tenantId, string idOrCode, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select booking_id, code, unit_id, state -> 'price' ->> 'currency'
            from bookings.booking
            where tenant_id = $1
              and (booking_id = $2 or code = $3)
            """, tenantId, Guid.TryParse(idOrCode, out var id) ? id : Guid.Empty, idOrCode);
        return (await query.FirstAsync(row => new BookingPlace(row.GetGuid(0), row.GetString(1), row.GetGuid(2), row.GetString(3)), stop))?.Value;
    }

    /// <summary>Nights of a unit that somebody has, as the workers have it; holds that are over have none.</summary>
    public async Task<Fresh<IReadOnlyList<(Guid ClaimId, Guid Holder, Stay Stay)>>> TakenAsync(Guid tenantId, Guid unitId, DateOnly from, DateOnly to, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select c.claim_id, c.holder, lower(c.stay), upper(c.stay)
            from bookings.claim c
            left join bookings.booking b on b.tenant_id = c.tenant_id and b.booking_id = c.claim_id
            where c.tenant_id = $1
              and c.unit_id = $2
              and c.stay && daterange($3, $4)
              and not (b.status is not distinct from 'held' and b.expires_at <= clock_timestamp())
            order by lower(c.stay)
            """, tenantId, unitId, from, to);
        return await query.ListAsync(
            row => (row.GetGuid(0), row.GetGuid(1), new Stay(row.GetFieldValue<DateOnly>(2), row.GetFieldValue<DateOnly>(3))), stop);
    }
}
