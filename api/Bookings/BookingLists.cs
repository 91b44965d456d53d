using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Lists of bookings.</summary>
static class BookingLists
{
    /// <summary>By what bookings are listed and exported.</summary>
    public static readonly IReadOnlyList<Parameter> Filters =
    [
        new("status", "Only these.", """{"enum":["held","confirmed","checked_in","completed","expired","cancelled","no_show"]}"""),
        new("unit", "Of this unit.", """{"type":"string","format":"uuid"}"""),
        new("from", "Stays with a night on this day or later.", """{"type":"string","format":"date"}"""),
        new("to", "Stays with a night before this day.", """{"type":"string","format":"date"}"""),
        new("channel", "That came this way.", """{"enum":["direct","whatsapp","airbnb","booking","mercadolibre","other"]}"""),
        new("q", "Part of a code, of the guest's name, phone or email, or of the unit's name."),
    ];

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/bookings", Permission.ReadBookings, List, "List bookings") with
        {
            Answer = "BookingList", Lists = true, Reads = true,
            Parameters = [.. Filters, new("sort", "Order; newest first unless told.", """{"enum":["createdAt","-createdAt","checkIn","-checkIn"],"default":"-createdAt"}""")],
        },
    ];

    static async Task List(Call call)
    {
        call.CheckQueryNames();
        await call.MinPositionAsync();
        var page = call.Told(await call.Backend.Bookings.ListAsync(call.Caller.TenantId, FilterOf(call, call.Limit(), call.Query("cursor"), call.Query("sort")), call.Stop));
        await call.PageAsync(page.Items.Select(row => Describe(call, row)), page.NextCursor);
    }

    public static BookingFilter FilterOf(Call call, int limit, string? cursor, string? sort) => new(
        call.Query("status"), call.Query<Guid>("unit"), call.QueryDate("from"), call.QueryDate("to"), call.Query("channel"), call.Query("q"),
        call.Caller.May(Permission.ReadGuests), sort, limit, cursor);

    static object Describe(Call call, BookingRow row) => new
    {
        row.BookingId,
        row.Code,
        row.UnitId,
        row.UnitName,
        row.Status,
        row.PaymentStatus,
        row.Channel,
        row.GuestId,
        guest = BookingJson.GuestOf(call, row.Guest),
        row.Stay.CheckIn,
        row.Stay.CheckOut,
        row.Stay.Nights,
        row.Guests,
        total = BookingJson.Of(row.Total, row.Currency),
        deposit = BookingJson.Of(row.Deposit, row.Currency),
        paid = BookingJson.Of(row.Paid, row.Currency),
        refundDue = BookingJson.Of(row.RefundDue, row.Currency),
        row.ExpiresAt,
        row.CreatedAt,
        row.ConfirmedAt,
        row.EndedAt,
        row.UpdatedAt,
    };
}
