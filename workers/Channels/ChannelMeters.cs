using System.Diagnostics.Metrics;
using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Channels;

/// <summary>What is counted about conversations.</summary>
static class ChannelMeters
{
    static readonly Counter<long> PreReserve = PipelineMeters.Meter.CreateCounter<long>("nlu_pre_reserve_total");
    static readonly Counter<long> Heard = PipelineMeters.Meter.CreateCounter<long>("conversation_state_messages_heard_total");
    static readonly Counter<long> Understood = PipelineMeters.Meter.CreateCounter<long>("conversation_state_messages_understood_total");
    static readonly Counter<long> Started = PipelineMeters.Meter.CreateCounter<long>("conversation_state_started_total");
    static readonly Counter<long> TakenOver = PipelineMeters.Meter.CreateCounter<long>("conversation_state_taken_over_total");
    static readonly Counter<long> Lost = FromZero(PipelineMeters.Meter.CreateCounter<long>("dvt_channel_messages_lost_total"));
    static readonly Counter<long> Sent = PipelineMeters.Meter.CreateCounter<long>("dvt_channel_messages_total");
    static readonly Histogram<double> Took = PipelineMeters.Meter.CreateHistogram<double>("dvt_channel_call_duration_seconds", "s");

    /// <param name="action"><c>needs_slots</c>, <c>pre_reserved</c> or <c>error</c>.</param>
    /// <param name="source">Kind of the message that led to it.</param>
    public static void Reserve(string action, string source) => PreReserve.Add(1, new("action", action), new("source", source));

    public static void Count(IEvent e)
    {
        switch (e)
        {
            case ConversationStarted:
                Started.Add(1);
                break;
            case MessageHeard heard:
                Heard.Add(1, new KeyValuePair<string, object?>("kind", heard.Kind));
                break;
            case MessageUnderstood understood:
                Understood.Add(1, new KeyValuePair<string, object?>("intent", understood.Intent));
                break;
            case ConversationTakenOver over:
                TakenOver.Add(1, new KeyValuePair<string, object?>("by", over.By == "guest" ? "guest" : "person"));
                break;
            case MessageSendingChanged { Status: SendingStatus.Failed or SendingStatus.Unknown } lost:
                Lose(Lost, 1, lost.Status, lost.Code);
                break;
        }
    }

    /// <summary>What is first seen at one has not increased, and no alert fires.</summary>
    static Counter<long> FromZero(Counter<long> counter)
    {
        foreach (var status in (string[])[SendingStatus.Failed, SendingStatus.Unknown])
            foreach (var code in (int?[])[null, .. WhatsAppErrors.OneOfEach])
                Lose(counter, 0, status, code);
        return counter;
    }

    static void Lose(Counter<long> counter, long count, string status, int? code) => counter.Add(
        count, new("status", status), new KeyValuePair<string, object?>("class", code is { } known ? WhatsAppErrors.Of(known).ToString().ToLowerInvariant() : "none"));

    public static void CountCall(string status, TimeSpan took)
    {
        Sent.Add(1, new KeyValuePair<string, object?>("status", status));
        Took.Record(took.TotalSeconds);
    }
}
