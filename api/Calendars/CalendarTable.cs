using Npgsql;
using static Dvt.Pipeline.Sql;

namespace Dvt.Api;

/// <summary>The SQL by which the API writes calendars and exports.</summary>
sealed class CalendarTable(NpgsqlDataSource postgres)
{
    public static NpgsqlBatchCommand Insert(Guid tenantId, Guid calendarId, Guid unitId, string channel, byte[] url, string origin) => Command(
        """
        insert into calendars.feed (tenant_id, feed_id, unit_id, channel, revision, url, origin)
        values ($1, $2, $3, $4, 1, $5, $6)
        """, tenantId, calendarId, unitId, channel, url, origin);

    /// <summary>Fails the batch (DV002) when the revision is another by now. Whoever asks calendars takes its blocks away.</summary>
    public static NpgsqlBatchCommand Delete(Guid tenantId, Guid calendarId, long revision) => Command(
        """
        with deleted as (
          update calendars.feed
          set deleted_at = clock_timestamp(), due_at = clock_timestamp(), revision = revision + 1
          where tenant_id = $1
            and feed_id = $2
            and revision = $3
            and deleted_at is null
          returning 1
        )
        select log.expect((select count(*) from deleted), 1, 'calendar')
        """, tenantId, calendarId, revision);

    public static NpgsqlBatchCommand InsertExport(Guid tenantId, Guid unitId, string channel, byte[] hash, byte[] token) => Command(
        """
        insert into calendars.export (tenant_id, unit_id, channel, revision, token_hash, token)
        values ($1, $2, $3, 1, $4, $5)
        """, tenantId, unitId, channel, hash, token);

    public static NpgsqlBatchCommand RotateExport(Guid tenantId, Guid unitId, string channel, long revision, byte[] hash, byte[] token) => Command(
        """
        with rotated as (
          update calendars.export
          set token_hash = $5, token = $6, revision = revision + 1, rotated_at = clock_timestamp()
          where tenant_id = $1
            and unit_id = $2
            and channel = $3
            and revision = $4
          returning 1
        )
        select log.expect((select count(*) from rotated), 1, 'calendar export')
        """, tenantId, unitId, channel, revision, hash, token);

    /// <summary>Hosts inside that the tenant's calendars may lead to.</summary>
    public async Task<string[]> AllowedInsideAsync(Guid tenantId, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select array(select jsonb_array_elements_text(coalesce(settings -> 'httpAllow', '[]')))
            from identity.tenant
            where tenant_id = $1
            """);
        command.Parameters.Add(new() { Value = tenantId });
        return await command.ExecuteScalarAsync(stop) as string[] ?? [];
    }

    /// <summary>Makes it due at once.</summary>
    public Task RefreshAsync(Guid tenantId, Guid calendarId, CancellationToken stop) => postgres.RowsOfAsync(tenantId, Command(
        """
        update calendars.feed
        set due_at = clock_timestamp()
        where tenant_id = $1
          and feed_id = $2
          and deleted_at is null
        returning feed_id
        """, tenantId, calendarId), row => row.GetGuid(0), stop);
}
