using Microsoft.Extensions.Logging;

namespace Dvt.Workers;

/// <summary>Every message the workers log. Ids 3000–3099 are stable.</summary>
static partial class WorkersLog
{
    [LoggerMessage(3000, LogLevel.Information, "race lost, the batch is loaded and decided again: {Reason}")]
    public static partial void RaceLost(ILogger log, string reason);

    [LoggerMessage(3001, LogLevel.Warning, "{Count} runs had not moved although work is owed; they were woken")]
    public static partial void OwedWorkFound(ILogger log, int count);

    [LoggerMessage(3002, LogLevel.Information, "{Count} migrations applied")]
    public static partial void Migrated(ILogger log, int count);

    [LoggerMessage(3003, LogLevel.Warning, "occurrences of schedules wait for the broker: {Reason}")]
    public static partial void SchedulesHeldUp(ILogger log, string reason);

    [LoggerMessage(3004, LogLevel.Error, "schedule {ScheduleId} starts nothing: {Reason}")]
    public static partial void ScheduleNotUnderstood(ILogger log, string scheduleId, string reason);

    [LoggerMessage(3055, LogLevel.Information, "histories of {Count} runs were moved to the archive")]
    public static partial void RunsArchived(ILogger log, int count);

    [LoggerMessage(3071, LogLevel.Information, "archived histories of {Count} runs were deleted for good")]
    public static partial void HistoriesDeleted(ILogger log, int count);

    [LoggerMessage(3005, LogLevel.Warning, "{Count} schedules had lost their moment; they are looked at now")]
    public static partial void SchedulesRepaired(ILogger log, int count);

    [LoggerMessage(3006, LogLevel.Warning, "how job {Job} ended is not kept: {Reason}")]
    public static partial void JobEndNotKept(ILogger log, string job, string reason);

    [LoggerMessage(3007, LogLevel.Error, "run {RunId} of tenant {TenantId} is stored otherwise than its history has it, at seq {Seq}")]
    public static partial void FoldDiffers(ILogger log, string runId, Guid tenantId, long seq);

    [LoggerMessage(3008, LogLevel.Warning, "run {RunId} of tenant {TenantId} was stored anew as its history has it, at seq {Seq}; what was stored {Fault}")]
    public static partial void RunRepaired(ILogger log, string runId, Guid tenantId, long seq, string fault);
}
