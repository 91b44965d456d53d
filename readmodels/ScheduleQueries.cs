using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <param name="Revision">Its ETag.</param>
public sealed record ScheduleShown(string ScheduleId, ScheduleDefinition Definition, long Revision, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt);

/// <summary>What became of an occurrence.</summary>
/// <param name="RunId">Of its run; also where it was refused and there is none.</param>
/// <param name="Status">Of its run, or <c>REFUSED</c>.</param>
/// <param name="Code">Why it was refused.</param>
/// <param name="At">When the run was queued or refused.</param>
public sealed record OccurrenceShown(string RunId, string Status, string? Substatus, string? Code, string? Detail, DateTimeOffset At);

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

    /// <summary>Past occurrences with their run or their refusal, newest first. One that was refused and made up for later is told by its run.</summary>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<OccurrenceShown>>> OccurrencesAsync(Guid tenantId, string scheduleId, int limit, string? cursor, CancellationToken stop)
    {
        Cursor.Limit(limit);
        // Ids of occurrences end with their moment, all of one length: their order is that of time. Those of runs out of turn come behind.
        var before = Cursor.Parse(cursor, "-occurrence", parts: 1)?[0] ?? $"{scheduleId}:99999999T999999Z";
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select *
            from (
              (
                select run_id as id, status, substatus, null as code, null as detail, queued_at as at, 0 as place
                from read.run
                where tenant_id = $1
                  and run_id > $2
                  and run_id < $3
                order by run_id desc
                limit $4
              )
              union all
              (
                select distinct on (resource_id) resource_id, 'REFUSED', null, code, detail, finished_at, 1
                from read.command
                where tenant_id = $1
                  and status = 'refused'
                  and type = 'StartRun'
                  and resource_id > $2
                  and resource_id < $3
                order by resource_id desc, finished_at desc
                limit $4
              )
            ) o
            order by id desc, place
            """, tenantId, $"{scheduleId}:0", before, limit + 1);
        var rows = await query.ListAsync(
            row => new OccurrenceShown(row.GetString(0), row.GetString(1), row.TextOrNull(2), row.TextOrNull(3), row.TextOrNull(4), row.Time(5)), stop);
        return new(Cursor.Cut([.. rows.Value.DistinctBy(o => o.RunId)], limit, o => Cursor.Of("-occurrence", o.RunId)), rows.Position);
    }

    static ScheduleShown Read(NpgsqlDataReader row) => new(
        row.GetString(0), JsonSerializer.Deserialize<ScheduleDefinition>(row.GetString(1), ContractsJson.Options)!, row.GetInt64(2), row.Time(3), row.Time(4));

    static NpgsqlParameter Nullable(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };
}
