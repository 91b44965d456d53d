namespace Dvt.Contracts;

/// <summary>Kinds of channels that guests write through.</summary>
public static class ChannelKinds
{
    public const string WhatsApp = "whatsapp";
}

/// <summary>Kinds of messages from guests.</summary>
public static class MessageKinds
{
    public const string Text = "text";
    public const string Audio = "audio";
    public const string Image = "image";

    /// <summary>A button of ours was pressed; the text is its id.</summary>
    public const string Button = "button";

    /// <summary>Anything else, such as a location or a sticker.</summary>
    public const string Other = "other";
}

/// <summary>States of a message to a guest. From <c>owed</c> on a state only grows, whatever order news come in.</summary>
public static class SendingStatus
{
    /// <summary>Will be sent, or sent again after a refusal that passes.</summary>
    public const string Owed = "owed";

    /// <summary>The call is under way.</summary>
    public const string Sending = "sending";

    /// <summary>The call was made and no answer came; it is not repeated, since the channel knows no idempotency.</summary>
    public const string Unknown = "unknown";
    public const string Sent = "sent";
    public const string Delivered = "delivered";
    public const string Read = "read";
    public const string Failed = "failed";

    public static readonly IReadOnlyList<string> All = [Owed, Sending, Unknown, Sent, Delivered, Read, Failed];

    public static int Rank(string status) => status switch { Owed => 0, Sending => 1, Unknown => 2, Sent => 3, Failed => 4, Delivered => 5, Read => 6, _ => -1 };
}

/// <summary>A message from a guest, the same for every channel.</summary>
/// <param name="MessageId">The channel's; the same id is the same message.</param>
/// <param name="Channel">One of <see cref="ChannelKinds"/>.</param>
/// <param name="UserId">Of the guest in the channel, such as the digits of a phone number.</param>
/// <param name="Kind">One of <see cref="MessageKinds"/>.</param>
/// <param name="MediaUrl">Where the file is: an address, or the channel's id of it.</param>
/// <param name="Name">As the guest calls themselves there.</param>
public sealed record InboundMessage(
    string MessageId, string Channel, string UserId, DateTimeOffset At, string Kind, string? Text = null, string? MediaUrl = null, string? Name = null);

/// <summary>A button; pressing it sends <paramref name="Id"/>.</summary>
/// <param name="Title">20 characters at the most.</param>
public sealed record Button(string Id, string Title);

/// <summary>A message that the channel has approved beforehand: the only one that may begin a conversation.</summary>
/// <param name="Language">Such as <c>es</c>.</param>
/// <param name="Parameters">Of its body, in order.</param>
public sealed record MessageTemplate(string Name, string Language, IReadOnlyList<string> Parameters);

/// <summary>What is said to a guest.</summary>
/// <param name="Text">As the guest reads it, within 24 hours of their last message.</param>
/// <param name="Buttons">Three at the most are buttons; up to ten are a list.</param>
/// <param name="Template">Instead of the text when the 24 hours are over; without it such a message fails.</param>
public sealed record OutboundMessage(string Text, IReadOnlyList<Button>? Buttons = null, MessageTemplate? Template = null);

/// <summary>One guest on one channel of a tenant. Its id is the key of all commands about it.</summary>
/// <param name="ChannelId">Of the registered channel.</param>
public sealed record ConversationRef(Guid ChannelId, string UserId)
{
    public Guid IdIn(Guid tenantId) => NamedId.Of("conversation", tenantId.ToString(), ChannelId.ToString(), UserId);
}

/// <summary>A guest has written.</summary>
public sealed record HearMessage(ConversationRef To, InboundMessage Message) : ICommand
{
    public static Domain Domain => Domain.Channels;
}

/// <summary>What a guest said in an audio, or why it cannot be told.</summary>
/// <param name="Fault"><c>audio_unclear</c>, <c>empty_file</c> or <c>audio_processing_not_available</c>.</param>
public sealed record HearAudio(Guid ConversationId, string MessageId, string? Text, double? Confidence, string? Fault) : ICommand
{
    public static Domain Domain => Domain.Channels;
}

/// <summary>Something has happened to a booking that a conversation made, or to a command of it.</summary>
/// <param name="EventType">Name of the event record, such as <see cref="BookingConfirmed"/>.</param>
/// <param name="Data">The event; personal data in it stays encrypted.</param>
public sealed record HearBooking(Guid ConversationId, Guid BookingId, string EventType, System.Text.Json.JsonElement Data) : ICommand
{
    public static Domain Domain => Domain.Channels;
}

/// <summary>Says something to a guest: a person of the tenant, a reminder, a run.</summary>
/// <param name="FactId">What it is about: the same fact is told once.</param>
public sealed record SayMessage(ConversationRef To, OutboundMessage Message, string FactId) : ICommand
{
    public static Domain Domain => Domain.Channels;
}

/// <summary>A person answers from now on; nothing is answered by itself.</summary>
public sealed record TakeOverConversation(Guid ConversationId) : ICommand
{
    public static Domain Domain => Domain.Channels;
}

public sealed record HandBackConversation(Guid ConversationId) : ICommand
{
    public static Domain Domain => Domain.Channels;
}

/// <summary>What became of a message to a guest: the answer of a call, or what the channel told later.</summary>
/// <param name="Status">One of <see cref="SendingStatus"/>.</param>
/// <param name="ProviderId">The channel's id of it.</param>
public sealed record RecordSending(Guid ConversationId, Guid MessageId, string Status, string? ProviderId, int? Code) : ICommand
{
    public static Domain Domain => Domain.Channels;
}

/// <summary>How a guest is reached. Personal data.</summary>
public sealed record ChannelContact(string UserId, string? Name);

/// <summary>In stream <c>conversation-{conversationId}</c>, as all that follow.</summary>
/// <param name="PersonId">Whose personal data it is: the same person as in bookings with this phone.</param>
public sealed record ConversationStarted(
    Guid ConversationId, Guid ChannelId, string Channel, Guid PersonId, [property: PersonalData(nameof(ConversationStarted.PersonId))] ChannelContact Contact) : IEvent;

public sealed record MessageHeard(
    string MessageId, string Kind, Guid PersonId, [property: PersonalData(nameof(MessageHeard.PersonId))] string? Text, DateTimeOffset At) : IEvent;

/// <summary>What was understood, without what was said.</summary>
public sealed record MessageUnderstood(
    string MessageId, string Intent, DateOnly? CheckIn, DateOnly? CheckOut, int? Guests, string? Unit, string Language, double Confidence) : IEvent;

/// <summary>Something is to be said to the guest.</summary>
/// <param name="FactId">What it is about, where it is more than an answer.</param>
public sealed record MessageOwed(
    Guid MessageId, Guid PersonId, [property: PersonalData(nameof(MessageOwed.PersonId))] OutboundMessage Message, string? FactId) : IEvent;

public sealed record MessageSendingChanged(Guid MessageId, string Status, int? Code) : IEvent;

/// <param name="By"><c>guest</c> who asked for a person, or the actor who took over.</param>
public sealed record ConversationTakenOver(string By) : IEvent;

public sealed record ConversationHandedBack(string By) : IEvent;

/// <summary>The guest has been forgotten: what was said is gone, here and in the events before.</summary>
public sealed record ConversationErased : IEvent;

/// <summary>The conversation has ordered a booking, and is told of it from now on.</summary>
public sealed record ConversationBooked(Guid BookingId, Guid UnitId) : IEvent;

/// <summary>Names of what guests are told once, whoever tells it.</summary>
public static class GuestFacts
{
    public static string Held(Guid bookingId) => $"booking-held:{bookingId}";

    public static string Confirmed(Guid bookingId) => $"booking-confirmed:{bookingId}";

    public static string Expired(Guid bookingId) => $"booking-expired:{bookingId}";

    public static string Cancelled(Guid bookingId) => $"booking-cancelled:{bookingId}";

    public static IReadOnlyList<string> All(Guid bookingId) => [Held(bookingId), Confirmed(bookingId), Expired(bookingId), Cancelled(bookingId)];

    /// <summary>Null for events that guests are not told of under a name.</summary>
    public static string? Of(string eventType, Guid bookingId) => eventType switch
    {
        nameof(BookingHeld) => Held(bookingId),
        nameof(BookingConfirmed) => Confirmed(bookingId),
        nameof(BookingExpired) => Expired(bookingId),
        nameof(BookingCancelled) => Cancelled(bookingId),
        _ => null,
    };
}

/// <summary>In stream <c>channel-{channelId}</c>, written by the API.</summary>
/// <param name="ExternalId">The provider's id of the telephone.</param>
public sealed record ChannelRegistered(Guid ChannelId, string Kind, string ExternalId, string Name) : IEvent;

public sealed record ChannelDeleted(Guid ChannelId) : IEvent;
