using Microsoft.Extensions.Logging;

namespace Dvt.Pipeline;

/// <summary>Every message the pipeline logs. Ids 1000–1099 are stable.</summary>
static partial class PipelineLog
{
    [LoggerMessage(1000, LogLevel.Information, "broker connected as {Name}")]
    public static partial void BrokerConnected(ILogger log, string name);

    [LoggerMessage(1001, LogLevel.Warning, "broker connection {Name} lost: {Reason}")]
    public static partial void BrokerLost(ILogger log, string name, string reason);

    [LoggerMessage(1002, LogLevel.Warning, "broker blocks publishing on {Name}: an alarm is raised")]
    public static partial void BrokerBlocked(ILogger log, string name);

    [LoggerMessage(1003, LogLevel.Warning, "message returned, queue {Queue} is declared again")]
    public static partial void MessageReturned(ILogger log, string queue);

    [LoggerMessage(1004, LogLevel.Debug, "reply to {Queue} lost with the broker")]
    public static partial void ReplyLost(ILogger log, string queue);

    [LoggerMessage(1005, LogLevel.Warning, "command {CommandId} parked: the broker did not confirm")]
    public static partial void Parked(ILogger log, Guid commandId);

    [LoggerMessage(1006, LogLevel.Information, "{Count} parked messages of {Queue} sent on")]
    public static partial void Relayed(ILogger log, int count, string queue);

    [LoggerMessage(1007, LogLevel.Warning, "{What} paused: {Reason}")]
    public static partial void Paused(ILogger log, string what, string reason);

    [LoggerMessage(1008, LogLevel.Information, "slot {Slot} taken with epoch {Epoch}")]
    public static partial void SlotTaken(ILogger log, int slot, long epoch);

    [LoggerMessage(1009, LogLevel.Information, "slot {Slot} left: {Reason}")]
    public static partial void SlotLeft(ILogger log, int slot, string reason);

    [LoggerMessage(1010, LogLevel.Warning, "batch of {Count} failed and is split")]
    public static partial void BatchSplit(ILogger log, Exception fault, int count);

    [LoggerMessage(1011, LogLevel.Warning, "message {MessageId} ({Type}) failed, try {Try}")]
    public static partial void MessageFailed(ILogger log, Exception fault, Guid messageId, string type, int @try);

    [LoggerMessage(1012, LogLevel.Error, "message {MessageId} ({Type}) is a dead letter: {Code}")]
    public static partial void DeadLettered(ILogger log, Guid messageId, string type, string code);

    [LoggerMessage(1013, LogLevel.Information, "migration {Name} applied")]
    public static partial void Migrated(ILogger log, string name);

    [LoggerMessage(1014, LogLevel.Error, "{What} stopped unexpectedly and starts again")]
    public static partial void LoopFailed(ILogger log, Exception fault, string what);

    [LoggerMessage(1015, LogLevel.Information, "consuming {Queue}")]
    public static partial void Consuming(ILogger log, string queue);

    [LoggerMessage(1016, LogLevel.Warning, "a message of {Queue} is no envelope and goes to the dead letters")]
    public static partial void Undecodable(ILogger log, string queue);
}
