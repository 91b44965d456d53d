using System.Diagnostics.Metrics;
using Dvt.Pipeline;

namespace Dvt.Api;

/// <summary>What the API counts, of channels, of keys and of the other processes.</summary>
static class ApiMeters
{
    /// <summary>Messages to telephones that no tenant has registered.</summary>
    public static readonly Counter<long> UnknownChannel = PipelineMeters.Meter.CreateCounter<long>("conversation_state_unknown_channel_total");

    /// <summary>Processes that are up and did not tell their metrics when ours were last asked for those of all.</summary>
    public static readonly Gauge<long> MetricsUnreachable = PipelineMeters.Meter.CreateGauge<long>("dvt_metrics_unreachable");

    /// <summary>Of what the API writes itself; the workers count theirs under the same name.</summary>
    public static readonly Counter<long> KeysReused = PipelineMeters.Meter.CreateCounter<long>("idempotency_errors_total");
}
