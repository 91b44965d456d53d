using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dvt.Sandbox;

/// <summary>Playing the guest: what is said here comes to the application as a notification, and what it answers is shown here.</summary>
sealed class WhatsAppGuests(WhatsAppSettings settings, WhatsAppPhones phones, WhatsAppMedia media, WhatsAppWebhooks webhooks)
{
    sealed record Words(string Text);

    sealed record Reply(string Id, string Title, string? MessageId = null, string Kind = "button");

    sealed record Person(string? Name = null, DateTimeOffset? LastInboundAt = null);

    sealed record Seen(string? MessageId = null);

    /// <summary><c>{guests:[{phone, name, messages}]}</c>.</summary>
    public IResult List() => Results.Json(new
    {
        guests = phones.Numbers().Select(n => phones.On(n, p => new { phone = n, name = p.Name, messages = p.Messages.Count })),
    });

    /// <summary><c>{phone, name, messages:[{from, id, at, type, text, message, status}]}</c>; <c>?after=</c> leaves out the first so many.</summary>
    public IResult Show(string phone, int? after) =>
        Results.Json(phones.On(phone, p => new { phone, name = p.Name, messages = p.Messages.Skip(after ?? 0).ToArray() }));

    /// <summary><c>PUT {name?, lastInboundAt?}</c>; the latter moves the window in which anything may be sent.</summary>
    public async Task<IResult> Set(string phone, HttpContext context)
    {
        var person = await ReadAsync<Person>(context);
        phones.On(phone, p =>
        {
            p.Name = person.Name ?? p.Name;
            if (person.LastInboundAt is { } at)
                p.LastInbound[Line(context)] = at;
            return true;
        });
        return Results.NoContent();
    }

    public async Task<IResult> SayText(string phone, HttpContext context)
    {
        var words = await ReadAsync<Words>(context);
        return Say(phone, context, "text", words.Text, new JsonObject { ["body"] = words.Text });
    }

    /// <summary>The body is the file, its type the header's.</summary>
    public async Task<IResult> SayAudioAsync(string phone, HttpContext context)
    {
        var type = context.Request.ContentType ?? "audio/ogg; codecs=opus";
        var (id, sha) = media.Keep(await Http.ReadAsync(context), type);
        return Say(phone, context, "audio", "[audio]", new JsonObject { ["mime_type"] = type, ["sha256"] = sha, ["id"] = id, ["voice"] = true });
    }

    /// <summary><c>{id, title, messageId?, kind?: button|list|template}</c>.</summary>
    public async Task<IResult> Press(string phone, HttpContext context)
    {
        var reply = await ReadAsync<Reply>(context);
        var said = new JsonObject { ["id"] = reply.Id, ["title"] = reply.Title };
        var about = reply.MessageId is { } of ? new JsonObject { ["from"] = settings.Current.DisplayPhoneNumber, ["id"] = of } : null;
        return reply.Kind switch
        {
            "template" => Say(phone, context, "button", reply.Title, new JsonObject { ["payload"] = reply.Id, ["text"] = reply.Title }, about),
            "list" => Say(phone, context, "interactive", reply.Title, new JsonObject { ["type"] = "list_reply", ["list_reply"] = said }, about),
            _ => Say(phone, context, "interactive", reply.Title, new JsonObject { ["type"] = "button_reply", ["button_reply"] = said }, about),
        };
    }

    /// <summary>Any message object: <c>{type, …}</c>; sender, id and time are put in where they are missing.</summary>
    public async Task<IResult> SayAnythingAsync(string phone, HttpContext context)
    {
        var message = JsonNode.Parse(await Http.ReadAsync(context))!.AsObject();
        return Tell(phone, context, message, WhatsAppRules.Text(message, "type") ?? "unknown", $"[{message["type"]}]");
    }

    /// <summary><c>{messageId?}</c>: one message is read, or all.</summary>
    public async Task<IResult> Read(string phone, HttpContext context)
    {
        var seen = await ReadAsync<Seen>(context);
        var unread = phones.On(phone, p => p.Messages
            .Where(m => m.From == "business" && m.Status != "read" && m.Status != "failed" && (seen.MessageId is null || m.Id == seen.MessageId)).ToList());
        foreach (var message in unread)
        {
            phones.Mark(phone, message.Id, "read");
            var opaque = WhatsAppRules.Text(message.Message.AsObject(), "biz_opaque_callback_data");
            webhooks.Status(message.PhoneNumberId, WhatsAppSending.StatusOf(phone, message.Id, "read", opaque, error: null));
        }
        return Results.Json(new { read = unread.Count });
    }

    IResult Say(string phone, HttpContext context, string type, string text, JsonObject body, JsonObject? about = null)
    {
        var message = new JsonObject { ["type"] = type, [type] = body };
        if (about is not null)
            message["context"] = about;
        return Tell(phone, context, message, type, text);
    }

    /// <summary><c>?id=</c> says the message's id, <c>?phoneNumberId=</c> to whom it is said.</summary>
    IResult Tell(string phone, HttpContext context, JsonObject message, string type, string text)
    {
        var id = context.Request.Query["id"].FirstOrDefault() ?? WhatsAppRules.Text(message, "id")
            ?? "wamid." + Convert.ToBase64String(Guid.NewGuid().ToByteArray());
        var now = DateTimeOffset.UtcNow;
        message["from"] ??= phone;
        message["id"] = id;
        message["timestamp"] ??= now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        phones.Hear(phone, new("guest", id, now, type, text, message.DeepClone(), Line(context), "sent"));
        webhooks.Message(Line(context), phones.On(phone, p => p.Name), phone, message);
        return Results.Json(new { id });
    }

    string Line(HttpContext context) => context.Request.Query["phoneNumberId"].FirstOrDefault() ?? settings.Current.PhoneNumberId;

    static async Task<T> ReadAsync<T>(HttpContext context) where T : notnull
    {
        var body = await Http.ReadAsync(context);
        return JsonSerializer.Deserialize<T>(body.Length == 0 ? "{}"u8 : body, JsonSerializerOptions.Web)!;
    }
}
