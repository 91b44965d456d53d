using System.Diagnostics.Metrics;
using Dvt.Pipeline;

namespace Dvt.Api;

/// <summary>What the API counts about channels.</summary>
static class ApiMeters
{
    /// <summary>Messages to telephones that no tenant has registered.</summary>
    public static readonly Counter<long> UnknownChannel = PipelineMeters.Meter.CreateCounter<long>("conversation_state_unknown_channel_total");
}
