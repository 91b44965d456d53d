using System.Text.Json.Nodes;
using Dvt.Contracts;

namespace Dvt.Workers.Channels;

/// <summary>How a message looks to the Cloud API: text, buttons, a list, or a template. protocols.md §4.3.</summary>
static class WhatsAppMessage
{
    const int MostButtons = 3;
    const int MostRows = 10;
    const int MostTitle = 20;
    const int MostText = 4096;
    const int MostBody = 1024;

    /// <param name="isOpen">The guest wrote within 24 hours, so free text is allowed.</param>
    /// <returns>Null when nothing may be sent: the window is closed and there is no template.</returns>
    public static JsonObject? Of(string to, OutboundMessage message, bool isOpen, string opaque)
    {
        if (!isOpen && message.Template is null)
            return null;
        var body = new JsonObject { ["messaging_product"] = "whatsapp", ["recipient_type"] = "individual", ["to"] = to, ["biz_opaque_callback_data"] = opaque };
        var (type, content) = !isOpen ? ("template", Template(message.Template!))
            : message.Buttons is { Count: > 0 } buttons ? ("interactive", buttons.Count <= MostButtons ? Buttons(message.Text, buttons) : List(message.Text, buttons))
            : ("text", new JsonObject { ["preview_url"] = false, ["body"] = Cut(message.Text, MostText) });
        body["type"] = type;
        body[type] = content;
        return body;
    }

    static JsonObject Buttons(string text, IReadOnlyList<Button> buttons) => new()
    {
        ["type"] = "button",
        ["body"] = new JsonObject { ["text"] = Cut(text, MostBody) },
        ["action"] = new JsonObject
        {
            ["buttons"] = new JsonArray([.. buttons.Select(b => new JsonObject { ["type"] = "reply", ["reply"] = new JsonObject { ["id"] = b.Id, ["title"] = Cut(b.Title, MostTitle) } })]),
        },
    };

    static JsonObject List(string text, IReadOnlyList<Button> buttons) => new()
    {
        ["type"] = "list",
        ["body"] = new JsonObject { ["text"] = Cut(text, MostBody) },
        ["action"] = new JsonObject
        {
            ["button"] = "☰",
            ["sections"] = new JsonArray(new JsonObject
            {
                ["title"] = "☰",
                ["rows"] = new JsonArray([.. buttons.Take(MostRows).Select(b => new JsonObject { ["id"] = b.Id, ["title"] = Cut(b.Title, MostTitle) })]),
            }),
        },
    };

    static JsonObject Template(MessageTemplate template) => new()
    {
        ["name"] = template.Name,
        ["language"] = new JsonObject { ["code"] = template.Language },
        ["components"] = template.Parameters.Count == 0 ? [] : new JsonArray(new JsonObject
        {
            ["type"] = "body",
            ["parameters"] = new JsonArray([.. template.Parameters.Select(p => new JsonObject { ["type"] = "text", ["text"] = p })]),
        }),
    };

    static string Cut(string text, int most) => text.Length <= most ? text : string.Concat(text.AsSpan(0, most - 1), "…");
}
