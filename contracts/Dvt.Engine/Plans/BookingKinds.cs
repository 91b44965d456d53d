using System.Text.Json;

namespace Dvt.Engine.Plans;

/// <summary>Kinds of the bookings domain: each sends its command and ends with that command's outcome.</summary>
public static class BookingKinds
{
    public const string Quote = "booking.quote";
    public const string Hold = "booking.hold";
    public const string Confirm = "booking.confirm";
    public const string Cancel = "booking.cancel";

    /// <summary>The external signal that tells a run of its booking: what was paid, that it is confirmed, that it is over.</summary>
    public const string Signal = "booking";

    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static IReadOnlyList<StepKind> All { get; } =
    [
        new(Quote, JsonElement.Parse(StayWith), JsonElement.Parse(QuoteResult), StepMode.Called, Timeout, CompensatedBy: null,
            "What a stay costs and whether its nights are free at the moment; takes nothing.")
        {
            RepeatsSafely = _ => true,
        },
        // A new attempt is another hold, so an attempt whose outcome is unknown is not followed by one.
        new(Hold, JsonElement.Parse(HoldWith), JsonElement.Parse(BookingResult), StepMode.Called, Timeout, CompensatedBy: Cancel,
            "Holds the nights of a unit for half an hour; fails with date_overlap, min_nights, invalid_guests … when it cannot."),
        new(Confirm, JsonElement.Parse(CodeWith), JsonElement.Parse(BookingResult), StepMode.Called, Timeout, CompensatedBy: Cancel,
            "Confirms a held booking; one that is confirmed already is as wanted. Fails with expired when the hold is over.")
        {
            RepeatsSafely = _ => true,
        },
        new(Cancel, JsonElement.Parse(CancelWith), JsonElement.Parse(BookingResult), StepMode.Called, Timeout, CompensatedBy: null,
            "Cancels a booking; what is to be paid back follows the unit's policy. One that is cancelled or expired already is as wanted.")
        {
            RepeatsSafely = _ => true,
        },
    ];

    const string Stay =
        """
            "unitId": { "type": "string", "format": "uuid" },
            "checkIn": { "type": "string", "format": "date", "description": "First night." },
            "checkOut": { "type": "string", "format": "date", "description": "The day after the last night." },
            "guests": { "type": "integer", "minimum": 1, "maximum": 100, "default": 1 }
        """;

    const string Money = """{ "type": "object", "properties": { "amount": { "type": "string", "examples": ["36000.00"] }, "currency": { "type": "string", "examples": ["DOP"] } }, "required": ["amount", "currency"] }""";

    const string StayWith = $$"""{ "type": "object", "properties": { {{Stay}} }, "required": ["unitId", "checkIn", "checkOut"], "additionalProperties": false }""";

    const string HoldWith =
        $$"""
        {
          "type": "object",
          "properties": {
            {{Stay}},
            "guest": {
              "type": "object",
              "description": "Who stays; all of it is personal data.",
              "properties": {
                "name": { "type": "string", "minLength": 1, "maxLength": 200 },
                "phone": { "type": "string", "maxLength": 40 },
                "email": { "type": "string", "maxLength": 254 },
                "document": { "type": "string", "maxLength": 64 }
              },
              "required": ["name"],
              "additionalProperties": false
            },
            "channel": { "enum": ["direct", "whatsapp", "airbnb", "booking", "mercadolibre", "other"], "default": "direct" },
            "note": { "type": "string", "maxLength": 2000 }
          },
          "required": ["unitId", "checkIn", "checkOut"],
          "additionalProperties": false
        }
        """;

    const string Code =
        """
        "code": { "type": "string", "minLength": 1, "maxLength": 40, "description": "The booking's code, or its id." }
        """;

    const string CodeWith = $$"""{ "type": "object", "properties": { {{Code}} }, "required": ["code"], "additionalProperties": false }""";

    const string CancelWith =
        $$"""
        {
          "type": "object",
          "properties": { {{Code}}, "reason": { "type": "string", "maxLength": 500 } },
          "required": ["code"],
          "additionalProperties": false
        }
        """;

    const string QuoteResult =
        $$"""
        {
          "type": "object",
          "properties": {
            "available": { "type": "boolean", "examples": [true] },
            "code": { "type": "string", "description": "Why it is not: date_overlap, min_nights, invalid_guests, invalid_dates or unit_inactive." },
            "detail": { "type": "string" },
            "nights": { "type": "integer", "examples": [3] },
            "total": {{Money}},
            "deposit": {{Money}},
            "breakdown": { "type": "object", "description": "Nights, discount, cleaning." },
            "alternatives": {
              "type": "array",
              "description": "With date_overlap: the nearest free stays of the same length.",
              "items": { "type": "object", "properties": { "checkIn": { "type": "string" }, "checkOut": { "type": "string" } } }
            }
          },
          "required": ["available", "nights", "total", "deposit"]
        }
        """;

    const string BookingResult =
        $$"""
        {
          "type": "object",
          "properties": {
            "bookingId": { "type": "string", "format": "uuid" },
            "code": { "type": "string", "examples": ["RES2612240A1B2C"] },
            "unitId": { "type": "string", "format": "uuid" },
            "status": { "enum": ["held", "confirmed", "checked_in", "completed", "expired", "cancelled", "no_show"] },
            "checkIn": { "type": "string", "format": "date" },
            "checkOut": { "type": "string", "format": "date" },
            "nights": { "type": "integer", "examples": [3] },
            "guests": { "type": "integer" },
            "channel": { "type": "string" },
            "total": {{Money}},
            "deposit": {{Money}},
            "paid": {{Money}},
            "paymentStatus": { "enum": ["pending", "partially_paid", "paid", "refunded", "failed"] },
            "expiresAt": { "type": "string", "format": "date-time", "description": "Of the hold." },
            "refundPercent": { "type": "number", "description": "Of one that was cancelled: by the unit's policy." },
            "refundDue": {{Money}}
          },
          "required": ["bookingId", "code", "unitId", "status", "checkIn", "checkOut", "nights", "total", "deposit"]
        }
        """;
}
