using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>A message to a guest: why, by which way, and what became of it.</summary>
/// <param name="Fact">What it is about; told once on each channel.</param>
/// <param name="Template">Null for one that a run's step wrote.</param>
/// <param name="Status">One of <see cref="MessageStatus"/>.</param>
/// <param name="Recipient">Enough to recognise, too little to use.</param>
/// <param name="Code">Why it was not sent, or not yet.</param>
public sealed record MessageRow(
    Guid MessageId, string Fact, string Channel, string? Template, string Language, Guid? BookingId, string? BookingCode, string? RunId, string Status,
    string? Recipient, int Attempt, DateTimeOffset DueAt, string? Code, string? Detail, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt);

/// <param name="GuestId">Whose key opens <paramref name="Sent"/>.</param>
/// <param name="Sent">A <see cref="MessageSent"/>, encrypted; null when nothing was.</param>
public sealed record MessageDetail(MessageRow Row, Guid? GuestId, JsonElement? Sent);

/// <param name="Booking">Its id or code.</param>
public sealed record MessageFilter(string? Booking, string? Status, string? Channel, int Limit, string? Cursor);

/// <param name="Texts">Null for the default.</param>
public sealed record MessageTemplateRow(string Name, string Language, MessageTexts? Texts, long Revision, DateTimeOffset? ChangedAt);

/// <param name="Revision">0 while nobody has changed them.</param>
public sealed record MessageSettingsRow(MessageSettings Settings, long Revision);

/// <summary>Reads messages to guests from their own tables: they are always current.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class MessageQueries(NpgsqlDataSource api)
{
    const string Sort = "-createdAt";

    const string Columns =
        """
        n.notice_id, n.fact, n.channel, n.template, n.language, n.booking_id, b.state ->> 'code', n.run_id, n.status, n.recipient, n.attempt, n.due_at, n.code, n.detail,
        n.created_at, n.finished_at
        """;

    /// <summary>Newest first.</summary>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<MessageRow>>> ListAsync(Guid tenantId, MessageFilter filter, CancellationToken stop)
    {
        Check("status", filter.Status, MessageStatus.All);
        Check("channel", filter.Channel, MessageChannels.All);
        var key = Cursor.Parse(filter.Cursor, Sort, parts: 2);
        var afterId = key is null ? Guid.Empty : Guid.TryParse(key[1], out var id) ? id : throw Cursor.Invalid();
        var isId = Guid.TryParse(filter.Booking, out var bookingId);
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {Columns}
            from messages.notice n
            left join messages.booking b on b.tenant_id = n.tenant_id
              and b.booking_id = n.booking_id
            where n.tenant_id = $1
              and ($2 is null or n.booking_id = $2)
              and ($3 is null or n.booking_id in (
                select c.booking_id
                from messages.booking c
                where c.tenant_id = $1
                  and c.state ->> 'code' = $3
              ))
              and ($4 is null or n.status = $4)
              and ($5 is null or n.channel = $5)
              and ($6 is null or (n.created_at, n.notice_id) < ($6, $7))
            order by n.created_at desc, n.notice_id desc
            limit $8
            """, tenantId, Nullable(NpgsqlDbType.Uuid, isId ? bookingId : null), Nullable(NpgsqlDbType.Text, isId ? null : filter.Booking),
            Nullable(NpgsqlDbType.Text, filter.Status), Nullable(NpgsqlDbType.Text, filter.Channel),
            Nullable(NpgsqlDbType.TimestampTz, key is null ? null : Cursor.Time(key[0])), afterId, Cursor.Limit(filter.Limit) + 1);
        var rows = await query.ListAsync(Message, stop);
        return new(Cursor.Cut(rows.Value, filter.Limit, r => Cursor.Of(Sort, Cursor.OfTime(r.CreatedAt), r.MessageId.ToString())), rows.Position);
    }

    public async Task<MessageDetail?> FindAsync(Guid tenantId, Guid messageId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {Columns}, n.guest_id, n.sent::text
            from messages.notice n
            left join messages.booking b on b.tenant_id = n.tenant_id
              and b.booking_id = n.booking_id
            where n.tenant_id = $1
              and n.notice_id = $2
            """, tenantId, messageId);
        return (await query.FirstAsync(
            static row => new MessageDetail(Message(row), row.IsDBNull(16) ? null : row.GetGuid(16), row.IsDBNull(17) ? null : JsonElement.Parse(row.GetString(17))), stop))?.Value;
    }

    /// <summary>Those that the tenant has changed at some time.</summary>
    public async Task<IReadOnlyList<MessageTemplateRow>> TemplatesAsync(Guid tenantId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select name, language, texts::text, revision, changed_at
            from messages.template
            where tenant_id = $1
            """, tenantId);
        return (await query.ListAsync(
            static row => new MessageTemplateRow(row.GetString(0), row.GetString(1), Json<MessageTexts>(row.TextOrNull(2)), row.GetInt64(3), row.Time(4)), stop)).Value;
    }

    public async Task<MessageSettingsRow> SettingsAsync(Guid tenantId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select settings::text, revision
            from messages.settings
            where tenant_id = $1
            """, tenantId);
        return (await query.FirstAsync(static row => new MessageSettingsRow(Json<MessageSettings>(row.GetString(0))!, row.GetInt64(1)), stop))?.Value
            ?? new MessageSettingsRow(MessageSettings.Usual, Revision: 0);
    }

    static MessageRow Message(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.GetString(4), row.IsDBNull(5) ? null : row.GetGuid(5), row.TextOrNull(6), row.TextOrNull(7),
        row.GetString(8), row.TextOrNull(9), row.GetInt32(10), row.Time(11), row.TextOrNull(12), row.TextOrNull(13), row.Time(14), row.TimeOrNull(15));

    static T? Json<T>(string? json) where T : class => json is null ? null : JsonSerializer.Deserialize<T>(json, ContractsJson.Options);

    static void Check(string name, string? value, IReadOnlyList<string> known)
    {
        if (value is not null && !known.Contains(value))
            throw new InvalidQueryException(name, $"{name} is one of {string.Join(", ", known)}");
    }

    static NpgsqlParameter Nullable(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };
}
