using System.Text.Json;
using Dvt.Contracts;
using Dvt.Lodging.Bookings;
using Npgsql;

namespace Dvt.Workers.Bookings;

/// <summary>Bookings as steps see them: as they are stored, from the moment they are decided.</summary>
sealed class StepBookings(NpgsqlDataSource postgres)
{
    /// <summary>By code or id; null when there is none.</summary>
    public async Task<(Guid BookingId, Guid UnitId)?> PlaceAsync(Guid tenantId, string code, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select booking_id, unit_id
            from bookings.booking
            where tenant_id = $1
              and (code = $2 or booking_id = $3)
            """);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = code });
        command.Parameters.Add(new() { Value = Guid.TryParse(code, out var id) ? id : Guid.Empty });
        await using var row = await command.ExecuteReaderAsync(stop);
        return await row.ReadAsync(stop) ? (row.GetGuid(0), row.GetGuid(1)) : null;
    }

    /// <summary>What a step shows of it: nothing of who stays, since results of steps are not encrypted.</summary>
    public async Task<JsonElement> ResultAsync(Guid tenantId, Guid bookingId, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select state::text
            from bookings.booking
            where tenant_id = $1
              and booking_id = $2
            """);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = bookingId });
        var state = (string)(await command.ExecuteScalarAsync(stop) ?? throw new InvalidOperationException($"booking {bookingId} is decided but not stored"));
        var b = JsonSerializer.Deserialize<Booking>(state, ContractsJson.Options)!;
        return ContractsJson.Element(new
        {
            b.BookingId,
            b.Code,
            b.UnitId,
            b.Status,
            b.Stay.CheckIn,
            b.Stay.CheckOut,
            b.Stay.Nights,
            b.Guests,
            b.Channel,
            total = Money(b.Price.Total, b.Price.Currency),
            deposit = Money(b.Price.Deposit, b.Price.Currency),
            paid = Money(b.Paid, b.Price.Currency),
            b.PaymentStatus,
            b.ExpiresAt,
            b.RefundPercent,
            refundDue = Money(b.RefundDue, b.Price.Currency),
        });
    }

    public static object Money(string amount, string currency) => new { amount, currency };
}
