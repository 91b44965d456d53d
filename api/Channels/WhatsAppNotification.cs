using System.Globalization;
using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Api;

/// <summary>A notification of the Cloud API, made into what every channel says. Unknown parts are passed over. protocols.md §4.2.</summary>
sealed record WhatsAppNotification(
    IReadOnlyList<(string PhoneNumberId, InboundMessage Message)> Messages, IReadOnlyList<WhatsAppNotification.StatusTold> Statuses)
{
    /// <summary>Of a message that we sent: the address that we sent along leads back to it, or where that is missing the channel's id.</summary>
    public sealed record StatusTold(string PhoneNumberId, SentMessage? Message, string Status, string? ProviderId, int? Code);

    const int MostText = 8_000;

    public static WhatsAppNotification Read(JsonElement body)
    {
        var (messages, statuses) = (new List<(string, InboundMessage)>(), new List<StatusTold>());
        foreach (var value in ListOf(body, "entry").SelectMany(e => ListOf(e, "changes")).Select(c => Part(c, "value")))
        {
            if (Part(value, "metadata") is var metadata && Text(metadata, "phone_number_id") is not { } phone)
                continue;
            var names = ListOf(value, "contacts").Where(c => Text(c, "wa_id") is not null).DistinctBy(c => Text(c, "wa_id"))
                .ToDictionary(c => Text(c, "wa_id")!, c => Text(Part(c, "profile"), "name"));
            foreach (var message in ListOf(value, "messages"))
                if (MessageOf(message, names) is { } heard)
                    messages.Add((phone, heard));
            foreach (var status in ListOf(value, "statuses"))
                if (StatusOf(phone, status) is { } told)
                    statuses.Add(told);
        }
        return new(messages, statuses);
    }

    static InboundMessage? MessageOf(JsonElement message, Dictionary<string, string?> names)
    {
        // A business-scoped id stands in for a phone that is kept back.
        if (Text(message, "id") is not { Length: > 0 } id || (Text(message, "from") ?? Text(message, "from_user_id")) is not { Length: > 0 } from)
            return null;
        var at = long.TryParse(Text(message, "timestamp"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 10_000_000_000
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) : DateTimeOffset.UnixEpoch;
        var (kind, text, media) = ContentOf(message);
        return new InboundMessage(Cut(id, 200), ChannelKinds.WhatsApp, Cut(from, 64), at, kind, text is null ? null : Cut(text, MostText), media, names.GetValueOrDefault(from) is { } name ? Cut(name, 100) : null);
    }

    static (string Kind, string? Text, string? Media) ContentOf(JsonElement message)
    {
        var type = Text(message, "type") ?? "";
        var content = Part(message, type);
        return type switch
        {
            "text" => (MessageKinds.Text, Text(content, "body"), null),
            "audio" => (MessageKinds.Audio, null, Text(content, "id")),
            "image" => (MessageKinds.Image, Text(content, "caption"), Text(content, "id")),
            "interactive" => (MessageKinds.Button, Text(Part(content, "button_reply"), "id") ?? Text(Part(content, "list_reply"), "id"), null),
            "button" => (MessageKinds.Button, Text(content, "payload") ?? Text(content, "text"), null),
            _ => (MessageKinds.Other, null, null),
        };
    }

    static StatusTold? StatusOf(string phone, JsonElement status)
    {
        var sent = SentMessage.Parse(Text(status, "biz_opaque_callback_data"));
        var providerId = Text(status, "id") is { Length: > 0 } id ? Cut(id, 200) : null;
        if (sent is null && providerId is null)
            return null;
        var state = Text(status, "status") switch
        {
            "sent" => SendingStatus.Sent,
            "delivered" => SendingStatus.Delivered,
            "read" or "played" => SendingStatus.Read,
            "failed" => SendingStatus.Failed,
            _ => null,
        };
        var error = ListOf(status, "errors").Select(e => Part(e, "code")).FirstOrDefault();
        return state is null ? null : new(phone, sent, state, providerId, error.ValueKind == JsonValueKind.Number && error.TryGetInt32(out var code) ? code : null);
    }

    static string Cut(string text, int most) => text.Length <= most ? text : text[..most];

    static JsonElement Part(JsonElement of, string name) => of.ValueKind == JsonValueKind.Object && name.Length > 0 && of.TryGetProperty(name, out var part) ? part : default;

    static string? Text(JsonElement of, string name) => Part(of, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()!.Replace("\0", "", StringComparison.Ordinal) : null;

    static JsonElement.ArrayEnumerator ListOf(JsonElement of, string name) => Part(of, name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : default;
}

/// <summary>A message of a conversation.</summary>
sealed record SentMessage(Guid ConversationId, Guid MessageId)
{
    /// <summary>Null for what is not written as we write it.</summary>
    public static SentMessage? Parse(string? text) =>
        text?.Split('/') is [var conversation, var message] && Guid.TryParse(conversation, out var conversationId) && Guid.TryParse(message, out var messageId)
            ? new(conversationId, messageId) : null;
}
