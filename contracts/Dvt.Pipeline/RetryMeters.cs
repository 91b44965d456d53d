using System.Diagnostics.Metrics;

namespace Dvt.Pipeline;

/// <summary>What failed and is tried again by itself, by operation: how often, how long it rests before, and what was given up.</summary>
public static class RetryMeters
{
    /// <summary>A message of a domain's queue that its worker could not carry out.</summary>
    public const string Command = "command";

    /// <summary>A step of a run, and an item of a map: a new attempt.</summary>
    public const string Step = "step";

    public const string Compensation = "compensation";

    /// <summary>A call within an attempt, whose answer was lost.</summary>
    public const string Call = "call";

    /// <summary>To a guest, in a conversation.</summary>
    public const string Message = "message";

    /// <summary>To a guest, about a booking.</summary>
    public const string Notice = "notice";

    /// <summary>What a guest has recorded: fetched and listened to.</summary>
    public const string Audio = "audio";

    public const string Webhook = "webhook";

    static readonly string[] Operations = [Command, Step, Compensation, Call, Message, Notice, Audio, Webhook];

    static readonly Counter<long> Attempts = PipelineMeters.Meter.CreateCounter<long>("retry_attempts_total").FromZero("operation", Operations);
    static readonly Counter<long> Exhausted = PipelineMeters.Meter.CreateCounter<long>("retry_exhausted_total").FromZero("operation", Operations);
    static readonly Histogram<double> Delay = PipelineMeters.Meter.CreateHistogram<double>("retry_delay_seconds", "s");

    /// <param name="pause">As of <see cref="Again"/>; null: the last of several attempts has failed.</param>
    public static void Count(string operation, TimeSpan? pause)
    {
        if (pause is { } after)
            Again(operation, after);
        else
            GiveUp(operation);
    }

    /// <param name="after">The pause that was decided on; what waits longer for a free place is not in it.</param>
    public static void Again(string operation, TimeSpan after)
    {
        var label = new KeyValuePair<string, object?>("operation", operation);
        Attempts.Add(1, label);
        Delay.Record(Math.Max(0, after.TotalSeconds), label);
    }

    public static void GiveUp(string operation) => Exhausted.Add(1, new KeyValuePair<string, object?>("operation", operation));
}
