using Microsoft.Extensions.Logging;

namespace Dvt.Workers.Channels;

/// <summary>Every log message about messages to guests. Ids 3600–3699 are stable.</summary>
static partial class NoticesLog
{
    [LoggerMessage(3600, LogLevel.Warning, "message {NoticeId} by {Channel} is {Status}: {Code}")]
    public static partial void NotSent(ILogger log, Guid noticeId, string channel, string status, string code);

    [LoggerMessage(3601, LogLevel.Warning, "what became of message {NoticeId} cannot be recorded: {Reason}")]
    public static partial void NotRecorded(ILogger log, Guid noticeId, string reason);

    [LoggerMessage(3602, LogLevel.Error, "message {NoticeId} failed here")]
    public static partial void AttemptFailed(ILogger log, Exception fault, Guid noticeId);
}
