using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <param name="Revision">Its ETag.</param>
public sealed record ScheduleShown(string ScheduleId, ScheduleDefinition Definition, long Revision, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt);

/// <summary>Reads schedules.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class ScheduleQueries(NpgsqlDataSource api)
{
    const string Sort = "scheduleId";
    const string Columns = "schedule_id, definition::text, revision, created_at, changed_at";

    /// <summary>In the order of their ids, which is that of their making unless a key named them.</summary>
    /// <param name="planId">Only of this plan; null for all.</param>
    /// <param name="enabled">Only those that fire, or only the paused ones; null for all.</param>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<ScheduleShown>>> ListAsync(Guid tenantId, string? planId, bool? enabled, int limit, string? cursor, CancellationToken stop)
    {
        Cursor.Limit(limit);
        var after = Cursor.Parse(cursor, Sort, parts: 1);
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {Columns}
            from read.schedule
            where tenant_id = $1
              and schedule_id > $2
              and ($3 is null or plan_id = $3)
              and ($4 is null or enabled = $4)
            order by schedule_id
            limit $5
            """, tenantId, after?[0] ?? "", Nullable(NpgsqlDbType.Text, planId), Nullable(NpgsqlDbType.Boolean, enabled), limit + 1);
        var rows = await query.ListAsync(Read, stop);
        return new(Cursor.Cut(rows.Value, limit, r => Cursor.Of(Sort, r.ScheduleId)), rows.Position);
    }

    /// <summary>Null when there is none.</summary>
    public async Task<Fresh<ScheduleShown>?> FindAsync(Guid tenantId, string scheduleId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {Columns}
            from read.schedule
            where tenant_id = $1
              and schedule_id = $2
            """, tenantId, scheduleId);
        return await query.FirstAsync(Read, stop);
    }

    static ScheduleShown Read(NpgsqlDataReader row) => new(
        row.GetString(0), JsonSerializer.Deserialize<ScheduleDefinition>(row.GetString(1), ContractsJson.Options)!, row.GetInt64(2), row.Time(3), row.Time(4));

    static NpgsqlParameter Nullable(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };
}
