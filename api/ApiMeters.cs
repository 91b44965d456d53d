using System.Diagnostics.Metrics;
using Dvt.Pipeline;

namespace Dvt.Api;

/// <summary>What the API counts.</summary>
static class ApiMeters
{
    /// <summary>Messages to telephones that no tenant has registered.</summary>
    public static readonly Counter<long> UnknownChannel = PipelineMeters.Meter.CreateCounter<long>("conversation_state_unknown_channel_total");

    /// <summary>Of what the API writes itself; the workers count theirs under the same name.</summary>
    public static readonly Counter<long> KeysReused = PipelineMeters.Meter.CreateCounter<long>("idempotency_errors_total");
}
