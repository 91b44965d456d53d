using Dvt.Contracts;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Bookings: held, looked at, changed.</summary>
static class Bookings
{
    public const string Example =
        """
        {"unitId":"0197a3c4-0000-7000-8000-000000000001","checkIn":"2026-12-18","checkOut":"2026-12-21","guests":2,
         "guest":{"name":"Ana Pérez","phone":"+18095550101","email":"ana@guest.example"},"channel":"direct"}
        """;

    public static readonly ProblemKind[] OfStays =
    [
        Problems.UnitNotFound, Problems.UnitInactive, Problems.InvalidDates, Problems.InvalidGuests, Problems.MinNights, Problems.DateOverlap,
    ];

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Post("/v1/bookings", Permission.ManageBookings, Hold, "Hold nights for half an hour") with
        {
            Body = "NewBooking", Status = 201, Answer = "Booking", Queues = true, Example = Example, Problems = [.. OfStays, Problems.IdempotencyKeyReused],
            Description = "A refused `date_overlap` names the nearest free stays of the same length in `alternatives`.",
        },
        .. BookingLists.Routes,
        Get("/v1/bookings/{code}", Permission.ReadBookings, Find, "A booking by its code or id") with
        {
            Answer = "Booking", Reads = true, Problems = [Problems.BookingNotFound, Problems.ViewBehind],
        },
        .. BookingChanges.Routes,
        .. Guests.Routes,
    ];

    static async Task Hold(Call call)
    {
        var body = await call.BodyAsync();
        var unitId = Guid.Parse(body.Text("unitId")!);
        var guest = body.Json.GetProperty("guest");
        var bookingId = BookingIds.Of(body.Ids.KeyId, call.Caller.TenantId, unitId);
        var command = new HoldBooking(
            bookingId, unitId, BookingJson.Date(body, "checkIn"), BookingJson.Date(body, "checkOut"), (int)BookingJson.Number(body.Json.GetProperty("guests"), "/guests"),
            ContractsJson.Read<Guest>(guest) with { Note = body.Text("note") }, body.Text("channel") ?? BookingChannels.Direct);
        await SendAsync(call, command, bookingId, unitId, body.Ids, status: 201);
    }

    /// <summary>Sends an order about a booking and answers with the booking.</summary>
    public static async Task SendAsync<TCommand>(Call call, TCommand command, Guid bookingId, Guid unitId, RequestIds ids, int status = 200) where TCommand : ICommand
    {
        var self = $"/v1/bookings/{bookingId}";
        var order = Submit.Of(call, command, unitId.ToString(), ids, new Resource("booking", bookingId.ToString()), call.Wait());
        await call.AnswerAsync(order, self, async _ =>
        {
            var shown = await call.BookingAsync(bookingId.ToString());
            call.Http.Response.Headers.Location = self;
            call.Tag(shown.Revision);
            await call.JsonAsync(BookingJson.Describe(call, shown), status);
        });
    }

    static async Task Find(Call call)
    {
        await call.MinPositionAsync();
        var shown = await call.BookingAsync(call.Route("code"));
        call.Tag(shown.Revision);
        await call.JsonAsync(BookingJson.Describe(call, shown));
    }
}
