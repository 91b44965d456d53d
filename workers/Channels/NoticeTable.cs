using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Channels;

/// <summary>A notice whose intent has been stored and that is to be sent now.</summary>
/// <param name="Attempt">From 1.</param>
/// <param name="Texts">The tenant's own; null for the default.</param>
sealed record ClaimedNotice(
    Guid TenantId, Guid NoticeId, string Fact, string Channel, string Template, string Language, int Attempt, DateTimeOffset Now, string Business,
    BookingSeen Booking, UnitSeen Unit, MessageSettings Settings, MessageTexts? Texts);

/// <summary>What a notice has come to.</summary>
/// <param name="Pause">Until the next attempt, for one that stays owed.</param>
/// <param name="Sent">What was sent, its personal data encrypted.</param>
sealed record NoticeOutcome(string Status, TimeSpan? Pause, string? Code, string? Detail, string? Recipient, string? Sent);

/// <summary>The SQL of notices.</summary>
sealed class NoticeTable(NpgsqlDataSource postgres)
{
    /// <summary>Longer than a channel may take: after it the worker that claimed is dead or frozen.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    /// <summary>The unique key settles that a fact is told once; one that is still owed moves.</summary>
    public static NpgsqlBatchCommand Insert(IReadOnlyList<NewNotice> owed) => new(
        """
        insert into messages.notice (tenant_id, notice_id, fact, channel, template, booking_id, guest_id, language, due_at)
        select distinct on (tenant_id, fact, channel) tenant_id, notice_id, fact, channel, template, booking_id, guest_id, language, due_at
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) with ordinality
          as n(tenant_id, notice_id, fact, channel, template, booking_id, guest_id, language, due_at, place)
        order by tenant_id, fact, channel, place desc
        on conflict (tenant_id, fact, channel) do update
        set due_at = excluded.due_at,
            changed_at = clock_timestamp()
        where notice.status = 'owed'
          and notice.attempt = 0
        """)
    {
        Parameters =
        {
            EventLog.Array(NpgsqlDbType.Uuid, owed.Select(n => n.TenantId).ToArray()),
            EventLog.Array(NpgsqlDbType.Uuid, owed.Select(n => DueNotice.IdOf(n.TenantId, n.Due.Fact, n.Channel)).ToArray()),
            EventLog.Array(NpgsqlDbType.Text, owed.Select(n => n.Due.Fact).ToArray()),
            EventLog.Array(NpgsqlDbType.Text, owed.Select(n => n.Channel).ToArray()),
            EventLog.Array(NpgsqlDbType.Text, owed.Select(n => n.Due.Template).ToArray()),
            EventLog.Array(NpgsqlDbType.Uuid, owed.Select(n => n.BookingId).ToArray()),
            EventLog.Array(NpgsqlDbType.Uuid, owed.Select(n => n.GuestId).ToArray()),
            EventLog.Array(NpgsqlDbType.Text, owed.Select(n => n.Language).ToArray()),
            EventLog.Array(NpgsqlDbType.TimestampTz, owed.Select(n => n.Due.DueAt.UtcDateTime).ToArray()),
        },
    };

    /// <summary>Stores the intent to send what is due. Nothing is called before this has committed.</summary>
    /// <param name="channels">Those that are set up; what is due on others is not looked at.</param>
    /// <param name="most">Of each channel.</param>
    public async Task<List<ClaimedNotice>> ClaimAsync(IReadOnlyCollection<string> channels, int most, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            with due as (
              select d.tenant_id, d.notice_id
              from unnest($1) as c(channel)
              cross join lateral (
                select n.tenant_id, n.notice_id
                from messages.notice n
                join identity.tenant t on t.tenant_id = n.tenant_id
                  and not t.suspended
                where n.status = 'owed'
                  and n.channel = c.channel
                  and n.due_at <= (select clock_timestamp())
                  and n.template is not null
                order by n.due_at
                limit $2
                for update of n skip locked
              ) d
            ), claimed as (
              update messages.notice n
              set status = 'sending',
                  attempt = n.attempt + 1,
                  leased_until = clock_timestamp() + $3,
                  changed_at = clock_timestamp()
              from due
              where n.tenant_id = due.tenant_id
                and n.notice_id = due.notice_id
              returning n.*
            )
            select c.tenant_id, c.notice_id, c.fact, c.channel, c.template, c.language, c.attempt, clock_timestamp(), t.name,
              b.state::text, u.state::text, s.settings::text, x.texts::text
            from claimed c
            join identity.tenant t on t.tenant_id = c.tenant_id
            join messages.booking b on b.tenant_id = c.tenant_id
              and b.booking_id = c.booking_id
            left join messages.unit u on u.tenant_id = c.tenant_id
              and u.unit_id = (b.state ->> 'unitId')::uuid
            left join messages.settings s on s.tenant_id = c.tenant_id
            left join messages.template x on x.tenant_id = c.tenant_id
              and x.name = c.template
              and x.language = c.language
            """);
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Text, channels.ToArray()));
        command.Parameters.Add(new() { Value = most });
        command.Parameters.Add(new() { Value = Lease });
        await using var row = await command.ExecuteReaderAsync(stop);
        var claimed = new List<ClaimedNotice>();
        while (await row.ReadAsync(stop))
            claimed.Add(new(
                row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetInt32(6),
                new DateTimeOffset(row.GetDateTime(7)), row.GetString(8), Json<BookingSeen>(row, 9)!, Json<UnitSeen>(row, 10) ?? UnitSeen.Unknown,
                Json<MessageSettings>(row, 11) ?? MessageSettings.Usual, Json<MessageTexts>(row, 12)));
        return claimed;
    }

    /// <summary>Writes down what an attempt came to, unless its lease was lost and somebody else has said so.</summary>
    public async Task RecordAsync(ClaimedNotice notice, NoticeOutcome outcome, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            $"""
            update messages.notice
            set status = {NoticeFates.Status("$4")},
                due_at = coalesce(clock_timestamp() + $5, due_at),
                leased_until = null,
                code = {NoticeFates.Code("$4", "$6")},
                detail = $7,
                recipient = coalesce($8, recipient),
                sent = coalesce($9::jsonb, sent),
                finished_at = case when $4 = 'owed' then null else clock_timestamp() end,
                changed_at = clock_timestamp()
            where tenant_id = $1
              and notice_id = $2
              and attempt = $3
              and status = 'sending'
            """);
        command.Parameters.Add(new() { Value = notice.TenantId });
        command.Parameters.Add(new() { Value = notice.NoticeId });
        command.Parameters.Add(new() { Value = notice.Attempt });
        command.Parameters.Add(new() { Value = outcome.Status });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Interval, Value = outcome.Pause is { } pause ? pause : DBNull.Value });
        foreach (var text in new[] { outcome.Code, outcome.Detail, outcome.Recipient, outcome.Sent })
            command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)text ?? DBNull.Value });
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>
    /// What a dead worker had in its hands: where the channel knows repeats it is owed again, elsewhere nobody knows and nobody guesses.
    /// </summary>
    /// <returns>How many are unknown now, by channel.</returns>
    public async Task<List<(string Channel, string Template)>> GiveUpAsync(IReadOnlyCollection<string> knowingRepeats, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            update messages.notice
            set status = case when channel = any ($1) and template is not null then 'owed' else 'unknown' end,
                leased_until = null,
                code = 'worker_lost',
                detail = 'a worker ended between the intent and the answer',
                finished_at = case when channel = any ($1) and template is not null then null else clock_timestamp() end,
                changed_at = clock_timestamp()
            where status = 'sending'
              and leased_until < clock_timestamp()
            returning channel, coalesce(template, 'step'), status
            """);
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Text, knowingRepeats.ToArray()));
        await using var row = await command.ExecuteReaderAsync(stop);
        var unknown = new List<(string, string)>();
        while (await row.ReadAsync(stop))
            if (row.GetString(2) == MessageStatus.Unknown)
                unknown.Add((row.GetString(0), row.GetString(1)));
        return unknown;
    }

    static T? Json<T>(NpgsqlDataReader row, int column) where T : class =>
        row.IsDBNull(column) ? null : JsonSerializer.Deserialize<T>(row.GetString(column), ContractsJson.Options);
}
