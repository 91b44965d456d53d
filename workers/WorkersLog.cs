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
}
