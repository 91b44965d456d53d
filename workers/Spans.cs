using System.Diagnostics;
using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers;

/// <summary>Trace spans of messages whose sender is sampled; nothing for the others.</summary>
static class Spans
{
    public static string? Current => Activity.Current?.Id;

    public static Activity? Of(Envelope envelope) =>
        envelope.TraceParent is { } parent && parent.EndsWith("-01", StringComparison.Ordinal)
            ? PipelineMeters.Traces.StartActivity(envelope.Type, ActivityKind.Consumer, parent)
            : null;
}
