using Microsoft.Extensions.Logging;

namespace Dvt.Workers.Channels;

/// <summary>Every message about channels. Ids 3400–3449 are stable. No text of a guest, no number.</summary>
static partial class ChannelsLog
{
    [LoggerMessage(3400, LogLevel.Warning, "message {MessageId} was not sent, it is tried again: {Reason}")]
    public static partial void SendingPutOff(ILogger log, string messageId, string reason);

    [LoggerMessage(3401, LogLevel.Error, "message {MessageId} is not sent: {Reason}")]
    public static partial void SendingFailed(ILogger log, string messageId, string reason);

    [LoggerMessage(3402, LogLevel.Warning, "nobody knows whether message {MessageId} was sent: {Reason}")]
    public static partial void SendingUnknown(ILogger log, string messageId, string reason);

    [LoggerMessage(3403, LogLevel.Warning, "an audio cannot be listened to yet: {Reason}")]
    public static partial void AudioPutOff(ILogger log, string reason);
}
