using Npgsql;

namespace Dvt.Workers.Channels;

/// <summary>An audio that is about to be listened to.</summary>
sealed record ClaimedAudio(Guid TenantId, Guid ConversationId, string MessageId, string MediaId, string Language, int Attempt, Guid ChannelId, byte[]? Token);

/// <summary>The SQL of <c>channels.audio</c>; what was heard takes the row away.</summary>
sealed class AudioTable(NpgsqlDataSource postgres)
{
    /// <param name="again">When another looks at it, should this process die.</param>
    public async Task<List<ClaimedAudio>> ClaimAsync(int most, TimeSpan again, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            with due as (
              select a.tenant_id, a.conversation_id, a.message_id, c.channel_id, h.token
              from channels.audio a
              join channels.conversation c using (tenant_id, conversation_id)
              join channels.channel h on h.tenant_id = c.tenant_id
                and h.channel_id = c.channel_id
              where a.due <= clock_timestamp()
              order by a.due
              limit $1
              for update of a skip locked
            )
            update channels.audio a
            set attempt = a.attempt + 1, due = clock_timestamp() + $2
            from due
            where a.tenant_id = due.tenant_id
              and a.conversation_id = due.conversation_id
              and a.message_id = due.message_id
            returning a.tenant_id, a.conversation_id, a.message_id, a.media_id, a.language, a.attempt, due.channel_id, due.token
            """);
        command.Parameters.Add(new() { Value = most });
        command.Parameters.Add(new() { Value = again });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var claimed = new List<ClaimedAudio>();
        while (await reader.ReadAsync(stop))
            claimed.Add(new(
                reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetInt32(5), reader.GetGuid(6),
                reader.IsDBNull(7) ? null : reader.GetFieldValue<byte[]>(7)));
        return claimed;
    }

    public async Task PutOffAsync(ClaimedAudio audio, TimeSpan pause, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            update channels.audio
            set due = clock_timestamp() + $4
            where tenant_id = $1
              and conversation_id = $2
              and message_id = $3
            """);
        foreach (var value in (object[])[audio.TenantId, audio.ConversationId, audio.MessageId, pause])
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(stop);
    }
}
