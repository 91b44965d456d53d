using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary><c>read.signal_decision</c>: how signals were judged, one row per record.</summary>
sealed class SignalDecisionView : IView
{
    public string Name => "signal_decision";

    public int Version => 1;

    public IReadOnlyCollection<string> DataOf { get; } = [nameof(SignalDecided)];

    public void Project(IReadOnlyList<TailEvent> events, NpgsqlBatch writes, string table)
    {
        var rows = new List<(TailEvent Event, SignalDecided Data)>();
        foreach (var e in events)
            if (e.Type == nameof(SignalDecided))
                rows.Add((e, JsonSerializer.Deserialize<SignalDecided>(e.Data, ContractsJson.Options)!));
        if (rows.Count == 0)
            return;
        rows.Sort(static (a, b) => a.Event.TenantId.CompareTo(b.Event.TenantId) is var t and not 0 ? t : a.Data.PolicyDecisionId.CompareTo(b.Data.PolicyDecisionId));
        writes.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
            insert into {table} (tenant_id, decision_id, run_id, signal_id, signal_type, step_id, actor, person, roles, effective_role, decision,
              code, reason, policy, changed, review, bulk_job_id, decided_at, slot, "offset")
            select tenant_id, decision_id, run_id, signal_id, signal_type, step_id, actor, person, string_to_array(roles, ','), effective_role, decision,
              code, reason, policy, changed, review, bulk_job_id, decided_at, slot, "offset"
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
              as d(tenant_id, decision_id, run_id, signal_id, signal_type, step_id, actor, person, roles, effective_role, decision,
                code, reason, policy, changed, review, bulk_job_id, decided_at, slot, "offset")
            """)
            .Uuid(rows, r => r.Event.TenantId).Uuid(rows, r => r.Data.PolicyDecisionId).Text(rows, r => r.Data.RunId).Text(rows, r => r.Data.SignalId)
            .Text(rows, r => r.Data.SignalType).Text(rows, r => r.Data.StepId).Text(rows, r => r.Event.Actor).Text(rows, r => r.Data.Person)
            .Text(rows, r => string.Join(',', r.Data.Roles)).Text(rows, r => r.Data.EffectiveRole).Text(rows, r => r.Data.Decision)
            .Text(rows, r => r.Data.Code).Text(rows, r => r.Data.Reason).Text(rows, r => r.Data.Policy).Bool(rows, r => r.Data.Changed)
            .Bool(rows, r => r.Data.Review).Text(rows, r => r.Data.BulkJobId).Time(rows, r => r.Event.OccurredAt).Int(rows, r => r.Event.Slot)
            .Long(rows, r => r.Event.Offset));
    }
}

/// <summary>How a signal was judged.</summary>
public sealed record SignalDecisionShown(
    Guid PolicyDecisionId, string SignalId, string RunId, string Type, string? StepId, string Actor, string? Person, IReadOnlyList<string> Roles,
    string? EffectiveRole, string Decision, string? Code, string? Reason, string Policy, bool Changed, bool Review, string? BulkJobId,
    DateTimeOffset DecidedAt);

/// <summary>Reads records of decisions.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class SignalDecisionQueries(NpgsqlDataSource api)
{
    const string Sort = "decided";

    /// <summary>Of one run, in the order in which they were made.</summary>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<SignalDecisionShown>>> ListAsync(Guid tenantId, string runId, int limit, string? cursor, CancellationToken stop)
    {
        Cursor.Limit(limit);
        var after = Cursor.Parse(cursor, Sort, parts: 1);
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select decision_id, signal_id, run_id, signal_type, step_id, actor, person, roles, effective_role, decision, code, reason, policy,
              changed, review, bulk_job_id, decided_at, "offset"
            from read.signal_decision
            where tenant_id = $1
              and run_id = $2
              and "offset" > $3
            order by "offset"
            limit $4
            """, tenantId, runId, after is null ? 0L : Number(after[0]), limit + 1);
        var rows = await query.ListAsync(static row => (Shown: Read(row), Offset: row.GetInt64(17)), stop);
        var page = Cursor.Cut(rows.Value, limit, r => Cursor.Of(Sort, r.Offset.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return new(new([.. page.Items.Select(r => r.Shown)], page.NextCursor), rows.Position);
    }

    static long Number(string part) =>
        long.TryParse(part, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var offset) ? offset : throw Cursor.Invalid();

    static SignalDecisionShown Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.TextOrNull(4), row.GetString(5), row.TextOrNull(6),
        row.GetFieldValue<string[]>(7), row.TextOrNull(8), row.GetString(9), row.TextOrNull(10), row.TextOrNull(11), row.GetString(12),
        row.GetBoolean(13), row.GetBoolean(14), row.TextOrNull(15), row.Time(16));
}
