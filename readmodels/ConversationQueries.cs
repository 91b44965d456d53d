using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <param name="PhoneNumberId">The channel's id of the telephone.</param>
public sealed record ChannelRow(Guid ChannelId, string Kind, string PhoneNumberId, string Name, bool HasToken, DateTimeOffset CreatedAt);

/// <param name="UserId">Of the guest in the channel.</param>
/// <param name="WithPerson">A person answers.</param>
public sealed record ConversationRow(
    Guid ConversationId, Guid ChannelId, string UserId, string? Name, bool WithPerson, string Language, Guid? BookingId, string? BookingCode,
    string? LastText, DateTimeOffset? LastAt, DateTimeOffset? HeardAt);

/// <param name="Direction"><c>in</c> or <c>out</c>.</param>
/// <param name="Status">Of those to the guest.</param>
/// <param name="Code">The channel's error.</param>
public sealed record ConversationMessageRow(string MessageId, string Direction, DateTimeOffset At, string Kind, string? Text, string? Status, int? Code);

/// <param name="Messages">The last hundred, oldest first.</param>
public sealed record ConversationDetail(
    Guid ConversationId, Guid ChannelId, string UserId, string? Name, bool WithPerson, string Language, Guid? BookingId, string? BookingCode, DateTimeOffset? HeardAt,
    IReadOnlyList<ConversationMessageRow> Messages);

/// <summary>Reads channels and conversations from their own tables: they are always current, and what guests wrote is in no view.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class ConversationQueries(NpgsqlDataSource api)
{
    const string ChannelSort = "createdAt";
    const string Sort = "-lastAt";
    const int MostMessages = 100;

    /// <summary>Oldest first.</summary>
    public async Task<Page<ChannelRow>> ChannelsAsync(Guid tenantId, int limit, string? cursor, CancellationToken stop)
    {
        var (after, afterId) = Key(cursor, ChannelSort);
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select c.channel_id, c.kind, c.external_id, c.name, c.token is not null, c.created_at
            from channels.channel c
            where c.tenant_id = $1
              and not c.deleted
              and ($2 is null or (c.created_at, c.channel_id) > ($2, $3))
            order by c.created_at, c.channel_id
            limit $4
            """, tenantId, Time(after), afterId, Cursor.Limit(limit) + 1);
        return Cursor.Cut((await query.ListAsync(Channel, stop)).Value, limit, r => Cursor.Of(ChannelSort, Cursor.OfTime(r.CreatedAt), r.ChannelId.ToString()));
    }

    public async Task<ChannelRow?> ChannelAsync(Guid tenantId, Guid channelId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select c.channel_id, c.kind, c.external_id, c.name, c.token is not null, c.created_at
            from channels.channel c
            where c.tenant_id = $1
              and c.channel_id = $2
              and not c.deleted
            """, tenantId, channelId);
        return (await query.FirstAsync(Channel, stop))?.Value;
    }

    static ChannelRow Channel(NpgsqlDataReader row) => new(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetBoolean(4), row.Time(5));

    /// <summary>Those last spoken in first.</summary>
    public async Task<Page<ConversationRow>> ListAsync(Guid tenantId, bool? withPerson, int limit, string? cursor, CancellationToken stop)
    {
        var (after, afterId) = Key(cursor, Sort);
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select c.conversation_id, c.channel_id, c.user_id, c.name, c.state::text, c.heard_at, m.body ->> 'text', coalesce(m.at, 'epoch')
            from channels.conversation c
            left join lateral (
              select l.body, l.at
              from channels.message l
              where l.tenant_id = c.tenant_id
                and l.conversation_id = c.conversation_id
              order by l.place desc
              limit 1
            ) m on true
            where c.tenant_id = $1
              and ($2 is null or (c.state ->> 'isWithPerson')::boolean = $2)
              and ($3 is null or (coalesce(m.at, 'epoch'), c.conversation_id) < ($3, $4))
            order by coalesce(m.at, 'epoch') desc, c.conversation_id desc
            limit $5
            """, tenantId, new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Boolean, Value = (object?)withPerson ?? DBNull.Value }, Time(after), afterId, Cursor.Limit(limit) + 1);
        var rows = await query.ListAsync(Conversation, stop);
        return Cursor.Cut(rows.Value, limit, r => Cursor.Of(Sort, Cursor.OfTime(r.LastAt ?? DateTimeOffset.UnixEpoch), r.ConversationId.ToString()));
    }

    static ConversationRow Conversation(NpgsqlDataReader row)
    {
        var state = JsonElement.Parse(row.GetString(4));
        var (bookingId, code) = BookingOf(state);
        return new(
            row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.TextOrNull(3), state.GetProperty("isWithPerson").GetBoolean(), state.GetProperty("language").GetString()!, bookingId, code,
            row.TextOrNull(6), row.Time(7), row.TimeOrNull(5));
    }

    static (Guid? Id, string? Code) BookingOf(JsonElement state) => state.TryGetProperty("booking", out var booking) && booking.ValueKind == JsonValueKind.Object
        ? (booking.GetProperty("bookingId").GetGuid(), booking.TryGetProperty("code", out var code) ? code.GetString() : null) : (null, null);

    public async Task<ConversationDetail?> FindAsync(Guid tenantId, Guid conversationId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select c.channel_id, c.user_id, c.name, c.state::text, c.heard_at
            from channels.conversation c
            where c.tenant_id = $1
              and c.conversation_id = $2
            """, tenantId, conversationId);
        query.Add(
            $"""
            select m.message_id, m.is_outbound, m.at, m.kind, m.body ->> 'text', m.status, m.code
            from channels.message m
            where m.tenant_id = $1
              and m.conversation_id = $2
            order by m.place desc
            limit {MostMessages}
            """, tenantId, conversationId);
        return (await query.ReadAsync(reader => ReadAsync(reader, conversationId, stop), stop)).Value;
    }

    static async Task<ConversationDetail?> ReadAsync(NpgsqlDataReader row, Guid conversationId, CancellationToken stop)
    {
        if (!await row.ReadAsync(stop))
            return null;
        var state = JsonElement.Parse(row.GetString(3));
        var (bookingId, code) = BookingOf(state);
        var messages = new List<ConversationMessageRow>();
        var found = new ConversationDetail(
            conversationId, row.GetGuid(0), row.GetString(1), row.TextOrNull(2), state.GetProperty("isWithPerson").GetBoolean(), state.GetProperty("language").GetString()!,
            bookingId, code, row.TimeOrNull(4), messages);
        await row.NextResultAsync(stop);
        while (await row.ReadAsync(stop))
            messages.Insert(0, new(
                row.GetString(0), row.GetBoolean(1) ? "out" : "in", row.Time(2), row.GetString(3), row.TextOrNull(4), row.TextOrNull(5), row.IsDBNull(6) ? null : row.GetInt32(6)));
        return found;
    }

    static (DateTime? After, Guid Id) Key(string? cursor, string sort)
    {
        if (Cursor.Parse(cursor, sort, parts: 2) is not { } key)
            return (null, Guid.Empty);
        return Guid.TryParse(key[1], out var id) ? (Cursor.Time(key[0]), id) : throw Cursor.Invalid();
    }

    static NpgsqlParameter Time(DateTime? value) => new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = (object?)value ?? DBNull.Value };
}
