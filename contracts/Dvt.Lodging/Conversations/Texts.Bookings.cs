using Dvt.Contracts;

namespace Dvt.Lodging.Conversations;

/// <summary>Offers, and what becomes of bookings.</summary>
public static partial class Texts
{
    const int MostTitle = 20;

    public static OutboundMessage Offer(string language, OpenUnit unit, Stay stay, int guests, PriceBreakdown price, bool hasOthers) => Say(
        language,
        $"{unit.Definition.Name} está libre {Span(language, stay.CheckIn, stay.CheckOut)}: {stay.Nights} noche(s), {guests} persona(s).\nTotal {price.Total} {price.Currency}, se reserva con {price.Deposit} {price.Currency}. ¿La reservo?",
        $"{unit.Definition.Name} is free {Span(language, stay.CheckIn, stay.CheckOut)}: {stay.Nights} night(s), {guests} guest(s).\nTotal {price.Total} {price.Currency}, a deposit of {price.Deposit} {price.Currency} confirms it. Shall I book it?",
        [
            ($"confirm_res_{unit.UnitId}", "Sí, reservar", "Yes, book it"), ($"change_dates_{unit.UnitId}", "Otras fechas", "Other dates"),
            .. hasOthers ? [("see_other_acc", "Ver otras", "See others")] : Array.Empty<(string, string, string)>(),
        ]);

    public static OutboundMessage WhichUnit(string language, Stay stay, string? taken, IReadOnlyList<(OpenUnit Unit, PriceBreakdown Price)> free)
    {
        // Two buttons that read the same are refused, and nobody could tell them apart.
        var isNumbered = free.DistinctBy(f => Cut(f.Unit.Definition.Name)).Count() < free.Count;
        var names = free.Select((f, n) => isNumbered ? $"{n + 1}. {f.Unit.Definition.Name}" : f.Unit.Definition.Name).ToList();
        var lines = string.Join('\n', free.Zip(names, (f, name) => $"{(isNumbered ? "" : "• ")}{name}: {f.Price.Total} {f.Price.Currency}"));
        return new(
            (taken, language) switch
            {
                (null, "en") => $"Free {Span(language, stay.CheckIn, stay.CheckOut)}:\n{lines}\nWhich one would you like?",
                (null, _) => $"Libres {Span(language, stay.CheckIn, stay.CheckOut)}:\n{lines}\n¿Cuál prefieres?",
                (_, "en") => $"{taken} cannot be had {Span(language, stay.CheckIn, stay.CheckOut)}, but these can:\n{lines}",
                _ => $"{taken} no se puede {Span(language, stay.CheckIn, stay.CheckOut)}, pero estas sí:\n{lines}",
            },
            [.. free.Zip(names, (f, name) => new Button($"acc_{f.Unit.UnitId}", Cut(name)))]);
    }

    static string Cut(string text) => text.Length <= MostTitle ? text : text[..(MostTitle - 1)] + "…";

    public static OutboundMessage NothingFree(string language, Stay stay, int guests, IReadOnlyList<Stay> alternatives) => Say(
        language,
        $"No tengo nada libre {Span(language, stay.CheckIn, stay.CheckOut)} para {guests} persona(s). {(alternatives.Count > 0 ? "Lo más cercano:" : "¿Te sirve otra fecha?")}",
        $"Nothing is free {Span(language, stay.CheckIn, stay.CheckOut)} for {guests} guest(s). {(alternatives.Count > 0 ? "The nearest:" : "Would other dates do?")}",
        [.. alternatives.Select(a => (RangeId(a), Short("es", a), Short("en", a))), ("date_custom", "Otras fechas", "Other dates")]);

    public static OutboundMessage Held(string language, Booked booking, string? link, UnitDefinition? unit)
    {
        var until = booking.ExpiresAt is { } at ? TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById(unit?.TimeZone ?? "UTC")).ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture) : "";
        return Say(
            language,
            $"Reservé {unit?.Name} {Span(language, booking.CheckIn, booking.CheckOut)}, código {booking.Code}. Para confirmarla paga {booking.Deposit} {booking.Currency} antes de las {until}{(link is null ? "." : $":\n{link}")}",
            $"I am holding {unit?.Name} {Span(language, booking.CheckIn, booking.CheckOut)}, code {booking.Code}. To confirm it, pay {booking.Deposit} {booking.Currency} before {until}{(link is null ? "." : $":\n{link}")}",
            ($"pay_now_{booking.Code}", "Pagar", "Pay"), ($"change_dates_{booking.Code}", "Cambiar fechas", "Change dates"), ($"cancel_res_{booking.Code}", "Cancelar", "Cancel"));
    }

    public static OutboundMessage Payment(string language, Booked booking, string? link) => link is null
        ? Say(language, $"La reserva {booking.Code} se confirma con {booking.Deposit} {booking.Currency}. Una persona te dirá cómo pagar.", $"Booking {booking.Code} is confirmed by {booking.Deposit} {booking.Currency}. A person will tell you how to pay.")
        : Say(language, $"Para confirmar {booking.Code} paga {booking.Deposit} {booking.Currency} aquí:\n{link}", $"To confirm {booking.Code}, pay {booking.Deposit} {booking.Currency} here:\n{link}");

    public static OutboundMessage PaymentRejected(string language, Booked booking, string? link) => Say(
        language, $"El pago de {booking.Code} no fue aprobado. Puedes intentarlo otra vez{(link is null ? "." : $":\n{link}")}", $"The payment for {booking.Code} was not approved. You can try again{(link is null ? "." : $":\n{link}")}");

    public static OutboundMessage PaymentPending(string language, Booked booking) => Say(
        language, $"El pago de {booking.Code} está en proceso. Te aviso en cuanto se apruebe.", $"The payment for {booking.Code} is being processed. I will tell you once it is approved.");

    public static OutboundMessage RefundDue(string language, Booked booking) => Say(
        language, $"Tu pago de {booking.Code} llegó cuando las noches ya no estaban libres. Te lo devolvemos.", $"Your payment for {booking.Code} came when the nights were free no more. It will be paid back.",
        ("reserve_again", "Buscar otra vez", "Search again"));

    public static OutboundMessage Confirmed(string language, Booked booking, UnitDefinition? unit) => Say(
        language, $"¡Confirmado! Tu reserva {booking.Code} en {unit?.Name} {Span(language, booking.CheckIn, booking.CheckOut)}. Entrada desde las {unit?.CheckInTime}, salida hasta las {unit?.CheckOutTime}. ¡Te esperamos!",
        $"Confirmed! Your booking {booking.Code} at {unit?.Name}, {Span(language, booking.CheckIn, booking.CheckOut)}. Check-in from {unit?.CheckInTime}, check-out by {unit?.CheckOutTime}. See you soon!",
        ($"view_details_{booking.Code}", "Ver detalles", "See details"), ($"change_dates_{booking.Code}", "Cambiar fechas", "Change dates"));

    public static OutboundMessage Expired(string language, Booked booking) => Say(
        language, $"El tiempo para pagar {booking.Code} terminó y las noches quedaron libres. ¿La busco otra vez?", $"The time to pay for {booking.Code} is over and its nights are free again. Shall I look again?",
        ("reserve_again", "Reservar otra vez", "Book again"));

    public static OutboundMessage Cancelled(string language, Booked booking) => Say(language, $"Tu reserva {booking.Code} quedó cancelada.", $"Your booking {booking.Code} is cancelled.", ("reserve_again", "Reservar otra vez", "Book again"));

    public static OutboundMessage Changed(string language, Booked booking, PriceBreakdown price) => Say(
        language, $"Listo: {booking.Code} es ahora {Span(language, booking.CheckIn, booking.CheckOut)}. Total {price.Total} {price.Currency}.", $"Done: {booking.Code} is now {Span(language, booking.CheckIn, booking.CheckOut)}. Total {price.Total} {price.Currency}.");

    public static OutboundMessage ReallyCancel(string language, Booked booking) => Say(
        language, $"¿Cancelo tu reserva {booking.Code} {Span(language, booking.CheckIn, booking.CheckOut)}?", $"Shall I cancel your booking {booking.Code}, {Span(language, booking.CheckIn, booking.CheckOut)}?",
        ($"cancel_yes_{booking.Code}", "Sí, cancelar", "Yes, cancel"), ($"cancel_no_{booking.Code}", "No", "No"));

    public static OutboundMessage WhichNewDates(string language, Booked booking) => Say(
        language, $"Tu reserva {booking.Code} es {Span(language, booking.CheckIn, booking.CheckOut)}. ¿Para qué fechas la cambio?", $"Your booking {booking.Code} is {Span(language, booking.CheckIn, booking.CheckOut)}. To which dates shall I move it?");

    public static OutboundMessage Details(string language, Booked booking, string? unit) => Say(
        language, $"Reserva {booking.Code}: {unit}, {Span(language, booking.CheckIn, booking.CheckOut)}, {booking.Guests} persona(s). Estado: {StatusOf(language, booking.Status)}.",
        $"Booking {booking.Code}: {unit}, {Span(language, booking.CheckIn, booking.CheckOut)}, {booking.Guests} guest(s). Status: {StatusOf(language, booking.Status)}.");

    static string StatusOf(string language, string status) => (language, status) switch
    {
        ("en", BookingStatus.Held) => "waiting for the deposit",
        ("en", _) => status.Replace('_', ' '),
        (_, BookingStatus.Held) => "esperando el pago",
        (_, BookingStatus.Confirmed) => "confirmada",
        (_, BookingStatus.Cancelled) => "cancelada",
        (_, BookingStatus.Expired) => "vencida",
        (_, BookingStatus.CheckedIn) => "en curso",
        _ => "terminada",
    };

    public static OutboundMessage Refused(string language, string code, IReadOnlyList<Stay> alternatives) => code switch
    {
        "date_overlap" => Say(
            language, $"Esas noches se acaban de ocupar. {(alternatives.Count > 0 ? "Lo más cercano:" : "¿Probamos otras fechas?")}", $"Those nights have just been taken. {(alternatives.Count > 0 ? "The nearest:" : "Shall we try other dates?")}",
            [.. alternatives.Select(a => (RangeId(a), Short("es", a), Short("en", a))), ("date_custom", "Otras fechas", "Other dates")]),
        "min_nights" => Say(language, "Para esas fechas se piden más noches. ¿Qué fechas prefieres?", "Those dates need a longer stay. Which dates would you prefer?"),
        "expired" => Say(language, "El tiempo de esa reserva ya terminó.", "The time of that booking is over.", ("reserve_again", "Reservar otra vez", "Book again")),
        _ => Say(language, "No se pudo hacer. ¿Quieres que te atienda una persona?", "That could not be done. Would you like a person to help you?", ("help_person", "Una persona", "A person"), ("menu_back", "Volver", "Back")),
    };

    public static OutboundMessage NothingToOffer(string language) => Say(
        language, "Por ahora no tengo alojamientos para ofrecerte. ¿Quieres que te atienda una persona?", "There is nothing I could offer you at the moment. Would you like a person to help you?",
        ("help_person", "Una persona", "A person"));

    /// <param name="units">At least one.</param>
    public static OutboundMessage Services(string language, IReadOnlyList<OpenUnit> units)
    {
        var lines = units.Select(u => $"• {u.Definition.Name} ({u.Definition.Capacity}): {string.Join(", ", u.Definition.Amenities.Concat(u.Definition.Policies.Select(p => $"{p.Key}: {p.Value}")).DefaultIfEmpty("–"))}"
            + (language == "en" ? $". Check-in {u.Definition.CheckInTime}, check-out {u.Definition.CheckOutTime}" : $". Entrada {u.Definition.CheckInTime}, salida {u.Definition.CheckOutTime}"));
        return Say(
            language, $"Esto incluye:\n{string.Join('\n', lines)}", $"This is included:\n{string.Join('\n', lines)}",
            ("menu_availability", "Disponibilidad", "Availability"), ("help_person", "Una persona", "A person"));
    }
}
