using System.Diagnostics.Metrics;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging;

namespace Dvt.ReadModels;

/// <summary>Every message the read models log. Ids 4000–4099 are stable.</summary>
static partial class ReadModelsLog
{
    [LoggerMessage(4000, LogLevel.Information, "projector {Holder} writes the views from now on")]
    public static partial void Leads(ILogger log, string holder);

    [LoggerMessage(4001, LogLevel.Warning, "projector {Holder} has lost its lease")]
    public static partial void LeaseLost(ILogger log, string holder);

    [LoggerMessage(4002, LogLevel.Information, "filling {Views} from the log beside what is there")]
    public static partial void Rebuilding(ILogger log, string views);

    [LoggerMessage(4003, LogLevel.Information, "{Views} filled and swapped in after {Seconds} s")]
    public static partial void Swapped(ILogger log, string views, double seconds);

    [LoggerMessage(4004, LogLevel.Warning, "swap put off: {Reason}")]
    public static partial void SwapPutOff(ILogger log, string reason);

    [LoggerMessage(4005, LogLevel.Information, "a reader of the live tail is too slow and is dropped")]
    public static partial void ReaderDropped(ILogger log);

    [LoggerMessage(4006, LogLevel.Warning, "run {RunId} of tenant {TenantId} will likely miss its deadline {Deadline:O}: through at about {Finish:O}")]
    public static partial void LikelyLate(ILogger log, string runId, Guid tenantId, DateTimeOffset deadline, DateTimeOffset finish);
}

static class ReadModelsMeters
{
    public static readonly Counter<long> Projected = PipelineMeters.Meter.CreateCounter<long>("dvt_events_projected_total");
    public static readonly Counter<long> Gaps = PipelineMeters.Meter.CreateCounter<long>("dvt_projection_gaps_total");
}
