using System.Globalization;
using Dvt.Contracts;

namespace Dvt.Lodging.Conversations;

/// <summary>What guests read, in Spanish and English. Titles of buttons have 20 characters at the most.</summary>
public static partial class Texts
{
    const string Iso = "yyyy-MM-dd";

    static readonly string[] Months = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"];

    static OutboundMessage Say(string language, string spanish, string english, params IReadOnlyList<(string Id, string Spanish, string English)> buttons) => new(
        language == "en" ? english : spanish, buttons.Count == 0 ? null : [.. buttons.Select(b => new Button(b.Id, language == "en" ? b.English : b.Spanish))]);

    static string Date(string language, DateOnly day) => language == "en"
        ? day.ToString("MMM d, yyyy", CultureInfo.InvariantCulture) : $"{day.Day} {Months[day.Month - 1]} {day.Year}";

    static string Span(string language, DateOnly from, DateOnly to) =>
        language == "en" ? $"{Date(language, from)} to {Date(language, to)}" : $"del {Date(language, from)} al {Date(language, to)}";

    static string RangeId(Stay stay) => $"date_range_{stay.CheckIn.ToString(Iso, CultureInfo.InvariantCulture)}_{stay.CheckOut.ToString(Iso, CultureInfo.InvariantCulture)}";

    /// <summary>Short enough for a button: 4/12–6/12, Dec 4–Dec 6.</summary>
    static string Short(string language, Stay stay) => language == "en"
        ? $"{stay.CheckIn.ToString("MMM d", CultureInfo.InvariantCulture)} – {stay.CheckOut.ToString("MMM d", CultureInfo.InvariantCulture)}"
        : $"{stay.CheckIn.Day}/{stay.CheckIn.Month} al {stay.CheckOut.Day}/{stay.CheckOut.Month}";

    public static OutboundMessage Menu(Talk talk) => Say(
        talk.Language, "¡Hola! ¿En qué te ayudo? Puedes escribir fechas y personas, por ejemplo: \"del 3 al 5 de enero para 2\".",
        "Hi! How can I help? You can write dates and guests, for example: \"January 3 to 5 for 2\".",
        ("menu_availability", "Disponibilidad", "Availability"), ("menu_reservations", "Mi reserva", "My booking"), ("help_person", "Una persona", "A person"));

    public static OutboundMessage NotUnderstood(Talk talk) => Say(
        talk.Language, "Perdón, no te entendí. ¿Me lo dices de otra manera? Por ejemplo: \"¿hay lugar del 15/12 al 18/12 para 4?\"",
        "Sorry, I did not get that. Could you put it another way? For example: \"is December 15 to 18 free for 4?\"",
        ("menu_availability", "Disponibilidad", "Availability"), ("help_person", "Una persona", "A person"));

    public static OutboundMessage PersonComes(string language) => Say(language, "Te comunico con una persona del equipo. Te responde aquí mismo.", "I am handing you to a person of our team, who will answer here.");

    public static OutboundMessage OnlyWords(string language) => Say(language, "Puedo leer textos y escuchar audios. ¿Me lo escribes, por favor?", "I can read text and listen to audio. Could you write it, please?");

    public static OutboundMessage AudioUnclear(string language) => Say(
        language, "No pude entender bien el audio. ¿Me lo repites o me lo escribes?", "I could not make out the audio. Could you say it again, or write it?");

    public static OutboundMessage NoAudio(string language) => Say(language, "Ahora no puedo escuchar audios. ¿Me lo escribes, por favor?", "I cannot listen to audio right now. Could you write it, please?");

    public static OutboundMessage WhichDates(string language, DateOnly today) => Say(
        language, $"¿Para qué fechas? Por ejemplo: del {today.AddDays(14).Day}/{today.AddDays(14).Month} al {today.AddDays(16).Day}/{today.AddDays(16).Month}.",
        $"For which dates? For example: {today.AddDays(14).ToString("MMM d", CultureInfo.InvariantCulture)} to {today.AddDays(16).ToString("MMM d", CultureInfo.InvariantCulture)}.",
        ("date_this_weekend", "Este finde", "This weekend"), ("date_next_weekend", "El otro finde", "Weekend after"), ("menu_back", "Volver", "Back"));

    public static OutboundMessage UntilWhen(string language, DateOnly checkIn) => Say(
        language, $"Llegada el {Date(language, checkIn)}. ¿Cuántas noches, o hasta qué día?", $"Arriving {Date(language, checkIn)}. For how many nights, or until which day?");

    public static OutboundMessage HowMany(string language) => Say(
        language, "¿Cuántas personas, contando niños y bebés?", "How many guests, counting children and babies?",
        ("guests_2", "2 personas", "2 guests"), ("guests_4", "4 personas", "4 guests"), ("guests_other", "Otro número", "Another number"));

    public static OutboundMessage HowManyExactly(string language) => Say(language, "Escríbeme el número de personas.", "Write the number of guests, please.");

    public static OutboundMessage NoBooking(string language) => Say(
        language, "No tienes una reserva activa en este chat. ¿Quieres ver disponibilidad?", "You have no active booking in this chat. Shall we look for dates?",
        ("menu_availability", "Disponibilidad", "Availability"), ("help_person", "Una persona", "A person"));

    public static OutboundMessage Kept(string language) => Say(language, "Perfecto, todo queda como está.", "All right, everything stays as it is.");
}
