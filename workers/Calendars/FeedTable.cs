using System.Text.Json;
using Dvt.Contracts;
using Dvt.Lodging.Calendars;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Calendars;

/// <summary>A calendar that is due.</summary>
/// <param name="Lease">What <c>due_at</c> was moved to; something else by the end means that somebody wants it again.</param>
/// <param name="Blocks">Which blocks must be there for the validators to count.</param>
sealed record DueFeed(
    Guid TenantId, Guid FeedId, Guid UnitId, string Channel, long Revision, byte[] Url, string? TimeZone, DateTime? DeletedAt, DateTime Lease, DateTime Now,
    bool Emptied, bool Stale, DateTime CreatedAt, DateTime? SuccessAt, string? ETag, string? LastModified, string? Blocks);

/// <summary>What a good answer leaves.</summary>
/// <param name="Read">Null when nothing had changed.</param>
sealed record GoodAnswer(int Status, string? ETag, string? LastModified, string Blocks, bool HasChanges, CalendarFeed? Read);

/// <summary>The SQL of <c>calendars.feed</c> as far as asking goes, and of the blocks that a feed made.</summary>
sealed class FeedTable(NpgsqlDataSource postgres)
{
    /// <summary>Longer than asking takes; should the worker die, it is asked again after this.</summary>
    static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    public async Task<List<DueFeed>> TakeAsync(int count, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            with due as (
              select f.tenant_id, f.feed_id
              from calendars.feed f
              where f.due_at <= (select clock_timestamp())
                and not exists (select from identity.tenant t where t.tenant_id = f.tenant_id and t.suspended)
              order by f.due_at
              limit $1
              for update skip locked
            )
            update calendars.feed f
            set due_at = clock_timestamp() + $2
            from due
            where f.tenant_id = due.tenant_id
              and f.feed_id = due.feed_id
            returning f.tenant_id, f.feed_id, f.unit_id, f.channel, f.revision, f.url, (
                select u.definition ->> 'timeZone'
                from bookings.unit u
                where u.tenant_id = f.tenant_id
                  and u.unit_id = f.unit_id
              ), f.deleted_at, f.due_at, clock_timestamp(), f.emptied, f.stale, f.created_at, f.success_at, f.etag, f.last_modified, f.blocks
            """);
        command.Parameters.Add(new() { Value = count });
        command.Parameters.Add(new() { Value = Lease });
        await using var row = await command.ExecuteReaderAsync(stop);
        var due = new List<DueFeed>();
        while (await row.ReadAsync(stop))
            due.Add(new(
                row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row.GetString(3), row.GetInt64(4), row.GetFieldValue<byte[]>(5), Text(row, 6), Time(row, 7),
                row.GetDateTime(8), row.GetDateTime(9), row.GetBoolean(10), row.GetBoolean(11), row.GetDateTime(12), Time(row, 13), Text(row, 14), Text(row, 15),
                Text(row, 16)));
        return due;
    }

    public async Task<List<KnownBlock>> BlocksAsync(DueFeed feed, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select uid, lower(stay), upper(stay), text
            from bookings.block
            where tenant_id = $1
              and unit_id = $2
              and not removed
              and feed_id = $3
            """);
        command.Parameters.Add(new() { Value = feed.TenantId });
        command.Parameters.Add(new() { Value = feed.UnitId });
        command.Parameters.Add(new() { Value = feed.FeedId });
        await using var row = await command.ExecuteReaderAsync(stop);
        var blocks = new List<KnownBlock>();
        while (await row.ReadAsync(stop))
            blocks.Add(new(row.GetString(0), row.GetFieldValue<DateOnly>(1), row.GetFieldValue<DateOnly>(2), Text(row, 3)));
        return blocks;
    }

    public Task SucceedAsync(DueFeed feed, GoodAnswer answer, TimeSpan next, CancellationToken stop) => RecordAsync(feed, next,
        """
        success_at = clock_timestamp(), failures = 0, failing_since = null, error = null, emptied = false,
        status = $6, etag = $7, last_modified = $8, blocks = $9,
        changed_at = case when $10 then clock_timestamp() else changed_at end,
        events = coalesce($11, events), remark_count = coalesce($12, remark_count), remarks = coalesce($13, remarks)
        """, stop,
        new() { Value = answer.Status }, Nullable(NpgsqlDbType.Text, answer.ETag), Nullable(NpgsqlDbType.Text, answer.LastModified), new() { Value = answer.Blocks },
        new() { Value = answer.HasChanges }, Nullable(NpgsqlDbType.Integer, answer.Read?.Events.Count), Nullable(NpgsqlDbType.Integer, answer.Read?.RemarkCount),
        Nullable(NpgsqlDbType.Jsonb, answer.Read is { } read ? JsonSerializer.Serialize(read.Remarks, ContractsJson.Options) : null));

    /// <param name="read">What could be made of it, for whoever has to find out what is wrong.</param>
    public Task FailAsync(DueFeed feed, string error, int? status, CalendarFeed? read, TimeSpan next, CancellationToken stop) => RecordAsync(feed, next,
        """
        failures = failures + 1, failing_since = coalesce(failing_since, clock_timestamp()), error = $6, status = $7, emptied = ($6 = 'emptied'),
        etag = null, last_modified = null, blocks = null,
        remark_count = coalesce($8, remark_count), remarks = coalesce($9, remarks)
        """, stop,
        new() { Value = error }, Nullable(NpgsqlDbType.Integer, status), Nullable(NpgsqlDbType.Integer, read?.RemarkCount),
        Nullable(NpgsqlDbType.Jsonb, read is not null ? JsonSerializer.Serialize(read.Remarks, ContractsJson.Options) : null));

    /// <summary>Of one that is deleted.</summary>
    /// <param name="next">Null when it has left nothing behind.</param>
    public async Task AgainAsync(DueFeed feed, TimeSpan? next, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            update calendars.feed
            set due_at = clock_timestamp() + $3
            where tenant_id = $1
              and feed_id = $2
            """);
        command.Parameters.Add(new() { Value = feed.TenantId });
        command.Parameters.Add(new() { Value = feed.FeedId });
        command.Parameters.Add(Nullable(NpgsqlDbType.Interval, next));
        await command.ExecuteNonQueryAsync(stop);
    }

    async Task RecordAsync(DueFeed feed, TimeSpan next, string set, CancellationToken stop, params NpgsqlParameter[] values)
    {
        await using var command = postgres.CreateCommand(
            $"""
            update calendars.feed
            set asked_at = $5, due_at = case when due_at = $3 then clock_timestamp() + $4 else due_at end, {set}
            where tenant_id = $1
              and feed_id = $2
              and deleted_at is null
            """);
        command.Parameters.Add(new() { Value = feed.TenantId });
        command.Parameters.Add(new() { Value = feed.FeedId });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = feed.Lease });
        command.Parameters.Add(new() { Value = next });
        // When it began: whoever wanted it before that has been heard.
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = feed.Now });
        command.Parameters.AddRange(values);
        await command.ExecuteNonQueryAsync(stop);
    }

    static NpgsqlParameter Nullable(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };

    static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    static DateTime? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDateTime(column);
}
