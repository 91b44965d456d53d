using System.Diagnostics.Metrics;
using Dvt.Pipeline;

namespace Dvt.Workers.Webhooks;

/// <summary>What is counted about webhooks.</summary>
static class WebhookMeters
{
    static readonly Counter<long> Attempts = PipelineMeters.Meter.CreateCounter<long>("dvt_webhook_attempts_total");
    static readonly Histogram<double> Took = PipelineMeters.Meter.CreateHistogram<double>("dvt_webhook_attempt_duration_seconds", "s");
    public static readonly Counter<long> Disabled = PipelineMeters.Meter.CreateCounter<long>("dvt_webhook_endpoints_disabled_total");
    public static readonly Gauge<long> Backlog = PipelineMeters.Meter.CreateGauge<long>("dvt_webhook_deliveries_pending");
    public static readonly Gauge<double> Oldest = PipelineMeters.Meter.CreateGauge<double>("dvt_webhook_oldest_pending_seconds");
    public static readonly Gauge<double> Overdue = PipelineMeters.Meter.CreateGauge<double>("dvt_webhook_overdue_seconds");
    public static readonly Gauge<long> Behind = PipelineMeters.Meter.CreateGauge<long>("dvt_webhook_fanout_lag_events");

    /// <param name="attempt">From 1.</param>
    /// <param name="pause">Until the next attempt; null when there is none.</param>
    public static void Count(PostOutcome outcome, int attempt, TimeSpan? pause)
    {
        if (!outcome.IsSuccess && (pause is not null || attempt > 1))
            RetryMeters.Count(RetryMeters.Webhook, pause);
        Attempts.Add(1, new KeyValuePair<string, object?>("outcome", outcome.IsSuccess ? "delivered" : pause is null ? "exhausted" : "retried"));
        Took.Record(outcome.Took.TotalSeconds);
    }
}
