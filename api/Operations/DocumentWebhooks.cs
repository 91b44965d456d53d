using System.Text.Json.Nodes;
using Dvt.Contracts;

namespace Dvt.Api;

/// <summary>What we send, as the document shows it.</summary>
static class DocumentWebhooks
{
    public static JsonObject Make() => new()
    {
        ["event"] = new JsonObject
        {
            ["post"] = new JsonObject
            {
                ["operationId"] = "WebhookEvent",
                ["tags"] = new JsonArray("Webhooks"),
                ["summary"] = "An event, posted to the address of a webhook endpoint",
                ["description"] = "Signed by Standard Webhooks 1.0.0, at least once, in order per run. A redirect is a failure.",
                ["security"] = new JsonArray(),
                ["parameters"] = new JsonArray(
                    Header(WebhookSignature.IdHeader, "The id of the event, the same in every attempt."),
                    Header(WebhookSignature.TimestampHeader, "Unix seconds of this attempt."),
                    Header(WebhookSignature.SignatureHeader, "One or more `v1,<base64 of HMAC-SHA256 over id.timestamp.body>`, with spaces between.")),
                ["requestBody"] = new JsonObject
                {
                    ["required"] = true,
                    ["content"] = new JsonObject
                    {
                        ["application/cloudevents+json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/CloudEvent" } },
                    },
                },
                ["responses"] = new JsonObject
                {
                    ["2XX"] = new JsonObject { ["description"] = "Received" },
                    ["410"] = new JsonObject { ["description"] = "Wanted no more: the endpoint is disabled" },
                    ["default"] = new JsonObject { ["description"] = "Tried again later" },
                },
            },
        },
    };

    static JsonObject Header(string name, string description) => new()
    {
        ["name"] = name,
        ["in"] = "header",
        ["required"] = true,
        ["description"] = description,
        ["schema"] = new JsonObject { ["type"] = "string" },
    };
}
