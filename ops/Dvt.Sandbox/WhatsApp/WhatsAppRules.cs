using System.Text.Json.Nodes;

namespace Dvt.Sandbox;

/// <summary>What the Cloud API takes as a message: the first thing that is wrong, by code. protocols.md §4.3.</summary>
static class WhatsAppRules
{
    static readonly string[] MediaTypes = ["audio", "image", "video", "document", "sticker"];

    /// <returns>Code and details, or null when it may be sent.</returns>
    public static (int Code, string Details)? Fault(JsonObject message, Func<string, bool> hasMedia)
    {
        if (Text(message, "messaging_product") != "whatsapp")
            return (100, "messaging_product must be whatsapp");
        if (Text(message, "to") is not { Length: > 0 } to)
            return (131008, "to is required");
        if (!to.TrimStart('+').All(char.IsAsciiDigit))
            return (131009, "to is not a phone number");
        var type = Text(message, "type") ?? "text";
        if (message[type] is not JsonObject body)
            return type is "text" or "template" or "interactive" or "location" or "contacts" or "reaction" || MediaTypes.Contains(type)
                ? (131008, $"{type} is required")
                : (131009, $"type {type} is unknown");
        return type switch
        {
            "text" => Between(Text(body, "body"), 1, 4096, "text.body"),
            "template" => Template(body),
            "interactive" => Interactive(body),
            _ when MediaTypes.Contains(type) => Media(body, hasMedia),
            _ => null,
        };
    }

    static (int, string)? Template(JsonObject template) =>
        Text(template, "name") is null ? (131008, "template.name is required")
        : template["language"] is not JsonObject language || Text(language, "code") is null ? (131008, "template.language.code is required")
        : null;

    static (int, string)? Media(JsonObject media, Func<string, bool> hasMedia) =>
        Text(media, "link") is { } link ? (Uri.TryCreate(link, UriKind.Absolute, out _) ? null : (131052, "link is no URL"))
        : Text(media, "id") is not { } id ? (131008, "id or link is required")
        : hasMedia(id) ? null
        : (131053, "no such media");

    static (int, string)? Interactive(JsonObject interactive)
    {
        if (interactive["body"] is not JsonObject body)
            return (131008, "interactive.body is required");
        if (interactive["action"] is not JsonObject action)
            return (131008, "interactive.action is required");
        return Between(Text(body, "text"), 1, 1024, "interactive.body.text") ?? Text(interactive, "type") switch
        {
            "button" => Buttons(action["buttons"] as JsonArray),
            "list" => Between(Text(action, "button"), 1, 20, "action.button") ?? Rows(action["sections"] as JsonArray),
            "cta_url" => null,
            _ => (131009, "interactive.type is unknown"),
        };
    }

    static (int, string)? Buttons(JsonArray? buttons)
    {
        if (buttons is not { Count: >= 1 and <= 3 })
            return (131009, "1 to 3 buttons");
        var replies = buttons.Select(b => b?["reply"] as JsonObject).ToList();
        if (replies.Any(r => r is null || Text(r, "id") is not { Length: >= 1 and <= 256 }))
            return (131009, "reply.id has 1 to 256 characters");
        if (replies.Select(r => Text(r!, "id")).Distinct().Count() < replies.Count || replies.Select(r => Text(r!, "title")).Distinct().Count() < replies.Count)
            return (131009, "two buttons are the same");
        return replies.Select(r => Between(Text(r!, "title"), 1, 20, "reply.title")).FirstOrDefault(f => f is not null);
    }

    static (int, string)? Rows(JsonArray? sections)
    {
        var rows = sections?.SelectMany(s => (s?["rows"] as JsonArray ?? []).Select(r => r as JsonObject)).ToList() ?? [];
        if (rows.Count is 0 or > 10)
            return (131009, "1 to 10 rows in all sections");
        foreach (var row in rows)
            if (row is null || Text(row, "id") is not { Length: >= 1 and <= 200 })
                return (131009, "row.id has 1 to 200 characters");
            else if ((Between(Text(row, "title"), 1, 24, "row.title") ?? Between(Text(row, "description") ?? "", 0, 72, "row.description")) is { } fault)
                return fault;
        return rows.Select(r => Text(r!, "id")).Distinct().Count() < rows.Count ? (131009, "two rows have the same id") : null;
    }

    static (int, string)? Between(string? text, int least, int most, string name) =>
        text is null || text.Length < least ? (131008, $"{name} is required")
        : text.Length > most ? (131009, $"{name} has at most {most} characters")
        : null;

    public static string? Text(JsonObject from, string name) => from[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
