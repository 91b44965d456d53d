using System.Diagnostics.Metrics;
using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Channels;

/// <summary>What is counted about messages to guests.</summary>
static class NoticeMeters
{
    static readonly Counter<long> Messages = FromZero(PipelineMeters.Meter.CreateCounter<long>("dvt_guest_messages_total"));
    static readonly Counter<long> Emails = PipelineMeters.Meter.CreateCounter<long>("email_sent_total");
    static readonly Counter<long> Reminders = PipelineMeters.Meter.CreateCounter<long>("prereservation_reminders_sent_total");
    public static readonly Gauge<double> Overdue = PipelineMeters.Meter.CreateGauge<double>("dvt_guest_messages_overdue_seconds");
    public static readonly Gauge<long> Behind = PipelineMeters.Meter.CreateGauge<long>("dvt_guest_messages_lag_events");

    /// <param name="status">One of <see cref="MessageStatus"/>, once it is closed.</param>
    public static void Count(string channel, string template, string status)
    {
        Add(Messages, 1, channel, template, status);
        if (status != MessageStatus.Accepted)
            return;
        if (channel == MessageChannels.Email)
            Emails.Add(1);
        // By WhatsApp it has only been handed over: whether it leaves, the conversation knows.
        if (template == MessageNames.HoldReminder && channel != MessageChannels.WhatsApp)
            Reminders.Add(1);
    }

    /// <summary>A message of a conversation was sent.</summary>
    public static void CountSent(string? factId)
    {
        if (factId?.StartsWith(DueNotice.ReminderFact, StringComparison.Ordinal) == true)
            Reminders.Add(1);
    }

    /// <summary>What is first seen at one has not increased, and no alert fires.</summary>
    static Counter<long> FromZero(Counter<long> counter)
    {
        foreach (var channel in MessageChannels.All)
            foreach (var template in MessageNames.All)
                foreach (var status in (string[])[MessageStatus.Failed, MessageStatus.Unknown])
                    Add(counter, 0, channel, template, status);
        return counter;
    }

    static void Add(Counter<long> counter, long count, string channel, string template, string status) =>
        counter.Add(count, new("channel", channel), new("template", template), new KeyValuePair<string, object?>("outcome", status));
}
