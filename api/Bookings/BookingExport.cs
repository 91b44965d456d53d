using System.Globalization;
using Dvt.ReadModels;
using static Dvt.Api.Endpoint;

namespace Dvt.Api;

/// <summary>Bookings to take away: the list as one CSV file, with all that its filters choose.</summary>
static class BookingExport
{
    const string Csv = "text/csv";
    const int AtOnce = 1_000;

    /// <summary>The first ten as the original had them.</summary>
    static readonly string[] English =
    [
        "code", "unit_id", "guest_name", "guest_email", "guest_phone", "check_in", "check_out", "status", "total_price", "created_at", "unit", "nights", "guests",
        "channel", "currency", "deposit", "paid", "payment_status", "refund_due", "confirmed_at", "ended_at", "booking_id",
    ];

    static readonly string[] Spanish =
    [
        "código", "id_alojamiento", "huésped", "correo", "teléfono", "entrada", "salida", "estado", "precio_total", "creada", "alojamiento", "noches", "huéspedes",
        "canal", "moneda", "seña", "pagado", "estado_pago", "a_devolver", "confirmada", "terminada", "id_reserva",
    ];

    public static readonly IReadOnlyList<Endpoint> Routes =
    [
        Get("/v1/bookings/export.csv", Permission.ReadBookings, Export, "The list of bookings as one CSV file, streamed") with
        {
            Produces = Csv, Reads = true,
            Description = "Takes the filters of the list. A text that would begin a formula has an apostrophe in front; whoever may not see guests gets their columns empty.",
            Parameters =
            [
                .. BookingLists.Filters,
                new("lang", "Language of the header; by `Accept-Language` unless told.", """{"enum":["en","es"]}"""),
            ],
        },
    ];

    static async Task Export(Call call)
    {
        call.CheckQueryNames();
        var header = HeaderOf(call);
        await call.MinPositionAsync();
        await new PagedFile<BookingRow>(
            $"{Csv}; charset=utf-8", "bookings.csv", CsvText.Line([.. header]), cursor => PageAsync(call, cursor), row => Line(row, call.Caller.May(Permission.ReadGuests))).SendAsync(call);
    }

    static Task<Fresh<Page<BookingRow>>> PageAsync(Call call, string? cursor) =>
        call.Backend.Bookings.ListAsync(call.Caller.TenantId, BookingLists.FilterOf(call, AtOnce, cursor, sort: "createdAt"), call.Stop, AtOnce);

    static string[] HeaderOf(Call call) => call.Query("lang") switch
    {
        "es" => Spanish,
        "en" => English,
        null => call.Http.Request.Headers.AcceptLanguage.ToString().StartsWith("es", StringComparison.OrdinalIgnoreCase) ? Spanish : English,
        _ => throw Call.InvalidParameter("lang", "is en or es"),
    };

    static string Line(BookingRow b, bool withGuests)
    {
        var guest = withGuests ? b.Guest : null;
        return CsvText.Line(
            b.Code, b.UnitId, guest?.Name, guest?.Email, guest?.Phone, Day(b.Stay.CheckIn), Day(b.Stay.CheckOut), b.Status, Money(b.Total), b.CreatedAt, b.UnitName,
            b.Stay.Nights, b.Guests, b.Channel, b.Currency, Money(b.Deposit), Money(b.Paid), b.PaymentStatus, Money(b.RefundDue), b.ConfirmedAt, b.EndedAt, b.BookingId);
    }

    static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static string Money(decimal amount) => amount.ToString(CultureInfo.InvariantCulture);
}
