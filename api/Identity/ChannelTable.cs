using Npgsql;
using NpgsqlTypes;
using static Dvt.Pipeline.Sql;

namespace Dvt.Api;

/// <summary>The SQL by which the API writes channels and finds whose telephone it is.</summary>
sealed class ChannelTable(NpgsqlDataSource postgres)
{
    public static NpgsqlBatchCommand Insert(Guid tenantId, Guid channelId, string kind, string externalId, string name, byte[]? token) => Command(
        """
        insert into channels.channel (tenant_id, channel_id, kind, external_id, name, token)
        values ($1, $2, $3, $4, $5, $6)
        """, tenantId, channelId, kind, externalId, name, new NpgsqlParameter { Value = (object?)token ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });

    public static NpgsqlBatchCommand Delete(Guid tenantId, Guid channelId) => Command(
        """
        with deleted as (
          update channels.channel
          set deleted = true, revision = revision + 1, token = null
          where tenant_id = $1
            and channel_id = $2
            and not deleted
          returning 1
        )
        select log.expect((select count(*) from deleted), 1, 'channel')
        """, tenantId, channelId);

    /// <summary>Before it is known which tenant asks; null when nobody has registered it.</summary>
    public async Task<(Guid TenantId, Guid ChannelId)?> OfExternalAsync(string kind, string externalId, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand("select tenant_id, channel_id from channels.of_external($1, $2)");
        command.Parameters.Add(new() { Value = kind });
        command.Parameters.Add(new() { Value = externalId });
        await using var row = await command.ExecuteReaderAsync(stop);
        return await row.ReadAsync(stop) ? (row.GetGuid(0), row.GetGuid(1)) : null;
    }

    /// <summary>A message by the channel's id of it.</summary>
    public async Task<(Guid ConversationId, Guid MessageId)?> SentAsync(Guid tenantId, string providerId, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand("select conversation_id, message_id from channels.by_provider_id($1, $2)");
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = providerId });
        await using var row = await command.ExecuteReaderAsync(stop);
        return await row.ReadAsync(stop) && Guid.TryParse(row.GetString(1), out var messageId) ? (row.GetGuid(0), messageId) : null;
    }

    public async Task KeepStatusAsync(Guid tenantId, string providerId, string status, int? code, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand("select channels.keep_status($1, $2, $3, $4)");
        foreach (var value in (object[])[tenantId, providerId, status])
            command.Parameters.Add(new() { Value = value });
        command.Parameters.Add(new() { Value = (object?)code ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        await command.ExecuteNonQueryAsync(stop);
    }
}
