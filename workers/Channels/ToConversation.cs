using System.Text;
using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Channels;

/// <summary>What workers themselves tell a conversation.</summary>
static class ToConversation
{
    /// <param name="id">Made from what it is about: sent again it is the same command.</param>
    public static (string Queue, Envelope Envelope) Of<TCommand>(Guid id, Guid tenantId, Guid conversationId, TCommand command, DateTimeOffset at) where TCommand : ICommand
    {
        var key = conversationId.ToString();
        return (Slot.Queue(Slot.Of(TCommand.Domain, tenantId, key)), new Envelope(id, typeof(TCommand).Name, tenantId, key, "system", at, ContractsJson.Element(command)));
    }

    /// <summary>The access token of a channel that has one of its own.</summary>
    public static string? TokenOf(Guid channelId, byte[]? wrapped, KeyWrap keys) =>
        wrapped is null ? null : Encoding.UTF8.GetString(keys.Unwrap($"channel:{channelId}", wrapped));
}
