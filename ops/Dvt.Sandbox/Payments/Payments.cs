using System.Text.Json;

namespace Dvt.Sandbox;

/// <summary>
/// The page behind a payment link, until there are payment providers: whoever opens it pays, fails or leaves it pending, and the
/// application is told by <c>POST /v1/bookings/{code}/payments</c>, with an API key given by configuration.
/// </summary>
static class Payments
{
    public static void MapPayments(this WebApplication app, Journal journal)
    {
        var till = new PaymentTill(app.Configuration, journal);
        app.MapGet("/payments/settings", () => Results.Json(till.Shown));
        app.MapPut("/payments/settings", (PaymentSettings settings) => till.Set(settings));
        app.MapGet("/payments", till.List);
        app.MapGet("/payments/{code}", (string code, string? amount, string? currency, string? lang, string? account) =>
            PaymentPage.Ask(new PaymentForm(code, amount ?? "0.00", currency ?? "USD", lang ?? "es", account, "sandbox-" + Guid.NewGuid().ToString("n"))));
        app.MapPost("/payments/{code}", (Delegate)till.DecideAsync).OfProvider("payments", status => ("text/html", $"<h1>{status}</h1>"));
    }
}

/// <param name="ApiUrl">Of the application, on this machine.</param>
/// <param name="ApiKey">Of a user that may record payments; by account when several tenants share the sandbox.</param>
/// <param name="Duplicates">Every payment is posted so many times more.</param>
/// <param name="DelayMs">Before it is posted, the page having answered already.</param>
sealed record PaymentSettings(string? ApiUrl = null, string? ApiKey = null, Dictionary<string, string>? ApiKeys = null, int Duplicates = 0, int DelayMs = 0);

/// <param name="Amount">Decimal text, as in the API.</param>
/// <param name="PaymentId">Made with the form, so that a second press is the same payment.</param>
sealed record PaymentForm(string Code, string Amount, string Currency, string Lang, string? Account, string PaymentId)
{
    /// <summary>The body of the call: <c>{paymentId, amount:{amount, currency}, status}</c>.</summary>
    public string Body(string status) => JsonSerializer.Serialize(new { paymentId = PaymentId, amount = new { amount = Amount, currency = Currency }, status });
}
