using System.Security.Cryptography;
using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dvt.Workers.Channels;

/// <summary>Sends what is owed to guests: the intent is stored, the call made, the outcome stored; a lost answer is unknown and never guessed.</summary>
sealed class MessageSender(SendingTable table, WhatsAppClient whatsApp, KeyWrap keys, Publisher publisher, SendingWake wake, ChannelsOptions options, ILogger<MessageSender> log) : BackgroundService
{
    const int MostInFlight = 32;
    const int MostAttempts = 8;

    static readonly TimeSpan LookAnyway = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    readonly Attempts inFlight = new();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loop.RunAsync("messages to guests", log, SendAsync, stoppingToken);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await inFlight.EndAsync(cancellationToken);
    }

    async Task SendAsync(CancellationToken stop)
    {
        while (true)
        {
            var next = wake.Next;
            foreach (var (tenantId, conversationId, messageId) in await table.LapseAsync(stop))
            {
                ChannelsLog.SendingUnknown(log, messageId, "its process ended");
                await TellAsync(tenantId, conversationId, messageId, new SendOutcome(SendingStatus.Unknown), stop);
            }
            var claimed = await table.ClaimAsync(MostInFlight - inFlight.Count, TimeSpan.FromSeconds((2 * options.SendTimeoutSeconds) + 5), stop);
            foreach (var message in claimed)
                inFlight.Add(message.TenantId, SendAsync(message), wake);
            if (claimed.Count == 0)
                await Wake.WaitAsync(next, LookAnyway, stop);
            stop.ThrowIfCancellationRequested();
        }
    }

    async Task SendAsync(ClaimedMessage message)
    {
        try
        {
            await Task.Yield();
            var began = TimeProvider.System.GetTimestamp();
            var outcome = await CallAsync(message);
            var pause = PauseAfter(message.Attempt);
            if (outcome.Status == SendingStatus.Owed)
                RetryMeters.Count(RetryMeters.Message, message.Attempt < MostAttempts ? pause : null);
            if (outcome.Status == SendingStatus.Owed && message.Attempt >= MostAttempts)
                outcome = outcome with { Status = SendingStatus.Failed };
            ChannelMeters.CountCall(outcome.Status, TimeProvider.System.GetElapsedTime(began));
            Note(message, outcome);
            await table.RecordAsync(message, outcome, pause, CancellationToken.None);
            if (outcome.Status == SendingStatus.Sent)
                NoticeMeters.CountSent(message.FactId);
            if (outcome.Status != SendingStatus.Owed)
                await TellAsync(message.TenantId, message.ConversationId, message.MessageId, outcome, CancellationToken.None);
            if (outcome.ProviderId is { } providerId)
                foreach (var early in await table.TakeEarlyAsync(message.TenantId, providerId, CancellationToken.None))
                    await TellAsync(message.TenantId, message.ConversationId, message.MessageId, early, CancellationToken.None);
        }
        catch (Exception fault)
        {
            // Its lease lapses and it counts as unknown: better said once too few than twice.
            ChannelsLog.SendingUnknown(log, message.MessageId, fault.Message);
        }
    }

    async Task<SendOutcome> CallAsync(ClaimedMessage message)
    {
        var opaque = $"{message.ConversationId}/{message.MessageId}";
        if (WhatsAppMessage.Of(message.UserId, message.Message, message.IsOpen, opaque) is not { } body)
            return new SendOutcome(SendingStatus.Failed, Code: WhatsAppErrors.WindowClosed, Reason: "the guest wrote more than 24 hours ago and there is no template");
        return await whatsApp.SendAsync(message.ExternalId, ToConversation.TokenOf(message.ChannelId, message.Token, keys), body, CancellationToken.None);
    }

    static TimeSpan PauseAfter(int attempt)
    {
        var pause = FirstPause * Math.Pow(2, attempt - 1);
        return (pause < LongestPause ? pause : LongestPause) * (0.8 + (0.4 * RandomNumberGenerator.GetInt32(1000) / 1000));
    }

    void Note(ClaimedMessage message, SendOutcome outcome)
    {
        switch (outcome.Status)
        {
            case SendingStatus.Owed:
                ChannelsLog.SendingPutOff(log, message.MessageId, outcome.Reason ?? "");
                break;
            case SendingStatus.Unknown:
                ChannelsLog.SendingUnknown(log, message.MessageId, outcome.Reason ?? "");
                break;
            case SendingStatus.Failed:
                ChannelsLog.SendingFailed(log, message.MessageId, outcome.Reason ?? "");
                break;
        }
    }

    Task TellAsync(Guid tenantId, Guid conversationId, string messageId, SendOutcome outcome, CancellationToken stop) => publisher.PublishAsync([ToConversation.Of(
        NamedId.Of("sending", messageId, outcome.Status), tenantId, conversationId,
        new RecordSending(conversationId, Guid.Parse(messageId), outcome.Status, outcome.ProviderId, outcome.Code), DateTimeOffset.UtcNow)], stop);
}
