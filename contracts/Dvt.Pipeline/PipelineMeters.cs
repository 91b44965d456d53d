using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Dvt.Pipeline;

/// <summary>What the pipeline counts and traces; names as in <c>/metrics</c>.</summary>
public static class PipelineMeters
{
    public const string Name = "Dvt";

    /// <summary>Spans across API, queue, worker and projector.</summary>
    public static readonly ActivitySource Traces = new(Name);

    public static readonly Meter Meter = new(Name);

    public static readonly Counter<long> Shelved = Meter.CreateCounter<long>("dvt_backlog_moved_total");
    public static readonly Counter<long> Parked = Meter.CreateCounter<long>("dvt_commands_parked_total");
    public static readonly Counter<long> Published = Meter.CreateCounter<long>("dvt_messages_published_total");
    public static readonly Counter<long> HandedOver = Meter.CreateCounter<long>("dvt_messages_handed_over_total");
    public static readonly Counter<long> Consumed = Meter.CreateCounter<long>("dvt_messages_consumed_total");
    public static readonly Counter<long> Retried = Meter.CreateCounter<long>("dvt_messages_retried_total");
    public static readonly Counter<long> DeadLetters = Meter.CreateCounter<long>("dvt_dead_letters_total");
    public static readonly Counter<long> EventsAppended = Meter.CreateCounter<long>("dvt_events_appended_total");
    public static readonly Counter<long> LostRaces = Meter.CreateCounter<long>("dvt_lost_races_total");
    public static readonly Counter<long> TimersFired = Meter.CreateCounter<long>("dvt_timers_fired_total");
    public static readonly Histogram<double> BatchSize = Meter.CreateHistogram<double>("dvt_batch_messages");
    public static readonly Histogram<double> StateWrite = Meter.CreateHistogram<double>("dvt_statestore_write_duration_ms", "ms");
    public static readonly Histogram<double> TimerLateness = Meter.CreateHistogram<double>("dvt_timer_lateness_seconds", "s");

    /// <summary>Tells the counter as zero for each of these values of a label.</summary>
    public static Counter<long> FromZero(this Counter<long> counter, string label, IEnumerable<string> values)
    {
        foreach (var value in values)
            counter.Add(0, new KeyValuePair<string, object?>(label, value));
        return counter;
    }
}
