using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dvt.Sandbox;

/// <summary>What an application sends: checked, refused as ordered, shown to the guest, and followed by its statuses.</summary>
sealed class WhatsAppSending(WhatsAppSettings settings, WhatsAppPhones phones, WhatsAppMedia media, WhatsAppWebhooks webhooks)
{
    readonly ConcurrentDictionary<string, Ordered> faults = new();
    readonly ConcurrentDictionary<(string Name, string Language), Registered> templates = new();

    /// <param name="As"><c>answer</c>, or <c>status</c> for one that comes after the message was accepted.</param>
    sealed record Order(int Code, int? Times = null, string As = "answer", string? Details = null);

    sealed class Ordered(Order order)
    {
        int left = order.Times ?? int.MaxValue;

        public Order? Take() => Interlocked.Decrement(ref left) >= 0 ? order : null;
    }

    /// <param name="Parameters">How many the body takes.</param>
    /// <param name="State"><c>approved</c>, <c>paused</c>, <c>disabled</c>.</param>
    sealed record Registered(int Parameters, string State = "approved");

    /// <summary><c>PUT /whatsapp/faults/{to} {code, times?, as?, details?}</c>: messages to this number fail so.</summary>
    public async Task<IResult> Fail(string to, HttpContext context)
    {
        var order = JsonSerializer.Deserialize<Order>(await Http.ReadAsync(context), JsonSerializerOptions.Web)!;
        if (!WhatsAppErrors.Knows(order.Code))
            return Results.BadRequest("no such code");
        faults[to.TrimStart('+')] = new Ordered(order);
        return Results.NoContent();
    }

    /// <summary><c>PUT /whatsapp/templates/{name}/{language} {parameters, state?}</c>.</summary>
    public async Task<IResult> Template(string name, string language, HttpContext context)
    {
        templates[(name, language)] = JsonSerializer.Deserialize<Registered>(await Http.ReadAsync(context), JsonSerializerOptions.Web)!;
        return Results.NoContent();
    }

    public async Task<IResult> SendAsync(string phoneNumberId, HttpContext context)
    {
        if (WhatsAppMedia.Refused(settings, context) is { } refused)
            return refused;
        JsonObject message;
        try
        {
            message = JsonNode.Parse(await Http.ReadAsync(context)) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            return WhatsAppErrors.Answer(100, "the body is no JSON");
        }
        if (WhatsAppRules.Text(message, "status") == "read")
            return Results.Json(new { success = true });
        if (WhatsAppRules.Fault(message, media.Has) is { } fault)
            return WhatsAppErrors.Answer(fault.Code, fault.Details);
        var to = WhatsAppRules.Text(message, "to")!.TrimStart('+');
        var type = WhatsAppRules.Text(message, "type") ?? "text";
        var order = faults.TryGetValue(to, out var ordered) ? ordered.Take() : null;
        if (order is { As: "answer" })
            return WhatsAppErrors.Answer(order.Code, order.Details ?? "as the sandbox was told");
        if (type == "template" && TemplateFault(message["template"]!.AsObject()) is { } wrong)
            return WhatsAppErrors.Answer(wrong.Code, wrong.Details);
        var now = settings.Current;
        if (type != "template" && !phones.IsOpen(to, phoneNumberId, now.WindowHours))
        {
            order ??= new Order(131047, As: now.WindowErrors, Details: "more than the window's hours have passed since the guest wrote");
            if (now.WindowErrors == "answer")
                return WhatsAppErrors.Answer(131047, order.Details!);
        }
        return Accept(phoneNumberId, to, type, message, order);
    }

    IResult Accept(string phoneNumberId, string to, string type, JsonObject message, Order? order)
    {
        var id = "wamid." + Convert.ToBase64String(Guid.NewGuid().ToByteArray());
        phones.Hear(to, new("business", id, DateTimeOffset.UtcNow, type, Shown(type, message), message, phoneNumberId, "accepted"));
        _ = Task.Run(() => FollowAsync(phoneNumberId, to, id, WhatsAppRules.Text(message, "biz_opaque_callback_data"), order));
        var accepted = new JsonObject { ["id"] = id };
        if (type == "template")
            accepted["message_status"] = "accepted";
        return Results.Text(new JsonObject
        {
            ["messaging_product"] = "whatsapp",
            ["contacts"] = new JsonArray(new JsonObject { ["input"] = WhatsAppRules.Text(message, "to"), ["wa_id"] = to }),
            ["messages"] = new JsonArray(accepted),
        }.ToJsonString(), "application/json");
    }

    async Task FollowAsync(string phoneNumberId, string to, string id, string? opaque, Order? order)
    {
        foreach (var status in order is null ? settings.Current.Statuses : ["failed"])
        {
            await Task.Delay(settings.Current.StatusDelayMs);
            phones.Mark(to, id, status);
            webhooks.Status(phoneNumberId, StatusOf(to, id, status, opaque, order is null ? null : WhatsAppErrors.Status(order.Code, order.Details ?? "as the sandbox was told")));
        }
    }

    public static JsonObject StatusOf(string to, string id, string status, string? opaque, JsonObject? error)
    {
        var told = new JsonObject
        {
            ["id"] = id,
            ["status"] = status,
            ["timestamp"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            ["recipient_id"] = to,
        };
        if (opaque is not null)
            told["biz_opaque_callback_data"] = opaque;
        if (error is not null)
            told["errors"] = new JsonArray(error);
        else
        {
            told["conversation"] = new JsonObject { ["id"] = "C" + to, ["origin"] = new JsonObject { ["type"] = "utility" } };
            told["pricing"] = new JsonObject { ["billable"] = true, ["pricing_model"] = "PMP", ["category"] = "utility" };
        }
        return told;
    }

    (int Code, string Details)? TemplateFault(JsonObject template)
    {
        var (name, language) = (WhatsAppRules.Text(template, "name")!, WhatsAppRules.Text(template["language"]!.AsObject(), "code")!);
        if (!templates.TryGetValue((name, language), out var known))
            return settings.Current.AnyTemplate ? null : (132001, $"{name} in {language} does not exist");
        var given = (template["components"] as JsonArray ?? [])
            .Where(c => c is JsonObject part && string.Equals(WhatsAppRules.Text(part, "type"), "body", StringComparison.OrdinalIgnoreCase))
            .Sum(c => (c!["parameters"] as JsonArray)?.Count ?? 0);
        return known.State switch
        {
            "paused" => (132015, $"{name} is paused"),
            "disabled" => (132016, $"{name} is disabled"),
            _ => given == known.Parameters ? null : (132000, $"{name} takes {known.Parameters} parameters, not {given}"),
        };
    }

    static string Shown(string type, JsonObject message) => type switch
    {
        "text" => message["text"]!["body"]!.GetValue<string>(),
        "interactive" => message["interactive"]!["body"]!["text"]!.GetValue<string>(),
        "template" => $"[{message["template"]!["name"]}] " + string.Join(" · ", (message["template"]!["components"] as JsonArray ?? [])
            .SelectMany(c => c?["parameters"] as JsonArray ?? []).Select(p => (p as JsonObject) is { } one ? WhatsAppRules.Text(one, "text") ?? WhatsAppRules.Text(one, "payload") : null)),
        _ => WhatsAppRules.Text(message[type]!.AsObject(), "caption") ?? $"[{type}]",
    };
}
