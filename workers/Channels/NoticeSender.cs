using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dvt.Workers.Channels;

/// <summary>
/// Intent, call, outcome or unknown, for every notice that is due. What has begun when the process ends is finished first; what dies
/// with it is unknown and not sent again.
/// </summary>
sealed class NoticeSender(NoticeTable table, NoticeText text, NoticeChannels channels, NoticeWake wake, ILogger<NoticeSender> log) : BackgroundService
{
    const int MostInFlight = 32;
    static readonly TimeSpan LookAnyway = TimeSpan.FromMilliseconds(500);

    static readonly TimeSpan[] Pauses =
        [TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2)];

    readonly Attempts inFlight = new();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loop.RunAsync("notices", log, SendAsync, stoppingToken);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await inFlight.EndAsync(cancellationToken);
    }

    async Task SendAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var next = wake.Next;
            foreach (var (channel, template) in await table.GiveUpAsync(channels.KnowingRepeats, stop))
                NoticeMeters.Count(channel, template, MessageStatus.Unknown);
            var free = MostInFlight - inFlight.Count;
            var claimed = free > 0 ? await table.ClaimAsync(channels.Names, free, stop) : [];
            foreach (var notice in claimed)
                inFlight.Add(notice.TenantId, AttemptAsync(notice), wake);
            if (claimed.Count == 0)
                await Wake.WaitAsync(next, LookAnyway, stop);
        }
    }

    async Task AttemptAsync(ClaimedNotice notice)
    {
        try
        {
            await Task.Yield();
            var outcome = await CarryOutAsync(notice);
            if (outcome.Status != MessageStatus.Owed)
                NoticeMeters.Count(notice.Channel, notice.Template, outcome.Status);
            if (outcome.Status is MessageStatus.Failed or MessageStatus.Unknown)
                NoticesLog.NotSent(log, notice.NoticeId, notice.Channel, outcome.Status, outcome.Code ?? "");
            await table.RecordAsync(notice, outcome, CancellationToken.None);
        }
        catch (Exception fault) when (Postgres.IsUnavailable(fault))
        {
            // Its lease lapses, and then it is unknown: it may have gone.
            NoticesLog.NotRecorded(log, notice.NoticeId, fault.Message);
        }
        catch (Exception fault)
        {
            NoticesLog.AttemptFailed(log, fault, notice.NoticeId);
        }
    }

    async Task<NoticeOutcome> CarryOutAsync(ClaimedNotice notice)
    {
        if (DueNotice.Overtaken(notice.Template, notice.Fact, notice.Booking, notice.Now) is { } reason)
            return Closed(MessageStatus.Skipped, reason);
        if (await text.GuestAsync(notice, CancellationToken.None) is not { } guest)
            return Closed(MessageStatus.Skipped, "guest_erased");
        if (GuestAddress.On(notice.Channel, guest) is not { } to)
            return Closed(MessageStatus.Skipped, "no_address");
        OutgoingMessage message;
        try
        {
            message = text.Make(notice, guest, to);
        }
        catch (FormatException fault)
        {
            return Closed(MessageStatus.Failed, "template", fault.Message);
        }
        var recipient = GuestAddress.Masked(notice.Channel, to);
        var sent = await text.SealAsync(notice, message, CancellationToken.None);
        var result = await channels[notice.Channel].SendAsync(message, CancellationToken.None);
        if (result is SendResult.Refused { Retryable: true })
            RetryMeters.Count(RetryMeters.Notice, PauseAfter(notice.Attempt));
        return result switch
        {
            SendResult.Gone => new(MessageStatus.Accepted, Pause: null, Code: null, Detail: null, recipient, sent),
            // Nothing is wrong with a tenant that does not write by WhatsApp.
            SendResult.Refused { Code: WhatsAppNotices.NoChannel } => Closed(MessageStatus.Skipped, WhatsAppNotices.NoChannel),
            SendResult.Refused { Retryable: true } refused when PauseAfter(notice.Attempt) is { } pause =>
                new(MessageStatus.Owed, pause, refused.Code, refused.Detail, recipient, Sent: null),
            SendResult.Refused refused => new(MessageStatus.Failed, Pause: null, refused.Code, refused.Detail, recipient, sent),
            SendResult.Unknown unknown => new(MessageStatus.Unknown, Pause: null, unknown.Code, "no answer came", recipient, sent),
            _ => throw new InvalidOperationException("no such result"),
        };
    }

    /// <summary>Null when that was the last attempt.</summary>
    static TimeSpan? PauseAfter(int attempt) => attempt <= Pauses.Length ? Pauses[attempt - 1] : null;

    static NoticeOutcome Closed(string status, string code, string? detail = null) => new(status, Pause: null, code, detail, Recipient: null, Sent: null);
}
