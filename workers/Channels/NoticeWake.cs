using Dvt.Pipeline;

namespace Dvt.Workers.Channels;

/// <summary>Tells the sender that something is owed.</summary>
sealed class NoticeWake : Wake;
