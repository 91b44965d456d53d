using Dvt.Pipeline;

namespace Dvt.Workers.Channels;

/// <summary>Tells the sender and the listener that something has come for them.</summary>
sealed class SendingWake : Wake;
