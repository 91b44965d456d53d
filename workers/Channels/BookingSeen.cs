using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Workers.Channels;

/// <summary>What messages know of a booking: a fold of its events, which changes nothing and decides nothing.</summary>
/// <param name="Guest">As in the event: encrypted with the key of <paramref name="GuestId"/>.</param>
/// <param name="Addresses">Channels on which the guest can be reached.</param>
/// <param name="Channel">Where the booking came from.</param>
/// <param name="Paid">Of all payments, as decimal text.</param>
/// <param name="RefundDue">What goes back to the guest.</param>
sealed record BookingSeen(
    Guid BookingId, string Code, Guid UnitId, Guid GuestId, JsonElement Guest, IReadOnlyList<string> Addresses, DateOnly CheckIn, DateOnly CheckOut, int Guests,
    string Channel, string Currency, string Total, string Deposit, string Paid, string? RefundDue, string Status, DateTimeOffset ExpiresAt)
{
    public const string Prefix = "booking-";

    public static BookingSeen Of(JsonElement held)
    {
        var price = held.GetProperty("price").Deserialize<PriceBreakdown>(ContractsJson.Options)!;
        return new(
            held.GetProperty("bookingId").GetGuid(), held.GetProperty("code").GetString()!, held.GetProperty("unitId").GetGuid(), held.GetProperty("guestId").GetGuid(),
            held.GetProperty("guest"), Addresses: [], Date(held, "checkIn"), Date(held, "checkOut"), held.GetProperty("guests").GetInt32(),
            held.GetProperty("channel").GetString()!, price.Currency, price.Total, price.Deposit, Paid: "0", RefundDue: null, BookingStatus.Held,
            held.GetProperty("expiresAt").GetDateTimeOffset());
    }

    public BookingSeen After(string type, JsonElement e) => type switch
    {
        nameof(BookingConfirmed) => this with { Status = BookingStatus.Confirmed },
        nameof(BookingCancelled) => this with { Status = BookingStatus.Cancelled, RefundDue = Text(e, "refundDue") },
        nameof(BookingExpired) => this with { Status = BookingStatus.Expired },
        nameof(BookingExtended) => this with { ExpiresAt = e.GetProperty("expiresAt").GetDateTimeOffset() },
        nameof(BookingCheckedIn) => this with { Status = BookingStatus.CheckedIn },
        nameof(BookingCompleted) => this with { Status = BookingStatus.Completed },
        nameof(BookingNoShow) => this with { Status = BookingStatus.NoShow },
        nameof(BookingPaymentRecorded) => this with { Paid = Text(e, "paid") ?? Paid, RefundDue = Text(e, "refundDue") ?? RefundDue },
        nameof(BookingRefundDue) => this with { RefundDue = Text(e, "refundDue") ?? RefundDue },
        nameof(BookingDatesChanged) => Moved(e),
        _ => this,
    };

    BookingSeen Moved(JsonElement e)
    {
        var price = e.GetProperty("price").Deserialize<PriceBreakdown>(ContractsJson.Options)!;
        return this with
        {
            CheckIn = Date(e, "checkIn"),
            CheckOut = Date(e, "checkOut"),
            Guests = e.GetProperty("guests").GetInt32(),
            Total = price.Total,
            Deposit = price.Deposit,
        };
    }

    static DateOnly Date(JsonElement e, string name) => e.GetProperty(name).Deserialize<DateOnly>(ContractsJson.Options);

    static string? Text(JsonElement e, string name) => e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>What messages know of a unit.</summary>
sealed record UnitSeen(string Name, string TimeZone, string CheckInTime, string CheckOutTime)
{
    public static readonly UnitSeen Unknown = new("", "UTC", "15:00", "11:00");

    public static UnitSeen Of(JsonElement definition) => definition.Deserialize<UnitSeen>(ContractsJson.Options)!;
}
