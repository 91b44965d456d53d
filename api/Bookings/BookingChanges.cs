using Dvt.Contracts;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>What becomes of a booking after it is held.</summary>
static class BookingChanges
{
    static readonly ProblemKind[] Usual = [Problems.BookingNotFound, Problems.InvalidState, Problems.Expired, Problems.IdempotencyKeyReused, Problems.RevisionMismatch];

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Bare("confirmation", Confirm, "Confirm a hold"),
        Post("/v1/bookings/{code}/cancellation", Permission.ManageBookings, Cancel, "Cancel; what is to be paid back is in `refundDue`") with
        {
            Body = "BookingCancellation", BodyOptional = true, Answer = "Booking", Queues = true, Matches = true, Example = """{"reason":"guest fell ill"}""", Problems = Usual,
        },
        Bare("extension", Extend, "Half an hour more for a hold, once"),
        Post("/v1/bookings/{code}/dates", Permission.ManageBookings, ChangeDates, "Move to other nights in one step, at what they cost now") with
        {
            Body = "BookingDates", Answer = "Booking", Queues = true, Matches = true, Example = """{"checkIn":"2026-12-20","checkOut":"2026-12-23"}""",
            Problems = [.. Usual, .. Bookings.OfStays],
            Description = "When the new nights are not free the booking stays where it is, and `alternatives` names nights that are.",
        },
        Bare("check-in", CheckIn, "The guest has come"),
        Bare("completion", Complete, "The guest has left"),
        Bare("no-show", NoShow, "The guest did not come; the nights are free"),
        Post("/v1/bookings/{code}/payments", Permission.RecordPayments, Pay, "Record a payment made outside, cash too") with
        {
            Body = "NewBookingPayment", Answer = "Booking", Queues = true, Matches = true, Example = """{"paymentId":"cash-17","amount":{"amount":"10800.00","currency":"ARS"},"status":"approved"}""",
            Problems = [Problems.BookingNotFound, Problems.InvalidAmount, Problems.IdempotencyKeyReused, Problems.RevisionMismatch],
            Description =
                """
                The same `paymentId` is the same payment: told twice or out of order it changes nothing, told with a later status it goes on. Once the
                approved sum reaches the deposit a hold is confirmed; after its expiry its nights are taken again if they are free, and otherwise what
                came is in `refundDue`. The `amount` of a `refunded` one is all of it that has gone back so far: what was kept stays in `paid`. The
                currency is the booking's, or the payment is refused with `invalid_amount`.
                """,
        },
    ];

    static Endpoint Bare(string what, Func<Call, Task> handle, string summary) => Post($"/v1/bookings/{{code}}/{what}", Permission.ManageBookings, handle, summary) with
    {
        Body = "Nothing",
        BodyOptional = true,
        Answer = "Booking",
        Queues = true,
        Matches = true,
        Problems = Usual,
    };

    static Task Confirm(Call call) => SendAsync(call, (p, _) => new ConfirmBooking(p.BookingId, p.UnitId, call.IfMatch()));

    static Task Extend(Call call) => SendAsync(call, (p, _) => new ExtendBooking(p.BookingId, p.UnitId, call.IfMatch()));

    static Task CheckIn(Call call) => SendAsync(call, (p, _) => new CheckInBooking(p.BookingId, p.UnitId, call.IfMatch()));

    static Task Complete(Call call) => SendAsync(call, (p, _) => new CompleteBooking(p.BookingId, p.UnitId, call.IfMatch()));

    static Task NoShow(Call call) => SendAsync(call, (p, _) => new MarkNoShow(p.BookingId, p.UnitId, call.IfMatch()));

    static Task Cancel(Call call) => SendAsync(call, (p, body) => new CancelBooking(p.BookingId, p.UnitId, body.Text("reason"), call.IfMatch()));

    static Task ChangeDates(Call call) => SendAsync(call, (p, body) => new ChangeBookingDates(
        p.BookingId, p.UnitId, BookingJson.Date(body, "checkIn"), BookingJson.Date(body, "checkOut"), body.Element("guests") is { } guests ? (int)BookingJson.Number(guests, "/guests") : null,
        call.IfMatch()));

    static Task Pay(Call call) => SendAsync(call, (p, body) =>
    {
        var (amount, currency) = AmountOf(body);
        if (p.Currency is { } known && currency is not null && currency != known)
            throw new ProblemException(Problems.InvalidAmount, faults: [new("/amount/currency", Problems.InvalidAmount.Code, $"the booking is in {known}")]);
        return new RecordBookingPayment(p.BookingId, p.UnitId, body.Text("paymentId")!, amount, body.Text("status")!, currency, call.IfMatch());
    });

    /// <summary>Without a currency it is the booking's.</summary>
    static (string Amount, string? Currency) AmountOf(RequestBody body) => body.Text("amount") is { } text
        ? (text, null)
        : (body.Json.GetProperty("amount").GetProperty("amount").GetString()!, body.Json.GetProperty("amount").GetProperty("currency").GetString());

    static async Task SendAsync<TCommand>(Call call, Func<BookingPlace, RequestBody, TCommand> command) where TCommand : ICommand
    {
        var body = await call.BodyAsync();
        var place = await call.PlaceAsync(call.Route("code"));
        await Bookings.SendAsync(call, command(place, body), place.BookingId, place.UnitId, body.Ids);
    }
}
