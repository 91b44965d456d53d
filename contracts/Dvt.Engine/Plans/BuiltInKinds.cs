using System.Text.Json;

namespace Dvt.Engine.Plans;

/// <summary>The kinds the engine brings along.</summary>
static class BuiltInKinds
{
    public static IReadOnlyList<StepKind> All { get; } =
    [
        new("noop", Schema("""{"type":"object","additionalProperties":false}"""), Schema("""{"type":"null"}"""),
            StepMode.Inline, DefaultTimeout: null, CompensatedBy: null, "Does nothing; no result."),
        new("transform", Schema("true"), Schema("true"),
            StepMode.Inline, DefaultTimeout: null, CompensatedBy: null, "Its evaluated `with` is the result."),
        new("gateway", Schema("""{"type":"object","additionalProperties":false}"""), Schema("""{"type":["boolean","string"]}"""),
            StepMode.Inline, DefaultTimeout: null, CompensatedBy: null,
            "The value of `when`, a boolean or a branch name, is the result; `onlyIf` of later steps reads it."),
        new("wait", Schema(WaitWith), Schema("true"),
            StepMode.Waiting, DefaultTimeout: null, CompensatedBy: null,
            "Waits for a duration, for a moment, or for a named signal, whose payload becomes the result."),
        ApprovalKind.Kind,
        EmitKind.Kind,
        new("http", Schema(HttpWith), Schema(HttpResult),
            StepMode.Called, DefaultTimeout: TimeSpan.FromSeconds(60), CompensatedBy: null,
            "Calls a URL and keeps status, headers and body of the answer.")
        {
            RepeatsSafely = HttpRepeatsSafely,
            Target = new StepTarget("url", IsUrl: true),
            TakesSecrets = true,
        },
        new("echo", Schema("true"), Schema("true"),
            StepMode.Called, DefaultTimeout: TimeSpan.FromSeconds(60), CompensatedBy: null,
            "Its evaluated `with` is the result, by way of a worker and back: for trying out plans and queues.")
        {
            RepeatsSafely = _ => true,
        },
        .. NestingKinds.All,
    ];

    const string WaitWith = """
        {
          "type": "object",
          "properties": {
            "duration": { "type": "string", "format": "duration", "pattern": "^P([0-9]+W)?([0-9]+D)?(T[0-9HMS.]+)?$", "description": "How long, such as PT1S." },
            "until": { "type": "string", "format": "date-time", "description": "Until when." },
            "signal": { "type": "string", "minLength": 1, "maxLength": 128, "description": "Name of the external signal." },
            "timeout": { "type": "string", "format": "duration", "pattern": "^P([0-9]+W)?([0-9]+D)?(T[0-9HMS.]+)?$", "description": "How long to wait for the signal; no limit by default." }
          },
          "oneOf": [
            { "required": ["duration"] },
            { "required": ["until"] },
            { "required": ["signal"] }
          ],
          "dependentRequired": { "timeout": ["signal"] },
          "additionalProperties": false
        }
        """;

    const string HttpWith = """
        {
          "type": "object",
          "properties": {
            "method": {
              "type": "string",
              "enum": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
              "default": "GET"
            },
            "url": { "type": "string", "minLength": 1, "maxLength": 8192, "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^\\s]+$" },
            "headers": {
              "type": "object",
              "maxProperties": 100,
              "propertyNames": { "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$" },
              "additionalProperties": { "type": ["string", "number", "boolean"], "maxLength": 8192 },
              "description": "A value may name secrets of the tenant, such as Bearer ${secrets.crm}, which are put there at the moment of the call."
            },
            "body": { "description": "Any JSON, sent as application/json; a string is sent as it is when a Content-Type other than JSON is given." },
            "expect": {
              "type": "array",
              "minItems": 1,
              "items": {
                "anyOf": [
                  { "type": "integer", "minimum": 100, "maximum": 599 },
                  { "type": "string", "pattern": "^[1-5]xx$" }
                ]
              },
              "default": ["2xx"]
            },
            "timeout": { "type": "string", "format": "duration", "pattern": "^P([0-9]+W)?([0-9]+D)?(T[0-9HMS.]+)?$", "description": "Of one call, within the step's own timeout." },
            "idempotent": {
              "type": "boolean",
              "default": true,
              "description": "Whether the receiver survives the same call twice: by its method, or for POST and PATCH because it honours the Idempotency-Key header."
            }
          },
          "required": ["url"],
          "additionalProperties": false
        }
        """;

    const string HttpResult = """
        {
          "type": "object",
          "properties": {
            "status": { "type": "integer", "minimum": 100, "maximum": 599, "examples": [200] },
            "headers": { "type": "object", "additionalProperties": { "type": "string" } },
            "body": {}
          },
          "required": ["status"]
        }
        """;

    // POST and PATCH are safe under the same key only, and a new attempt has a new one.
    static bool HttpRepeatsSafely(JsonElement with) =>
        (!with.TryGetProperty("method", out var method) || method.GetString() is not ("POST" or "PATCH"))
        && (!with.TryGetProperty("idempotent", out var idempotent) || idempotent.ValueKind != JsonValueKind.False);

    static JsonElement Schema(string json) => JsonElement.Parse(json);
}
