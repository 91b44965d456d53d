using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Engine.Plans;

/// <summary>The kind <c>approval</c>: asks people of a role.</summary>
static class ApprovalKind
{
    public const string Name = "approval";

    public static StepKind Kind { get; } = new(
        Name, JsonElement.Parse(With.Replace("\"ROLE\"", $$"""{ "enum": {{JsonSerializer.Serialize(Roles.OfTenants)}} }""", StringComparison.Ordinal)),
        JsonElement.Parse(Result), StepMode.Waiting, DefaultTimeout: null, CompensatedBy: null,
        "Asks people of a role to approve; a denial or a missed deadline fails the step.");

    const string With = """
        {
          "type": "object",
          "properties": {
            "role": "ROLE",
            "roles": { "type": "array", "items": "ROLE", "minItems": 1, "maxItems": 9, "description": "One of them is needed." },
            "title": { "type": "string", "minLength": 1, "maxLength": 200, "description": "What is asked; the step's id unless told." },
            "description": { "type": "string", "maxLength": 10000 },
            "data": { "description": "What the approver is shown: any JSON." },
            "deadline": { "$ref": "#/$defs/duration", "description": "How long the request is open; no limit by default." },
            "onDeadline": {
              "enum": ["deny", "approve", "escalate"],
              "default": "deny",
              "description": "escalate: to the next level, with a new deadline; behind the last level it denies."
            },
            "escalation": {
              "description": "Who is asked as well, in this order.",
              "anyOf": [
                { "$ref": "#/$defs/level" },
                { "type": "array", "items": { "$ref": "#/$defs/level" }, "minItems": 1, "maxItems": 10 }
              ]
            },
            "fourEyes": { "type": "boolean", "default": true, "description": "Who started the run may not approve." },
            "minApprovals": { "type": "integer", "minimum": 1, "maximum": 20, "default": 1, "description": "Of distinct persons." }
          },
          "oneOf": [
            { "required": ["role"] },
            { "required": ["roles"] }
          ],
          "dependentRequired": { "onDeadline": ["deadline"] },
          "if": { "properties": { "onDeadline": { "const": "escalate" } }, "required": ["onDeadline"] },
          "then": { "required": ["escalation"] },
          "else": { "properties": { "escalation": { "required": ["after"], "items": { "required": ["after"] } } } },
          "additionalProperties": false,
          "$defs": {
            "duration": { "type": "string", "format": "duration", "pattern": "^P([0-9]+W)?([0-9]+D)?(T[0-9HMS.]+)?$" },
            "level": {
              "type": "object",
              "properties": {
                "after": { "$ref": "#/$defs/duration", "description": "Since the request or the level before; left out: at the deadline only." },
                "role": "ROLE",
                "roles": { "type": "array", "items": "ROLE", "minItems": 1, "maxItems": 9 }
              },
              "oneOf": [
                { "required": ["role"] },
                { "required": ["roles"] }
              ],
              "additionalProperties": false
            }
          }
        }
        """;

    const string Result = """
        {
          "type": "object",
          "properties": {
            "decision": { "const": "approved", "description": "A denial fails the step with APPROVAL_DENIED, a missed deadline with APPROVAL_TIMEOUT." },
            "by": { "type": "string", "description": "Who gave the last approval, such as user:…; system when the deadline approved." },
            "comment": { "type": "string" },
            "at": { "type": "string", "format": "date-time" },
            "approvals": {
              "type": "array",
              "items": {
                "type": "object",
                "properties": {
                  "by": { "type": "string" },
                  "comment": { "type": "string" },
                  "at": { "type": "string", "format": "date-time" }
                },
                "required": ["by", "at"]
              }
            }
          },
          "required": ["decision", "by", "at", "approvals"]
        }
        """;
}
