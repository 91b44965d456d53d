using System.Text.Json;
using Dvt.Contracts;
using Dvt.Lodging.Conversations;

namespace Dvt.Workers.Channels;

/// <summary>What each command comes to. Rules are <see cref="Conversation"/>'s.</summary>
static class Deciding
{
    /// <summary>Below it an audio is asked for again.</summary>
    const double ClearAudio = 0.6;

    public static void Hear(ConversationWork work, HearMessage command, House house, Func<string, Guid> personOf)
    {
        var message = command.Message;
        if (work.Row is null)
            work.Begin(command.To, message.Channel, message.Name, personOf(command.To.UserId));
        work.Reach(command.To);
        work.Hear(message);
        if (work.Row!.Talk.IsWithPerson)
        {
            work.Change(t => t with { HeardAt = work.Now });
            return;
        }
        switch (message.Kind)
        {
            case MessageKinds.Text when message.Text is { Length: > 0 } text:
                HearWords(work, message.MessageId, text, house, MessageKinds.Text);
                break;
            case MessageKinds.Button:
                Take(work, Conversation.Press(work.Row.Talk, message.Text ?? "", house), MessageKinds.Button);
                break;
            case MessageKinds.Audio when message.MediaUrl is { } media:
                work.Listen(message.MessageId, media);
                break;
            default:
                work.Say(Texts.OnlyWords(work.Row.Talk.Language), factId: null);
                break;
        }
        work.Change(t => t with { HeardAt = work.Now });
    }

    public static void Hear(ConversationWork work, HearAudio command, House house)
    {
        if (work.Row!.Talk.IsWithPerson)
            return;
        var language = work.Row.Talk.Language;
        if (command.Fault is "audio_processing_not_available")
            work.Say(Texts.NoAudio(language), factId: null);
        else if (command.Fault is not null || string.IsNullOrWhiteSpace(command.Text) || command.Confidence < ClearAudio)
            work.Say(Texts.AudioUnclear(language), factId: null);
        else
            HearWords(work, command.MessageId, command.Text, house, MessageKinds.Audio);
    }

    static void HearWords(ConversationWork work, string messageId, string text, House house, string source)
    {
        var understood = Conversation.Understand(text, house);
        work.Understand(messageId, understood);
        Take(work, Conversation.Hear(work.Row!.Talk, text, understood, house), source);
    }

    static void Take(ConversationWork work, Reply reply, string source)
    {
        work.Take(reply);
        if (reply.Order is BookingOrder.Hold)
            ChannelMeters.Reserve("pre_reserved", source);
        else if (reply.After.Asked is Question.Dates or Question.CheckOut or Question.Guests or Question.Unit)
            ChannelMeters.Reserve("needs_slots", source);
    }

    public static void Learn(ConversationWork work, HearBooking command, House house)
    {
        if (command.EventType == nameof(GuestErased))
        {
            work.Erase();
            return;
        }
        if (Conversation.Learn(work.Row!.Talk, command.BookingId, command.EventType, command.Data, house) is not { } reply)
            return;
        work.Take(reply);
        if (command.EventType == nameof(CommandRefused))
            ChannelMeters.Reserve("error", "booking");
    }

    public static void Say(ConversationWork work, SayMessage command, Func<string, Guid> personOf)
    {
        if (work.Row is null)
            work.Begin(command.To, ChannelKinds.WhatsApp, name: null, personOf(command.To.UserId));
        if (Conversation.TellsItself(work.Row!.Talk, command.FactId, work.Now))
            return;
        work.Reach(command.To);
        work.Say(command.Message, command.FactId);
    }

    public static void TakeOver(ConversationWork work)
    {
        if (work.Row!.Talk.IsWithPerson)
            return;
        work.Change(t => t with { IsWithPerson = true });
        work.Happen(new ConversationTakenOver(work.Cause.Actor));
    }

    public static void HandBack(ConversationWork work)
    {
        if (!work.Row!.Talk.IsWithPerson)
            return;
        work.Change(t => t with { IsWithPerson = false, Asked = Question.Nothing, Misses = 0, Wish = new() });
        work.Happen(new ConversationHandedBack(work.Cause.Actor));
    }

    public static void Record(ConversationWork work, RecordSending command) => work.Happen(new MessageSendingChanged(command.MessageId, command.Status, command.Code));
}
