using System.Globalization;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Lodging.Bookings;
using Dvt.Lodging.Prices;
using Dvt.ReadModels;

namespace Dvt.Api;

/// <summary>How bookings, their prices and their guests are shown.</summary>
static class BookingJson
{
    public static object Describe(Call call, BookingShown shown)
    {
        var b = shown.Booking;
        return new
        {
            b.BookingId,
            b.Code,
            b.UnitId,
            shown.UnitName,
            b.Status,
            b.PaymentStatus,
            b.Channel,
            b.GuestId,
            guest = GuestOf(call, shown.Guest),
            b.Stay.CheckIn,
            b.Stay.CheckOut,
            b.Stay.Nights,
            b.Guests,
            price = Price(b.Price),
            total = new Money(b.Price.Total, b.Price.Currency),
            deposit = new Money(b.Price.Deposit, b.Price.Currency),
            paid = new Money(b.Paid, b.Price.Currency),
            refundDue = new Money(b.RefundDue, b.Price.Currency),
            b.RefundPercent,
            b.Cancellation,
            b.CancelReason,
            b.ExpiresAt,
            b.Extended,
            payments = b.Payments.Select(p => new
            {
                p.PaymentId,
                amount = new Money(p.Amount, b.Price.Currency),
                p.Status,
                refunded = p.Refunded is { } back ? new Money(back, b.Price.Currency) : null,
            }),
            note = call.Caller.May(Permission.ReadGuests) ? shown.Guest?.Note : null,
            b.CreatedAt,
            b.ConfirmedAt,
            b.CheckedInAt,
            b.EndedAt,
            shown.UpdatedAt,
            shown.Revision,
        };
    }

    /// <summary>Nobody without the permission, and nobody any more once the person is erased.</summary>
    public static object? GuestOf(Call call, Guest? guest) =>
        guest is null || !call.Caller.May(Permission.ReadGuests) ? null : new { guest.Name, guest.Phone, guest.Email, guest.Document };

    public static object Price(PriceBreakdown price) => new
    {
        nights = price.Nights.Select(n => new { n.Date, price = new Money(n.Amount, price.Currency) }),
        subtotal = new Money(price.Subtotal, price.Currency),
        price.DiscountPercent,
        discount = new Money(price.Discount, price.Currency),
        cleaning = new Money(price.Cleaning, price.Currency),
        total = new Money(price.Total, price.Currency),
        deposit = new Money(price.Deposit, price.Currency),
    };

    /// <exception cref="ProblemException">422: it is no date.</exception>
    public static DateOnly Date(RequestBody body, string name) =>
        DateOnly.TryParseExact(body.Text(name), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw new ProblemException(Problems.ValidationFailed, "See errors for what cannot be taken.", [new($"/{name}", "invalid_date", "is no date of the form YYYY-MM-DD")]);

    /// <summary>A number that its schema has bounds for, also one that is written as <c>2.0</c>.</summary>
    /// <exception cref="ProblemException">422: it has more digits than anybody needs.</exception>
    public static decimal Number(JsonElement value, string pointer) => value.TryGetDecimal(out var number)
        ? number
        : throw new ProblemException(Problems.ValidationFailed, "See errors for what cannot be taken.", [new(pointer, "out_of_range", "has too many digits")]);

    /// <exception cref="ProblemException">400: it is no date.</exception>
    public static DateOnly? QueryDate(this Call call, string name) => call.Query(name) is not { } text
        ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw Call.InvalidParameter(name, "is no date of the form YYYY-MM-DD");

    /// <exception cref="ProblemException">400: it is missing or no date.</exception>
    public static DateOnly RequiredDate(this Call call, string name) => call.QueryDate(name) ?? throw Call.InvalidParameter(name, "is missing");

    /// <exception cref="ProblemException">400: it is missing or no id.</exception>
    public static Guid RequiredId(this Call call, string name) =>
        call.Query<Guid>(name) ?? throw Call.InvalidParameter(name, "is missing");

    public static Money Of(decimal amount, string currency) => new(Currencies.Text(amount, currency), currency);
}
