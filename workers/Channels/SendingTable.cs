using System.Text.Json;
using Dvt.Contracts;
using Dvt.Lodging.Conversations;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Channels;

/// <summary>A message whose call is about to be made: the intent is stored.</summary>
sealed record ClaimedMessage(
    Guid TenantId, Guid ConversationId, string MessageId, OutboundMessage Message, int Attempt, Guid ChannelId, string UserId, string ExternalId, byte[]? Token, bool IsOpen, string? FactId);

/// <summary>The SQL of messages that are owed to guests.</summary>
sealed class SendingTable(NpgsqlDataSource postgres)
{
    /// <summary>Takes messages that are due, of each conversation the first only: guests read in order.</summary>
    public async Task<List<ClaimedMessage>> ClaimAsync(int most, TimeSpan lease, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            with due as (
              select m.tenant_id, m.conversation_id, m.message_id, c.channel_id, c.user_id, c.heard_at, h.external_id, h.token
              from channels.message m
              join channels.conversation c using (tenant_id, conversation_id)
              join channels.channel h on h.tenant_id = c.tenant_id
                and h.channel_id = c.channel_id
              where m.status = 'owed'
                and m.due <= clock_timestamp()
                and not exists (
                  select
                  from channels.message e
                  where e.tenant_id = m.tenant_id
                    and e.conversation_id = m.conversation_id
                    and e.place < m.place
                    and e.status in ('owed', 'sending')
                )
              order by m.due
              limit $1
              for update of m skip locked
            )
            update channels.message m
            set status = 'sending', attempt = m.attempt + 1, leased_until = clock_timestamp() + $2
            from due
            where m.tenant_id = due.tenant_id
              and m.conversation_id = due.conversation_id
              and m.message_id = due.message_id
            returning m.tenant_id, m.conversation_id, m.message_id, m.body::text, m.attempt, due.channel_id, due.user_id, due.external_id, due.token,
              coalesce(due.heard_at > clock_timestamp() - $3, false), m.fact_id
            """);
        command.Parameters.Add(new() { Value = most });
        command.Parameters.Add(new() { Value = lease });
        command.Parameters.Add(new() { Value = Talk.Window });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var claimed = new List<ClaimedMessage>();
        while (await reader.ReadAsync(stop))
            claimed.Add(new(
                reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), JsonSerializer.Deserialize<OutboundMessage>(reader.GetString(3), ContractsJson.Options)!,
                reader.GetInt32(4), reader.GetGuid(5), reader.GetString(6), reader.GetString(7), reader.IsDBNull(8) ? null : reader.GetFieldValue<byte[]>(8), reader.GetBoolean(9),
                reader.IsDBNull(10) ? null : reader.GetString(10)));
        return claimed;
    }

    /// <summary>Calls whose process died: whether they were made nobody knows, so they are not made again.</summary>
    public async Task<List<(Guid TenantId, Guid ConversationId, string MessageId)>> LapseAsync(CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            update channels.message
            set status = 'unknown', leased_until = null
            where status = 'sending'
              and leased_until < clock_timestamp()
            returning tenant_id, conversation_id, message_id
            """);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var lapsed = new List<(Guid, Guid, string)>();
        while (await reader.ReadAsync(stop))
            lapsed.Add((reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2)));
        return lapsed;
    }

    /// <param name="pause">Until it is tried again, when it is owed and the guest was not forgotten meanwhile.</param>
    public async Task RecordAsync(ClaimedMessage message, SendOutcome outcome, TimeSpan pause, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            update channels.message
            set status = case when $4 = 'owed' and body is null then 'failed' else $4 end, code = $5, due = clock_timestamp() + $6, leased_until = null,
              provider_id = coalesce($7, provider_id)
            where tenant_id = $1
              and conversation_id = $2
              and message_id = $3
              and status = 'sending'
            """);
        foreach (var value in (object[])[message.TenantId, message.ConversationId, message.MessageId, outcome.Status])
            command.Parameters.Add(new() { Value = value });
        command.Parameters.Add(new() { Value = (object?)outcome.Code ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = pause });
        command.Parameters.Add(Sql.Text(outcome.ProviderId));
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>
    /// What the channel told of a message before its id was known here. Asked once that is stored: whoever is told later finds the message by it.
    /// </summary>
    public async Task<List<SendOutcome>> TakeEarlyAsync(Guid tenantId, string providerId, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            delete from channels.early_status
            where tenant_id = $1
              and provider_id = $2
            returning status, code
            """);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = providerId });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var early = new List<SendOutcome>();
        while (await reader.ReadAsync(stop))
            early.Add(new(reader.GetString(0), providerId, reader.IsDBNull(1) ? null : reader.GetInt32(1)));
        return early;
    }
}
