using System.Text.Json;
using Dvt.Contracts;
using Dvt.Lodging.Bookings;
using Dvt.Pipeline;
using Xunit;

namespace Dvt.Tests.Support;

/// <summary>What must hold of units, bookings and blocks.</summary>
static class LodgingInvariants
{
    public static async Task HoldAsync(DvtSystem system)
    {
        await NobodySharesANightAsync(system);
        await ClaimsAreThoseOfTheirHoldersAsync(system);
        await BookingsAreFoldsAsync(system);
    }

    /// <summary>3: told by the bookings and blocks themselves, not by the constraint.</summary>
    public static async Task NobodySharesANightAsync(DvtSystem system) => Assert.Empty(await system.RowsAsync(
        """
        with taken as (
          select tenant_id, unit_id, booking_id as id, booking_id as holder,
            daterange((state -> 'stay' ->> 'checkIn')::date, (state -> 'stay' ->> 'checkOut')::date) as stay
          from bookings.booking
          where status in ('held', 'confirmed', 'checked_in')
          union all
          select tenant_id, unit_id, block_id, unit_id, stay
          from bookings.block
          where claims
            and not removed
        )
        select a.unit_id, a.id, b.id, a.stay, b.stay
        from taken a
        join taken b on b.tenant_id = a.tenant_id
          and b.unit_id = a.unit_id
          and b.holder > a.holder
          and b.stay && a.stay
        """));

    static async Task ClaimsAreThoseOfTheirHoldersAsync(DvtSystem system) => Assert.Empty(await system.RowsAsync(
        """
        select c.claim_id, h.id, c.stay, h.stay
        from bookings.claim c
        full join (
          select tenant_id, booking_id as id, daterange((state -> 'stay' ->> 'checkIn')::date, (state -> 'stay' ->> 'checkOut')::date) as stay
          from bookings.booking
          where status in ('held', 'confirmed', 'checked_in')
          union all
          select tenant_id, block_id, stay
          from bookings.block
          where claims
            and not removed
        ) h on h.tenant_id = c.tenant_id and h.id = c.claim_id
        where c.stay is distinct from h.stay
        """));

    /// <summary>2: the stored state of every booking is the fold of its history.</summary>
    static async Task BookingsAreFoldsAsync(DvtSystem system)
    {
        await using var connection = await system.Database.OpenConnectionAsync();
        foreach (var row in await system.RowsAsync("select tenant_id, booking_id, seq, status, state from bookings.booking"))
        {
            var cells = row.Split(' ', 5);
            var (tenantId, bookingId, seq) = (Guid.Parse(cells[0]), cells[1], long.Parse(cells[2]));
            var history = await EventLog.ReadStreamAsync(connection, tenantId, $"booking-{bookingId}", afterSeq: 0, int.MaxValue, CancellationToken.None);
            var folded = history.Aggregate((Booking?)null, (b, e) => Booking.After(b, BookingEvents.Read(e.Type, e.Json), e.OccurredAt))!;
            var stored = JsonSerializer.Deserialize<Booking>(cells[4], ContractsJson.Options)!;
            Assert.Equal((history.Count, folded.Status), ((int)seq, cells[3]));
            // The moment of its end is what tests move.
            Assert.Equal(Json(folded), Json(stored with { ExpiresAt = folded.ExpiresAt }));
        }
    }

    static string Json(Booking booking) => JsonSerializer.Serialize(booking, ContractsJson.Options);
}
