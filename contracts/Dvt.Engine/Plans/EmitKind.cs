using System.Text.Json;

namespace Dvt.Engine.Plans;

/// <summary>The kind <c>emit</c>: tells the tenant's webhooks and streams an event of the plan's own.</summary>
static class EmitKind
{
    public const string Name = "emit";

    public static StepKind Kind { get; } = new(
        Name, JsonElement.Parse(With), JsonElement.Parse(Result), StepMode.Inline, DefaultTimeout: null, CompensatedBy: null,
        "Publishes a CloudEvent to the tenant's webhooks and live streams.");

    const string With = """
        {
          "type": "object",
          "properties": {
            "type": {
              "type": "string",
              "minLength": 1,
              "maxLength": 128,
              "pattern": "^[A-Za-z][A-Za-z0-9_-]*(\\.[A-Za-z0-9_-]+)*$",
              "not": { "pattern": "^[Dd][Vv][Tt](\\.|$)" },
              "description": "CloudEvents type, such as com.example.order.shipped. Those that begin with dvt. are the engine's own."
            },
            "subject": { "type": "string", "minLength": 1, "maxLength": 1024, "description": "CloudEvents subject: what the event is about." },
            "data": { "description": "Any JSON." },
            "dataschema": { "type": "string", "format": "uri", "maxLength": 2048, "description": "CloudEvents dataschema." }
          },
          "required": ["type"],
          "additionalProperties": false
        }
        """;

    const string Result = """
        {
          "type": "object",
          "properties": { "eventId": { "type": "string", "format": "uuid", "description": "CloudEvents id." } },
          "required": ["eventId"]
        }
        """;
}
