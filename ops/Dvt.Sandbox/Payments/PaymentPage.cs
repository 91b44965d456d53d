using System.Text.Encodings.Web;

namespace Dvt.Sandbox;

/// <summary>The page in Spanish and English: what is to be paid and three buttons; then what became of it.</summary>
static class PaymentPage
{
    sealed record Words(string Title, string For, string Pay, string Fail, string Pending, string Approved, string Rejected, string IsPending, string NotTold, string Note);

    static readonly Words Spanish = new(
        "Pago de tu reserva", "Reserva", "Pagar", "Rechazar el pago", "Dejar pendiente", "Pago aprobado. ¡Gracias!", "El pago fue rechazado.",
        "El pago está pendiente.", "El negocio no respondió; inténtalo otra vez.", "Página de prueba: no se cobra nada.");

    static readonly Words English = new(
        "Payment of your booking", "Booking", "Pay", "Decline the payment", "Leave it pending", "Payment approved. Thank you!", "The payment was declined.",
        "The payment is pending.", "The business did not answer; please try again.", "Test page: nothing is charged.");

    public static IResult Ask(PaymentForm form) => Page(form, In(form), Buttons(form, In(form), pending: true));

    /// <param name="answer">Of the application; null when it is told later.</param>
    public static IResult Tell(PaymentForm form, string status, int? answer)
    {
        var words = In(form);
        var isTold = answer is null or (>= 200 and < 300);
        var outcome = !isTold ? words.NotTold : status switch { "approved" => words.Approved, "rejected" => words.Rejected, _ => words.IsPending };
        var detail = answer is null or (>= 200 and < 300) ? "" : $" ({answer})";
        var more = !isTold || status == "pending" ? Buttons(form, words, pending: !isTold) : "";
        return Page(form, words, $"""<p id="outcome" role="status">{Safe(outcome + detail)}</p>{more}""");
    }

    static Words In(PaymentForm form) => form.Lang.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? English : Spanish;

    static string Buttons(PaymentForm form, Words words, bool pending) => $"""
        <form method="post" action="/payments/{Uri.EscapeDataString(form.Code)}">
          <input type="hidden" name="paymentId" value="{Safe(form.PaymentId)}">
          <input type="hidden" name="amount" value="{Safe(form.Amount)}">
          <input type="hidden" name="currency" value="{Safe(form.Currency)}">
          <input type="hidden" name="lang" value="{Safe(form.Lang)}">
          <input type="hidden" name="account" value="{Safe(form.Account ?? "")}">
          <button name="action" value="pay">{words.Pay}</button>
          <button name="action" value="fail">{words.Fail}</button>
          {(pending ? $"""<button name="action" value="pending">{words.Pending}</button>""" : "")}
        </form>
        """;

    static IResult Page(PaymentForm form, Words words, string body) => Results.Text($$"""
        <!doctype html>
        <html lang="{{(words == English ? "en" : "es")}}">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>{{words.Title}}</title>
        <style>body { font: 18px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 30rem; padding: 0 1rem; } button { font: inherit; margin: .3rem; padding: .4rem 1rem; }</style>
        <h1>{{words.Title}}</h1>
        <p>{{words.For}} <strong>{{Safe(form.Code)}}</strong></p>
        <p><strong>{{Safe(form.Currency)}} {{Safe(form.Amount)}}</strong></p>
        {{body}}
        <p><small>{{words.Note}}</small></p>
        </html>
        """, "text/html; charset=utf-8");

    static string Safe(string text) => HtmlEncoder.Default.Encode(text);
}
