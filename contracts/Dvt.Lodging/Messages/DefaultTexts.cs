using Dvt.Contracts;

namespace Dvt.Lodging.Messages;

/// <summary>What guests are told unless the tenant says it otherwise.</summary>
public static class DefaultTexts
{
    /// <exception cref="KeyNotFoundException">No such message or language.</exception>
    public static MessageTexts Of(string name, string language) =>
        (language == MessageLanguages.English ? English : Spanish)[name] with { WhatsApp = DefaultTemplates.Of(name) };

    static readonly Dictionary<string, MessageTexts> Spanish = new()
    {
        [MessageNames.HoldCreated] = new(
            "{{unitName}}: te guardamos las fechas hasta las {{expiresAt}}",
            """
            Hola {{firstName}}:

            Te guardamos {{unitName}} del {{checkIn}} al {{checkOut}} ({{nights}} noches, {{guests}} personas).
            Total: {{total}}. Para confirmar basta con el anticipo de {{deposit}} antes de las {{expiresAt}}.
            {{#if paymentLink}}
            Paga aquí: {{paymentLink}}
            {{/if}}

            Tu código de reserva es {{bookingCode}}.

            {{businessName}}
            """),
        [MessageNames.HoldReminder] = new(
            "Tu reserva en {{unitName}} vence a las {{expiresAt}}",
            """
            Hola {{firstName}}:

            Quedan pocos minutos: guardamos {{unitName}} para ti solo hasta las {{expiresAt}}.
            Con el anticipo de {{deposit}} la reserva {{bookingCode}} queda confirmada.
            {{#if paymentLink}}
            Paga aquí: {{paymentLink}}
            {{/if}}

            {{businessName}}
            """),
        [MessageNames.HoldExpired] = new(
            "Las fechas en {{unitName}} quedaron libres",
            """
            Hola {{firstName}}:

            No recibimos el anticipo a tiempo y la reserva {{bookingCode}} venció: del {{checkIn}} al {{checkOut}}, {{unitName}} está otra vez libre.{{#if refund}}
            Te devolvemos lo que pagaste: {{refund}}.{{/if}}
            Si todavía quieres venir, escríbenos y lo vemos juntos.

            {{businessName}}
            """),
        [MessageNames.BookingConfirmed] = new(
            "Reserva confirmada: {{unitName}}, {{checkIn}}",
            """
            ¡Listo, {{firstName}}! Tu reserva {{bookingCode}} está confirmada.

            {{unitName}}, {{guests}} personas, {{nights}} noches
            Entrada: {{checkIn}}, desde las {{checkInTime}}
            Salida: {{checkOut}}, hasta las {{checkOutTime}}
            Total: {{total}}{{#if paid}}; recibido: {{paid}}{{/if}}{{#if balance}}; por pagar: {{balance}}{{/if}}

            Te esperamos.
            {{businessName}}
            """),
        [MessageNames.BookingCancelled] = new(
            "Reserva {{bookingCode}} cancelada",
            """
            Hola {{firstName}}:

            La reserva {{bookingCode}} de {{unitName}}, del {{checkIn}} al {{checkOut}}, quedó cancelada.
            {{#if refund}}
            Te devolveremos {{refund}}.
            {{/if}}

            {{businessName}}
            """),
        [MessageNames.PreArrival] = new(
            "Ya casi: te esperamos el {{checkIn}}",
            """
            Hola {{firstName}}:

            Falta poco para tu estadía en {{unitName}}.
            Entrada: {{checkIn}}, desde las {{checkInTime}}
            Salida: {{checkOut}}, hasta las {{checkOutTime}}
            {{#if balance}}
            Por pagar a la llegada: {{balance}}.
            {{/if}}

            Si llegas tarde o necesitas algo, responde a este mensaje.
            {{businessName}}
            """),
        [MessageNames.AfterStay] = new(
            "Gracias por venir, {{firstName}}",
            """
            Hola {{firstName}}:

            Gracias por quedarte en {{unitName}}. ¿Cómo estuvo todo? Tu opinión nos ayuda: responde a este mensaje.
            Ojalá vuelvas pronto.

            {{businessName}}
            """),
    };

    static readonly Dictionary<string, MessageTexts> English = new()
    {
        [MessageNames.HoldCreated] = new(
            "{{unitName}}: your dates are held until {{expiresAt}}",
            """
            Hello {{firstName}},

            We are holding {{unitName}} for you from {{checkIn}} to {{checkOut}} ({{nights}} nights, {{guests}} guests).
            Total: {{total}}. The deposit of {{deposit}} before {{expiresAt}} confirms your booking.
            {{#if paymentLink}}
            Pay here: {{paymentLink}}
            {{/if}}

            Your booking code is {{bookingCode}}.

            {{businessName}}
            """),
        [MessageNames.HoldReminder] = new(
            "Your hold on {{unitName}} ends at {{expiresAt}}",
            """
            Hello {{firstName}},

            Only a few minutes left: {{unitName}} is held for you until {{expiresAt}}.
            With the deposit of {{deposit}} your booking {{bookingCode}} is confirmed.
            {{#if paymentLink}}
            Pay here: {{paymentLink}}
            {{/if}}

            {{businessName}}
            """),
        [MessageNames.HoldExpired] = new(
            "The dates at {{unitName}} are free again",
            """
            Hello {{firstName}},

            The deposit did not arrive in time, so booking {{bookingCode}} has expired and {{unitName}} is free again from {{checkIn}} to {{checkOut}}.{{#if refund}}
            What you paid goes back to you: {{refund}}.{{/if}}
            If you would still like to come, write to us and we will see what we can do.

            {{businessName}}
            """),
        [MessageNames.BookingConfirmed] = new(
            "Booking confirmed: {{unitName}}, {{checkIn}}",
            """
            All set, {{firstName}}! Your booking {{bookingCode}} is confirmed.

            {{unitName}}, {{guests}} guests, {{nights}} nights
            Check-in: {{checkIn}}, from {{checkInTime}}
            Check-out: {{checkOut}}, until {{checkOutTime}}
            Total: {{total}}{{#if paid}}; received: {{paid}}{{/if}}{{#if balance}}; still to pay: {{balance}}{{/if}}

            We look forward to seeing you.
            {{businessName}}
            """),
        [MessageNames.BookingCancelled] = new(
            "Booking {{bookingCode}} cancelled",
            """
            Hello {{firstName}},

            Booking {{bookingCode}} of {{unitName}}, {{checkIn}} to {{checkOut}}, has been cancelled.
            {{#if refund}}
            We will refund {{refund}}.
            {{/if}}

            {{businessName}}
            """),
        [MessageNames.PreArrival] = new(
            "Nearly there: see you on {{checkIn}}",
            """
            Hello {{firstName}},

            Your stay at {{unitName}} is coming up.
            Check-in: {{checkIn}}, from {{checkInTime}}
            Check-out: {{checkOut}}, until {{checkOutTime}}
            {{#if balance}}
            To pay on arrival: {{balance}}.
            {{/if}}

            If you arrive late or need anything, just answer this message.
            {{businessName}}
            """),
        [MessageNames.AfterStay] = new(
            "Thank you for staying, {{firstName}}",
            """
            Hello {{firstName}},

            Thank you for staying at {{unitName}}. How was it? Your opinion helps us: just answer this message.
            We hope to see you again soon.

            {{businessName}}
            """),
    };
}
