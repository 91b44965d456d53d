using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>A request that waits for people.</summary>
/// <param name="Roles">One of them is needed to decide.</param>
/// <param name="StartedBy">Persons behind the run; with <paramref name="FourEyes"/> none of them may approve.</param>
/// <param name="Missing">Approvals still missing of <paramref name="MinApprovals"/>.</param>
/// <param name="Level">Escalations so far.</param>
public sealed record OpenApproval(
    string ApprovalId, string RunId, string StepId, string PlanId, string Title, string? Description, IReadOnlyList<string> Roles, bool FourEyes,
    IReadOnlyList<string> StartedBy, int MinApprovals, int Missing, IReadOnlyList<string> ApprovedBy, DateTimeOffset RequestedAt,
    DateTimeOffset? Deadline, string OnDeadline, int Level);

/// <summary>Which requests to list.</summary>
/// <param name="Role">That ask this role.</param>
/// <param name="Mine">That this person may approve and has not; null for all.</param>
public sealed record ApprovalFilter(string? Role, string? RunId, ApproverView? Mine, int Limit, string? Cursor);

/// <param name="Person"><c>user:id</c>.</param>
public sealed record ApproverView(string Person, IReadOnlyList<string> Roles);

/// <summary>Reads requests that wait for people.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class ApprovalQueries(NpgsqlDataSource api)
{
    const string Sort = "requestedAt";

    /// <summary>Oldest first.</summary>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<OpenApproval>>> ListAsync(Guid tenantId, ApprovalFilter filter, CancellationToken stop)
    {
        Cursor.Limit(filter.Limit);
        var after = Cursor.Parse(filter.Cursor, Sort, parts: 3);
        // Whoever may do everything stands in for any role.
        var roles = filter.Mine is { } mine && !mine.Roles.Contains(Roles.TenantAdmin) ? mine.Roles.ToArray() : null;
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select approval_id, run_id, step_id, plan_id, title, description, roles, four_eyes, started_by, min_approvals, missing, approved_by,
              requested_at, deadline, on_deadline, level
            from read.approval
            where tenant_id = $1
              and ($2 is null or (requested_at, run_id, step_id) > ($2, $3, $4))
              and ($5 is null or run_id = $5)
              and ($6 is null or $6 = any (roles))
              and ($7 is null or roles && $7)
              and ($8 is null or (not (four_eyes and $8 = any (started_by)) and not ($8 = any (approved_by))))
            order by requested_at, run_id, step_id
            limit $9
            """, tenantId, Null(NpgsqlDbType.TimestampTz, after is null ? null : Cursor.Time(after[0])), Null(NpgsqlDbType.Text, after?[1]),
            Null(NpgsqlDbType.Text, after?[2]), Null(NpgsqlDbType.Text, filter.RunId), Null(NpgsqlDbType.Text, filter.Role),
            Null(NpgsqlDbType.Array | NpgsqlDbType.Text, roles), Null(NpgsqlDbType.Text, filter.Mine?.Person), filter.Limit + 1);
        var rows = await query.ListAsync(Read, stop);
        return new(Cursor.Cut(rows.Value, filter.Limit, r => Cursor.Of(Sort, Cursor.OfTime(r.RequestedAt), r.RunId, r.StepId)), rows.Position);
    }

    static OpenApproval Read(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.TextOrNull(5),
        row.GetFieldValue<string[]>(6), row.GetBoolean(7), row.GetFieldValue<string[]>(8), row.GetInt32(9), row.GetInt32(10),
        row.GetFieldValue<string[]>(11), row.Time(12), row.TimeOrNull(13), row.GetString(14), row.GetInt32(15));

    static NpgsqlParameter Null(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };
}
