using System.Text.Json;
using Dvt.Contracts;
using Dvt.Lodging.Conversations;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;
using static Dvt.Pipeline.Sql;

namespace Dvt.Workers.Channels;

/// <summary>The SQL of <c>channels.conversation</c>, <c>channels.message</c> and what goes along with them.</summary>
static class ConversationTable
{
    /// <summary>The conversation, what this message led to before, and whether its fact has been told.</summary>
    public static async Task<(ConversationRow? Row, string? Before, bool IsTold)> LoadAsync(
        NpgsqlDataSource postgres, Guid tenantId, Guid conversationId, Guid causeId, string? messageId, string? factId, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select c.channel_id, c.user_id, c.name, c.person_id, c.seq, c.state,
              (select d.commands::text from channels.decided d where d.tenant_id = $1 and d.cause_id = $3),
              exists (select from channels.message m where m.tenant_id = $1 and m.conversation_id = $2 and (m.fact_id = $5 or m.message_id = $4))
            from (values (1)) one
            left join channels.conversation c on c.tenant_id = $1 and c.conversation_id = $2
            """);
        foreach (var value in (object?[])[tenantId, conversationId, causeId])
            command.Parameters.Add(new() { Value = value });
        command.Parameters.Add(Text(messageId));
        command.Parameters.Add(Text(factId));
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        var row = reader.IsDBNull(0) ? null : new ConversationRow(
            tenantId, conversationId, new ConversationRef(reader.GetGuid(0), reader.GetString(1)), reader.IsDBNull(2) ? null : reader.GetString(2),
            reader.GetGuid(3), reader.GetInt64(4), JsonSerializer.Deserialize<Talk>(reader.GetString(5), ContractsJson.Options)!);
        return (row, reader.IsDBNull(6) ? null : reader.GetString(6), reader.GetBoolean(7));
    }

    public static void AddSave(NpgsqlBatch batch, ConversationWork work)
    {
        if (work.Row is { } row && work.Events.Count > 0)
            batch.BatchCommands.Add(Command(
                """
                with saved as (
                  insert into channels.conversation (tenant_id, conversation_id, channel_id, user_id, name, person_id, seq, state, heard_at)
                  values ($1, $2, $3, $4, $5, $6, $7, $8::json, $9)
                  on conflict (tenant_id, conversation_id) do update
                  set user_id = excluded.user_id, name = excluded.name, seq = excluded.seq, state = excluded.state, heard_at = excluded.heard_at
                  where conversation.seq = $10
                  returning 1
                )
                select log.expect((select count(*) from saved), 1, 'channels.conversation')
                """, row.TenantId, row.ConversationId, row.With.ChannelId, row.With.UserId, Text(row.Name), row.PersonId, row.Seq,
                JsonSerializer.Serialize(row.Talk, ContractsJson.Options), row.Talk.HeardAt == default ? new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz } : row.Talk.HeardAt.UtcDateTime,
                work.StoredSeq));
        foreach (var message in work.Messages)
            batch.BatchCommands.Add(Command(
                """
                insert into channels.message (tenant_id, conversation_id, message_id, place, is_outbound, at, kind, body, fact_id, status)
                values ($1, $2, $3, $4, $5, $6, $7, $8::json, $9, $10)
                """, work.Row!.TenantId, work.Row.ConversationId, message.MessageId, message.Place, message.IsOutbound, message.At.UtcDateTime, message.Kind, message.Body,
                Text(message.FactId), Text(message.Status)));
        if (work.Audio is { } audio)
            batch.BatchCommands.Add(Command(
                """
                insert into channels.audio (tenant_id, conversation_id, message_id, media_id, language)
                values ($1, $2, $3, $4, $5)
                """, work.Row!.TenantId, work.Row.ConversationId, audio.MessageId, audio.MediaId, work.Row.Talk.Language));
        foreach (var (stream, bookingId) in work.Awaited)
            batch.BatchCommands.Add(Command(
                """
                insert into channels.awaited (tenant_id, stream, conversation_id, booking_id)
                values ($1, $2, $3, $4)
                """, work.Row!.TenantId, stream, work.Row.ConversationId, new NpgsqlParameter { Value = (object?)bookingId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid }));
        if (work.IsErased)
            AddErasing(batch, work.Row!);
        if (work.Cause.Type == nameof(HearAudio))
            batch.BatchCommands.Add(Command(
                """
                delete from channels.audio
                where tenant_id = $1
                  and conversation_id = $2
                  and message_id = $3
                """, work.Row!.TenantId, work.Row.ConversationId, ContractsJson.Read<HearAudio>(work.Cause.Body).MessageId));
        batch.BatchCommands.Add(Command(
            """
            insert into channels.decided (tenant_id, cause_id, commands, conversation_id)
            values ($1, $2, $3::json, $4)
            """, work.Cause.TenantId, work.Cause.Id, JsonSerializer.Serialize(work.Commands.Select(c => new OwedCommand(c.Queue, c.Envelope)), ContractsJson.Options),
            new NpgsqlParameter { Value = work.Commands.Count > 0 ? work.Row!.ConversationId : (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid }));
    }

    /// <summary>What both sides said, what the guest was to be known by in bookings, and what is still to be listened to.</summary>
    static void AddErasing(NpgsqlBatch batch, ConversationRow row)
    {
        batch.BatchCommands.Add(Command(
            """
            update channels.message
            set body = null, status = case when status = 'owed' then 'failed' else status end
            where tenant_id = $1
              and conversation_id = $2
            """, row.TenantId, row.ConversationId));
        batch.BatchCommands.Add(Command(
            """
            update channels.decided
            set commands = '[]', conversation_id = null
            where tenant_id = $1
              and conversation_id = $2
            """, row.TenantId, row.ConversationId));
        batch.BatchCommands.Add(Command(
            """
            delete from channels.audio
            where tenant_id = $1
              and conversation_id = $2
            """, row.TenantId, row.ConversationId));
    }

    /// <summary>What the channel tells of a message; a state only grows.</summary>
    public static void AddStatus(NpgsqlBatch batch, Guid tenantId, RecordSending told) => batch.BatchCommands.Add(Command(
        """
        update channels.message
        set status = $4, code = coalesce($5, code), leased_until = null
        where tenant_id = $1
          and conversation_id = $2
          and message_id = $3
          and array_position($6, status) < array_position($6, $4)
        """, tenantId, told.ConversationId, told.MessageId.ToString(), told.Status,
        new NpgsqlParameter { Value = told.Code is { } code ? code : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer },
        SendingStatus.All.OrderBy(SendingStatus.Rank).ToArray()));

    /// <summary>A command that follows from a decision.</summary>
    public sealed record OwedCommand(string Queue, Envelope Envelope);
}
