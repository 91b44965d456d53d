using System.Text.Json;

namespace Dvt.Engine.Plans;

/// <summary>Kinds that hold other work: a step for each item of a list, a run of another plan.</summary>
static class NestingKinds
{
    public static IReadOnlyList<StepKind> All { get; } =
    [
        new("map", JsonElement.Parse(MapWith), JsonElement.Parse(MapResult),
            StepMode.Mapping, DefaultTimeout: null, CompensatedBy: null,
            "Carries out a step for each item of a list, some at a time; the results are a list in the order of the items.")
        {
            DefaultRetry = RetryPolicy.Once,
        },
        new("plan", JsonElement.Parse(PlanWith), JsonElement.Parse("true"),
            StepMode.SubRun, DefaultTimeout: null, CompensatedBy: null,
            "Starts a run of another plan; its output is the result. Pause, resume and cancel pass down.")
        {
            DefaultRetry = RetryPolicy.Once,
        },
    ];

    const string MapWith = """
        {
          "type": "object",
          "properties": {
            "items": { "type": "array", "maxItems": 10000, "description": "The list, or an expression that gives one." },
            "step": {
              "type": "object",
              "description": "What is done for each item; its expressions may read item and index.",
              "properties": {
                "kind": { "type": "string" },
                "with": {},
                "retry": { "type": "object" },
                "timeout": { "type": "string", "description": "Of one attempt of one item." }
              },
              "required": ["kind"]
            },
            "concurrency": { "type": "integer", "minimum": 1, "maximum": 256, "default": 10, "description": "Items in work at once, at the most." },
            "onItemError": {
              "type": "string",
              "enum": ["fail", "continue"],
              "default": "fail",
              "description": "After the final failure of an item: start no other and fail, or go on and leave an error in its place."
            },
            "maxFailures": { "type": "integer", "minimum": 0, "description": "With continue: more failures than these fail the step." },
            "maxFailureShare": { "type": "number", "minimum": 0, "maximum": 1, "description": "With continue: a larger share of failures fails the step." },
            "collect": {
              "type": "string",
              "enum": ["results", "summary"],
              "default": "results",
              "description": "The result: a list in the order of the items, or their numbers only."
            }
          },
          "required": ["items", "step"],
          "additionalProperties": false
        }
        """;

    const string MapResult = """
        {
          "anyOf": [
            { "type": "array", "description": "The results in the order of the items; an item that failed is {\"error\": {code, message, retryable, category}}." },
            {
              "type": "object",
              "properties": { "total": { "type": "integer" }, "completed": { "type": "integer" }, "failed": { "type": "integer" } },
              "required": ["total", "completed", "failed"]
            }
          ]
        }
        """;

    const string PlanWith = """
        {
          "type": "object",
          "properties": {
            "planId": { "type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$" },
            "version": { "type": "string", "minLength": 1, "maxLength": 64, "description": "The newest published one at the start of the step, unless told." },
            "input": { "description": "Checked against the other plan's inputSchema when the step starts." }
          },
          "required": ["planId"],
          "additionalProperties": false
        }
        """;
}
