using Dvt.Contracts;
using Dvt.Lodging.Conversations;

namespace Dvt.Workers.Channels;

/// <summary>A stored conversation.</summary>
/// <param name="Seq">Of its last event; 0 while it is not stored.</param>
sealed record ConversationRow(Guid TenantId, Guid ConversationId, ConversationRef With, string? Name, Guid PersonId, long Seq, Talk Talk)
{
    public string Stream => $"conversation-{ConversationId}";
}

/// <summary>A message as it is stored: what a guest said, or what is owed to one.</summary>
/// <param name="Body">JSON.</param>
/// <param name="Status">Of those to the guest; null for those from one.</param>
sealed record MessageRow(string MessageId, long Place, bool IsOutbound, DateTimeOffset At, string Kind, string Body, string? FactId, string? Status);
