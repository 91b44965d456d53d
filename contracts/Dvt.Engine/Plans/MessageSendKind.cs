using System.Text.Json;

namespace Dvt.Engine.Plans;

/// <summary>The kind <c>message.send</c>: writes to somebody by email or WhatsApp, in the plan's words or by a template about a booking.</summary>
public static class MessageSendKind
{
    public const string Name = "message.send";

    // An email whose answer was lost may have gone, so an attempt like that is not followed by another.
    public static StepKind Kind { get; } = new(
        Name, JsonElement.Parse(With), JsonElement.Parse(Result), StepMode.Called, TimeSpan.FromSeconds(60), CompensatedBy: null,
        "Sends an email or a WhatsApp message, once; its result says which message it is in GET /v1/messages.");

    const string With = """
        {
          "type": "object",
          "properties": {
            "channel": { "enum": ["email", "whatsapp"] },
            "language": { "enum": ["es", "en"], "default": "es" },
            "to": { "type": "string", "minLength": 3, "maxLength": 254, "description": "Email address, or phone number with its country code." },
            "subject": { "type": "string", "minLength": 1, "maxLength": 500, "description": "Of an email." },
            "text": { "type": "string", "minLength": 1, "maxLength": 20000 },
            "booking": { "type": "string", "minLength": 1, "maxLength": 64, "description": "Id or code of a booking whose guest is written to." },
            "template": { "enum": ["hold_created", "hold_reminder", "hold_expired", "booking_confirmed", "booking_cancelled", "pre_arrival", "after_stay"] }
          },
          "required": ["channel"],
          "oneOf": [
            { "required": ["to", "text"] },
            { "required": ["booking", "template"] }
          ],
          "additionalProperties": false
        }
        """;

    const string Result = """
        {
          "type": "object",
          "properties": {
            "messageId": { "type": "string", "format": "uuid" },
            "channel": { "enum": ["email", "whatsapp"] },
            "status": { "const": "accepted" }
          },
          "required": ["messageId", "channel", "status"]
        }
        """;
}
