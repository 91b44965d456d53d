using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>What the page of one booking shows besides the booking itself.</summary>
static class BookingPages
{
    static readonly ProblemKind[] Missing = [Problems.BookingNotFound, Problems.ViewBehind];

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/bookings/{code}/timeline", Permission.ReadBookings, Timeline, "What happened to a booking, in order") with
        {
            Answer = "BookingEventList", Lists = true, Reads = true, Problems = Missing,
            Description = "By code or id. The events of its stream, without who stays.",
            AnswerExample =
                """
                {"items":[{"eventId":"0197a3c0-0000-8000-8000-000000000001","type":"BookingConfirmed","seq":2,"occurredAt":"2026-12-01T10:00:00Z","recordedAt":"2026-12-01T10:00:00Z","actor":"user:0197a3c0-0000-7000-8000-000000000003","data":{"retook":false}}],"nextCursor":null}
                """,
        },
        Get("/v1/bookings/{code}/payments", Permission.ReadBookings, Payments, "Outside payments of a booking as they stand") with
        {
            Answer = "BookingPaymentList", Reads = true, Problems = Missing,
            AnswerExample =
                """
                {"items":[{"paymentId":"mp-123","amount":"10800.00","currency":"DOP","status":"approved","firstAt":"2026-12-01T10:00:00Z","lastAt":"2026-12-01T10:00:05Z","events":2}]}
                """,
        },
    ];

    static async Task Timeline(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var shown = await call.BookingAsync(call.Route("code"));
        await call.JsonAsync(call.Told(await call.Backend.BookingHistory.EventsAsync(
            call.Caller.TenantId, shown.Booking.BookingId, call.Query("cursor"), call.Limit(), call.Stop)));
    }

    static async Task Payments(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var shown = await call.BookingAsync(call.Route("code"));
        var payments = call.Told(await call.Backend.BookingHistory.PaymentsAsync(call.Caller.TenantId, shown.Booking.BookingId, call.Stop));
        await call.JsonAsync(new
        {
            items = payments.Select(p => new { p.PaymentId, p.Amount, shown.Booking.Price.Currency, p.Status, p.Refunded, p.FirstAt, p.LastAt, p.Events }),
        });
    }
}
