using System.Diagnostics.Metrics;
using Dvt.Pipeline;

namespace Dvt.Workers;

/// <summary>What is counted about idempotency keys.</summary>
static class KeyMeters
{
    public static readonly Counter<long> Hits = PipelineMeters.Meter.CreateCounter<long>("idempotency_cache_hits_total");
    public static readonly Counter<long> Misses = PipelineMeters.Meter.CreateCounter<long>("idempotency_cache_misses_total");
    public static readonly Counter<long> Created = PipelineMeters.Meter.CreateCounter<long>("idempotency_keys_created_total");
    public static readonly Counter<long> Errors = PipelineMeters.Meter.CreateCounter<long>("idempotency_errors_total");

    /// <summary>Of a batch that has keys: from before they are looked up until they and what was decided under them are durable.</summary>
    public static readonly Histogram<double> Took = PipelineMeters.Meter.CreateHistogram<double>("idempotency_processing_time_seconds", "s");
}
