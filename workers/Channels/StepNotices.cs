using System.Text.Json;
using Dvt.Contracts;
using Dvt.Workers.Effects;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Channels;

/// <summary>The SQL of messages that runs write: shown beside the others, sent by their step alone.</summary>
sealed class StepNotices(NpgsqlDataSource postgres)
{
    public static string FactOf(StepCall call) => $"step:{call.IdempotencyKey}";

    /// <summary>What a message about a booking needs; null when there is no such booking.</summary>
    public async Task<ClaimedNotice?> FindAsync(StepCall call, string booking, string template, string channel, string? language, Guid id, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select t.name, b.state::text, u.state::text, s.settings::text, x.texts::text, clock_timestamp()
            from messages.booking b
            join identity.tenant t on t.tenant_id = b.tenant_id
            left join messages.unit u on u.tenant_id = b.tenant_id
              and u.unit_id = (b.state ->> 'unitId')::uuid
            left join messages.settings s on s.tenant_id = b.tenant_id
            left join messages.template x on x.tenant_id = b.tenant_id
              and x.name = $3
              and x.language = coalesce($4, s.settings ->> 'language', 'es')
            where b.tenant_id = $1
              and (b.booking_id::text = $2 or b.state ->> 'code' = $2)
            """);
        command.Parameters.Add(new() { Value = call.TenantId });
        command.Parameters.Add(new() { Value = booking });
        command.Parameters.Add(new() { Value = template });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)language ?? DBNull.Value });
        await using var row = await command.ExecuteReaderAsync(stop);
        if (!await row.ReadAsync(stop))
            return null;
        var settings = Json<MessageSettings>(row, 3) ?? MessageSettings.Usual;
        return new(
            call.TenantId, id, FactOf(call), channel, template, language ?? settings.Language, Attempt: 1, new DateTimeOffset(row.GetDateTime(5)), row.GetString(0),
            Json<BookingSeen>(row, 1)!, Json<UnitSeen>(row, 2) ?? UnitSeen.Unknown, settings, Json<MessageTexts>(row, 4));
    }

    public async Task BeginAsync(StepCall call, OutgoingMessage message, string channel, Guid? guestId, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            insert into messages.notice (tenant_id, notice_id, fact, channel, run_id, guest_id, language, status, due_at, attempt, leased_until, recipient)
            values ($1, $2, $3, $4, $5, $6, $7, 'sending', clock_timestamp(), 1, clock_timestamp() + $8, $9)
            on conflict (tenant_id, fact, channel) do update
            set attempt = notice.attempt + 1,
                leased_until = excluded.leased_until,
                changed_at = clock_timestamp()
            """);
        foreach (var value in (object[])[message.TenantId, message.NoticeId, message.Fact, channel, call.Step.RunId])
            command.Parameters.Add(new() { Value = value });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Uuid, Value = (object?)guestId ?? DBNull.Value });
        command.Parameters.Add(new() { Value = message.Language });
        command.Parameters.Add(new() { Value = call.Remaining + NoticeTable.Lease });
        command.Parameters.Add(new() { Value = GuestAddress.Masked(channel, message.To) });
        await command.ExecuteNonQueryAsync(stop);
    }

    public async Task EndAsync(OutgoingMessage message, SendResult result, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            $"""
            update messages.notice
            set status = {NoticeFates.Status("$3")},
                code = {NoticeFates.Code("$3", "$4")},
                detail = $5,
                leased_until = null,
                finished_at = clock_timestamp(),
                changed_at = clock_timestamp()
            where tenant_id = $1
              and notice_id = $2
            """);
        (string Status, string? Code, string? Detail) end = result switch
        {
            SendResult.Gone => (MessageStatus.Accepted, null, null),
            SendResult.Refused refused => (MessageStatus.Failed, refused.Code, refused.Detail),
            SendResult.Unknown unknown => (MessageStatus.Unknown, unknown.Code, "no answer came"),
            _ => throw new InvalidOperationException("no such result"),
        };
        command.Parameters.Add(new() { Value = message.TenantId });
        command.Parameters.Add(new() { Value = message.NoticeId });
        foreach (var text in (string?[])[end.Status, end.Code, end.Detail])
            command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)text ?? DBNull.Value });
        await command.ExecuteNonQueryAsync(stop);
    }

    static T? Json<T>(NpgsqlDataReader row, int column) where T : class =>
        row.IsDBNull(column) ? null : JsonSerializer.Deserialize<T>(row.GetString(column), ContractsJson.Options);
}
