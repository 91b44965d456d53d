using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Lodging.Messages;
using Dvt.Workers.Effects;

namespace Dvt.Workers.Channels;

/// <summary>
/// Kind <c>message.send</c>: one message, under the step's own fact. Errors: <c>MESSAGE_INPUT_INVALID</c>, <c>MESSAGE_NOT_POSSIBLE</c> (no such
/// booking, guest or channel), <c>MESSAGE_REFUSED</c> (retryable when the channel says so).
/// </summary>
sealed class MessageSendStep(NoticeChannels channels, NoticeText text, StepNotices table) : IStepKindWorker
{
    public string Kind => MessageSendKind.Name;

    public int Concurrency => 32;

    /// <summary>Email servers do not recognise a message they have seen.</summary>
    public Repetition Repeatable(JsonElement input) =>
        Text(input, "channel") is { } channel && channels.KnowingRepeats.Contains(channel) ? Repetition.SameKey : Repetition.Never;

    public async Task<StepOutcome> CallAsync(StepCall call, CancellationToken stop)
    {
        var input = call.Step.Input;
        if (Text(input, "channel") is not { } channel || !channels.Names.Contains(channel))
            return Impossible("MESSAGE_NOT_POSSIBLE", "this installation has no such channel");
        var id = NamedId.Of("notice", call.TenantId.ToString(), call.IdempotencyKey, channel);
        OutgoingMessage message;
        Guid? guestId = null;
        try
        {
            if (Text(input, "booking") is not { } booking)
                message = Written(call, input, channel, id);
            else if (await table.FindAsync(call, booking, Text(input, "template")!, channel, Text(input, "language"), id, stop) is not { } notice
                || await text.GuestAsync(notice, stop) is not { } guest || GuestAddress.On(channel, guest) is not { } to)
                return Impossible("MESSAGE_NOT_POSSIBLE", "there is no such booking, or its guest has no address for this channel");
            else
                (message, guestId) = (text.Make(notice, guest, to), notice.Booking.GuestId);
        }
        catch (FormatException fault)
        {
            return Impossible("MESSAGE_INPUT_INVALID", fault.Message);
        }
        await table.BeginAsync(call, message, channel, guestId, stop);
        var result = await channels[channel].SendAsync(message, stop);
        await table.EndAsync(message, result, CancellationToken.None);
        return result switch
        {
            SendResult.Gone => new StepOutcome.Succeeded(ContractsJson.Element(new { messageId = id, channel, status = MessageStatus.Accepted })),
            SendResult.Refused refused => new StepOutcome.Failed(new StepError("MESSAGE_REFUSED", $"{refused.Code}: {refused.Detail}", refused.Retryable, "SYSTEM")),
            SendResult.Unknown unknown => new StepOutcome.Unknown(unknown.Code),
            _ => throw new InvalidOperationException("no such result"),
        };
    }

    /// <exception cref="FormatException">Nobody can be written to there, or an email has no subject.</exception>
    static OutgoingMessage Written(StepCall call, JsonElement input, string channel, Guid id)
    {
        var guest = channel == MessageChannels.Email ? new Guest("", Email: Text(input, "to")) : new Guest("", Phone: Text(input, "to"));
        var to = GuestAddress.On(channel, guest) ?? throw new FormatException("`to` is no address for this channel");
        var language = Text(input, "language") ?? MessageLanguages.Spanish;
        var subject = Text(input, "subject") ?? (channel == MessageChannels.Email ? throw new FormatException("an email has a subject") : "");
        return new(call.TenantId, id, StepNotices.FactOf(call), to, Rendering.OfWords(subject, Text(input, "text")!, language), language, FromName: "", ReplyTo: null, IsNews: false);
    }

    static StepOutcome.Failed Impossible(string code, string detail) => new StepOutcome.Failed(new StepError(code, detail, Retryable: false, "USER"));

    static string? Text(JsonElement input, string name) =>
        input.ValueKind == JsonValueKind.Object && input.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
