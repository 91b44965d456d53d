using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.Workers.Effects;
using Npgsql;

namespace Dvt.Workers.Channels;

/// <summary>
/// Hands a notice to the guest's conversation, which says each fact once, knows whether the 24 hours are over, and tells in its events
/// what became of it. The order's id is made from the notice: handed over again it is the same order.
/// </summary>
sealed class WhatsAppNotices(NpgsqlDataSource postgres, Publish publish, TimeProvider clock) : IMessageChannel
{
    /// <summary>Code where the tenant has registered no telephone.</summary>
    public const string NoChannel = "no_channel";

    /// <summary>Longest text of a message (protocols of the Cloud API).</summary>
    const int MostText = 4096;

    public string Name => MessageChannels.WhatsApp;

    public bool KnowsRepeats => true;

    public async Task<SendResult> SendAsync(OutgoingMessage message, CancellationToken stop)
    {
        if (await ChannelAsync(message.TenantId, stop) is not { } channelId)
            return new SendResult.Refused(NoChannel, "the tenant has no WhatsApp channel", Retryable: false);
        if (message.Content.Text.Length > MostText)
            return new SendResult.Refused("text_too_long", $"a WhatsApp message has at most {MostText} characters", Retryable: false);
        var to = new ConversationRef(channelId, message.To);
        var content = message.Content;
        var template = content.WhatsAppTemplate is { } name ? new MessageTemplate(name, message.Language, content.WhatsAppParameters) : null;
        await publish([ToConversation.Of(
            NamedId.Of("say", message.NoticeId.ToString()), message.TenantId, to.IdIn(message.TenantId),
            new SayMessage(to, new OutboundMessage(content.Text, Buttons: null, template), message.Fact), clock.GetUtcNow())], stop);
        return new SendResult.Gone();
    }

    /// <summary>The tenant's oldest channel.</summary>
    async Task<Guid?> ChannelAsync(Guid tenantId, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select channel_id
            from channels.channel
            where tenant_id = $1
              and kind = 'whatsapp'
              and not deleted
            order by created_at, channel_id
            limit 1
            """);
        command.Parameters.Add(new() { Value = tenantId });
        return await command.ExecuteScalarAsync(stop) as Guid?;
    }
}
