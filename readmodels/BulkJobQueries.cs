using System.Globalization;
using System.Text.Json;
using Dvt.Contracts;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary>A bulk job and how far it is.</summary>
/// <param name="Kind"><c>signal</c> or <c>start</c>.</param>
/// <param name="Status"><c>WAITING_APPROVAL</c>, <c>REJECTED</c>, <c>RUNNING</c>, <c>CANCELLED</c> or <c>COMPLETED</c>.</param>
/// <param name="Sent">Runs that were sent their signal or start.</param>
/// <param name="Changed">Accepted ones that had an effect.</param>
/// <param name="EtaSeconds">Until all are sent, at the job's rate.</param>
/// <param name="HeldUntil">So long it waits for a second person, or did.</param>
/// <param name="Code">Why it was rejected.</param>
public sealed record BulkJobShown(
    string BulkJobId, string Kind, string Status, string? Type, string? Reason, int Total, int Sent, int Decided, int Accepted, int Rejected,
    int RevisionRequired, int Changed, int? RatePerSecond, int? EtaSeconds, JsonElement? Filter, string? UndoOf, string? UndoneBy, string Actor,
    DateTimeOffset CreatedAt, DateTimeOffset? CancelledAt, DateTimeOffset? FinishedAt, DateTimeOffset? HeldUntil, string? ApprovedBy, string? Code);

/// <summary>What a bulk job came to for one run.</summary>
/// <param name="Decision"><c>ACCEPTED</c>, <c>REJECTED</c> or <c>REVISION_REQUIRED</c>.</param>
public sealed record BulkResult(string RunId, string? SignalId, string Decision, string? Code, bool Changed, DateTimeOffset DecidedAt);

/// <summary>Reads bulk jobs.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class BulkJobQueries(NpgsqlDataSource api)
{
    const string Sort = "-createdAt";
    const string ResultSort = "runId";

    /// <summary>What runs that were started together have come to so far stands in the views of runs and commands.</summary>
    const string Columns =
        """
        b.job_id, b.kind, b.signal_type, b.reason, b.total, b.sent, coalesce(d.accepted, s.started, 0)::int, coalesce(d.rejected, s.refused, 0)::int,
          coalesce(d.required, 0)::int, coalesce(d.changed, s.started, 0)::int, b.rate_per_second, b.filter::text, b.undo_of, u.job_id, b.actor,
          b.created_at, b.cancelled_at, b.finished_at, b.held_until, b.approved_by, b.rejected_code
        """;

    const string Progress =
        """
        left join lateral (
          select count(*) filter (where decision = 'ACCEPTED') as accepted, count(*) filter (where decision = 'REJECTED') as rejected,
            count(*) filter (where decision = 'REVISION_REQUIRED') as required, count(*) filter (where changed) as changed
          from read.signal_decision
          where tenant_id = b.tenant_id
            and bulk_job_id = b.job_id
        ) d on b.kind = 'signal'
        left join lateral (
          select count(*) filter (where status = 'done') as started, count(*) filter (where status <> 'done') as refused
          from read.command
          where tenant_id = b.tenant_id
            and command_id = any (b.command_ids)
        ) s on b.kind = 'start'
        left join read.bulk_job u on u.tenant_id = b.tenant_id and u.undo_of = b.job_id
        """;

    /// <summary>The newest first.</summary>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<BulkJobShown>>> ListAsync(Guid tenantId, int limit, string? cursor, CancellationToken stop)
    {
        Cursor.Limit(limit);
        var after = Cursor.Parse(cursor, Sort, parts: 2);
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {Columns}
            from (
              select *
              from read.bulk_job
              where tenant_id = $1
                and (created_at, job_id) < ($2, $3)
              order by created_at desc, job_id desc
              limit $4
            ) b
            {Progress}
            order by b.created_at desc, b.job_id desc
            """, tenantId, after is null ? DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc) : Cursor.Time(after[0]), after?[1] ?? "", limit + 1);
        var rows = await query.ListAsync(Read, stop);
        return new(Cursor.Cut(rows.Value, limit, r => Cursor.Of(Sort, Cursor.OfTime(r.CreatedAt), r.BulkJobId)), rows.Position);
    }

    /// <summary>Null when there is none.</summary>
    public async Task<Fresh<BulkJobShown>?> FindAsync(Guid tenantId, string bulkJobId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {Columns}
            from read.bulk_job b
            {Progress}
            where b.tenant_id = $1
              and b.job_id = $2
            """, tenantId, bulkJobId);
        return await query.FirstAsync(Read, stop);
    }

    /// <summary>In the order of the runs' ids; those that have been decided about.</summary>
    /// <param name="limit">Up to a page of a list, or more for the API's own use.</param>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<BulkResult>>> ResultsAsync(Guid tenantId, string bulkJobId, bool changedOnly, int limit, string? cursor, CancellationToken stop)
    {
        var after = Cursor.Parse(cursor, ResultSort, parts: 1);
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select r.run_id, r.signal_id, r.decision, r.code, r.changed, r.decided_at
            from (
              select run_id, signal_id, decision, code, changed, decided_at
              from read.signal_decision
              where tenant_id = $1
                and bulk_job_id = $2
              union all
              select c.resource_id, null, case when c.status = 'done' then 'ACCEPTED' else 'REJECTED' end, c.code, c.status = 'done', c.finished_at
              from read.bulk_job b
              join read.command c on c.tenant_id = b.tenant_id
                and c.command_id = any (b.command_ids)
              where b.tenant_id = $1
                and b.job_id = $2
            ) r
            where r.run_id > $3
              and (r.changed or not $4)
            order by r.run_id
            limit $5
            """, tenantId, bulkJobId, after?[0] ?? "", changedOnly, limit + 1);
        var rows = await query.ListAsync(static row => new BulkResult(
            row.GetString(0), row.TextOrNull(1), row.GetString(2), row.TextOrNull(3), row.GetBoolean(4), row.Time(5)), stop);
        return new(Cursor.Cut(rows.Value, limit, r => Cursor.Of(ResultSort, r.RunId)), rows.Position);
    }

    static BulkJobShown Read(NpgsqlDataReader row)
    {
        var (total, sent, accepted, rejected, required) = (row.GetInt32(4), row.GetInt32(5), row.GetInt32(6), row.GetInt32(7), row.GetInt32(8));
        int? rate = row.IsDBNull(10) ? null : row.GetInt32(10);
        var (decided, isStart) = (accepted + rejected + required, row.GetString(1) == "start");
        var status = row.TextOrNull(20) is not null ? "REJECTED" : row.TimeOrNull(16) is not null ? "CANCELLED" : row.TimeOrNull(17) is not null || (isStart && decided == total) ? "COMPLETED"
            : row.TimeOrNull(18) is not null && row.TextOrNull(19) is null ? "WAITING_APPROVAL" : "RUNNING";
        return new(row.GetString(0), row.GetString(1), status, row.TextOrNull(2), row.TextOrNull(3), total, sent, decided, accepted, rejected, required,
            row.GetInt32(9), rate, status == "RUNNING" && rate is { } pace ? (total - sent + pace - 1) / pace : null,
            row.TextOrNull(11) is { } filter ? JsonElement.Parse(filter) : null, row.TextOrNull(12), row.TextOrNull(13), row.GetString(14), row.Time(15),
            row.TimeOrNull(16), row.TimeOrNull(17), row.TimeOrNull(18), row.TextOrNull(19), row.TextOrNull(20));
    }
}
