namespace Dvt.Contracts;

/// <summary>What guests are told of, each with a template of its name.</summary>
public static class MessageNames
{
    public const string HoldCreated = "hold_created";
    public const string HoldReminder = "hold_reminder";
    public const string HoldExpired = "hold_expired";
    public const string BookingConfirmed = "booking_confirmed";
    public const string BookingCancelled = "booking_cancelled";
    public const string PreArrival = "pre_arrival";
    public const string AfterStay = "after_stay";

    public static readonly IReadOnlyList<string> All =
        [HoldCreated, HoldReminder, HoldExpired, BookingConfirmed, BookingCancelled, PreArrival, AfterStay];
}

public static class MessageLanguages
{
    public const string Spanish = "es";
    public const string English = "en";

    public static readonly IReadOnlyList<string> All = [Spanish, English];
}

public static class MessageChannels
{
    public const string WhatsApp = "whatsapp";
    public const string Email = "email";

    public static readonly IReadOnlyList<string> All = [WhatsApp, Email];
}

/// <summary>States of a message: from owed to one of the others, which only grow (read may be told before delivered).</summary>
public static class MessageStatus
{
    /// <summary>Waits for its moment or its next attempt.</summary>
    public const string Owed = "owed";

    /// <summary>The intent is stored and the call is made.</summary>
    public const string Sending = "sending";

    /// <summary>The channel took it.</summary>
    public const string Accepted = "accepted";

    public const string Delivered = "delivered";
    public const string Read = "read";
    public const string Failed = "failed";

    /// <summary>It may have gone or not; it is not sent again.</summary>
    public const string Unknown = "unknown";

    /// <summary>There was nothing to say any more when its moment came.</summary>
    public const string Skipped = "skipped";

    public static readonly IReadOnlyList<string> All = [Owed, Sending, Accepted, Delivered, Read, Failed, Unknown, Skipped];
}

/// <summary>What a message says, as Handlebars templates.</summary>
/// <param name="Html">Null: made from <paramref name="Text"/>.</param>
/// <param name="WhatsApp">Sent instead of the text where more than a day has passed since the guest wrote.</param>
public sealed record MessageTexts(string Subject, string Text, string? Html = null, WhatsAppTemplate? WhatsApp = null);

/// <summary>A template that the business has registered with WhatsApp.</summary>
/// <param name="Parameters">Of its body, in order, each a Handlebars template.</param>
public sealed record WhatsAppTemplate(string Name, IReadOnlyList<string> Parameters);

/// <summary>In stream <c>message-template-{name}-{language}</c>. Null texts: the default again.</summary>
public sealed record MessageTemplateChanged(string Name, string Language, MessageTexts? Texts) : IEvent;

/// <summary>How a tenant writes to its guests. In stream <c>message-settings</c>.</summary>
/// <param name="Language">Of guests whose language nobody knows.</param>
/// <param name="PreArrivalDays">Days before the check-in.</param>
/// <param name="AfterStayDays">Days after the check-out.</param>
/// <param name="Channels">Those used where a guest has an address for them.</param>
/// <param name="FromName">Shown as the sender of emails; the tenant's name when null.</param>
/// <param name="ReplyTo">Where answers to emails go.</param>
public sealed record MessageSettings(
    string Language, int PreArrivalDays, int AfterStayDays, IReadOnlyList<string> Channels, string? FromName = null, string? ReplyTo = null)
{
    public static readonly MessageSettings Usual = new(MessageLanguages.Spanish, PreArrivalDays: 2, AfterStayDays: 1, MessageChannels.All);
}

public sealed record MessageSettingsChanged(MessageSettings Settings) : IEvent;

/// <summary>What was sent to a person, kept encrypted with the person's key beside the message's state.</summary>
public sealed record MessageSent(Guid GuestId, [property: PersonalData(nameof(MessageSent.GuestId))] MessageContent Content) : IEvent;

public sealed record MessageContent(string To, string Subject, string Text);
