using Microsoft.Extensions.Logging;

namespace Dvt.Workers.Effects;

/// <summary>Every message about effects. Ids 3100–3199 are stable.</summary>
static partial class EffectsLog
{
    [LoggerMessage(3100, LogLevel.Warning, "{What} of {Kind} steps waits: {Reason}")]
    public static partial void Waits(ILogger log, string what, string kind, string reason);

    [LoggerMessage(3101, LogLevel.Warning, "outcome of step {Key} is unknown: {Reason}")]
    public static partial void OutcomeUnknown(ILogger log, string key, string reason);

    [LoggerMessage(3102, LogLevel.Error, "the worker of kind {Kind} failed in step {Key}")]
    public static partial void KindFailed(ILogger log, Exception fault, string kind, string key);

    [LoggerMessage(3103, LogLevel.Information, "step {Key} taken over from a worker whose lease lapsed")]
    public static partial void TakenOver(ILogger log, string key);

    [LoggerMessage(3104, LogLevel.Warning, "outcome of step {Key} cannot be stored: {Reason}")]
    public static partial void NotStorable(ILogger log, string key, string reason);

    [LoggerMessage(3105, LogLevel.Information, "{Count} steps of kind {Kind} given back, {Called} of them called")]
    public static partial void GivenBack(ILogger log, int count, string kind, int called);

    [LoggerMessage(3106, LogLevel.Error, "message {MessageId} on {Queue} is no step to call and is dropped")]
    public static partial void NoStep(ILogger log, Guid messageId, string queue);
}
