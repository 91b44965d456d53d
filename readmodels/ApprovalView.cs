using System.Globalization;
using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary><c>read.approval</c>: requests that wait for people; one that is decided or withdrawn is gone.</summary>
sealed class ApprovalView : IView
{
    public string Name => "approval";

    public int Version => 1;

    public IReadOnlyCollection<string> DataOf { get; } =
    [
        nameof(ApprovalRequested), nameof(ApprovalEscalated), nameof(ApprovalGranted), nameof(ApprovalDenied), nameof(ApprovalExpired), nameof(ApprovalWithdrawn),
    ];

    public void Project(IReadOnlyList<TailEvent> events, NpgsqlBatch writes, string table)
    {
        var changes = new SortedDictionary<(Guid, string, string), ApprovalChange>(KeyOrder.Instance);
        foreach (var e in events)
        {
            if (!e.Type.StartsWith("Approval", StringComparison.Ordinal) || !e.IsOfRun || !DataOf.Contains(e.Type))
                continue;
            using var json = JsonDocument.Parse(e.Data);
            var stepId = json.RootElement.GetProperty("stepId").GetString()!;
            if (!changes.TryGetValue((e.TenantId, e.RunId, stepId), out var change))
                changes.Add((e.TenantId, e.RunId, stepId), change = new ApprovalChange { TenantId = e.TenantId, RunId = e.RunId, StepId = stepId });
            change.Apply(e, json.RootElement);
        }
        Write(writes, [.. changes.Values.Where(c => c.Ended)], rows => Delete(rows, table));
        Write(writes, [.. changes.Values.Where(c => c is { Ended: false, Asked: not null })], rows => Insert(rows, table));
        Write(writes, [.. changes.Values.Where(c => c is { Ended: false, Asked: null })], rows => Update(rows, table));
    }

    static void Write(NpgsqlBatch writes, List<ApprovalChange> rows, Func<List<ApprovalChange>, NpgsqlBatchCommand> statement)
    {
        if (rows.Count > 0)
            writes.BatchCommands.Add(statement(rows));
    }

    static NpgsqlBatchCommand Delete(List<ApprovalChange> rows, string table) => new NpgsqlBatchCommand(
        $"""
        delete from {table} a
        using unnest($1, $2, $3) as d(tenant_id, run_id, step_id)
        where a.tenant_id = d.tenant_id
          and a.run_id = d.run_id
          and a.step_id = d.step_id
        """)
        .Uuid(rows, r => r.TenantId).Text(rows, r => r.RunId).Text(rows, r => r.StepId);

    /// <summary>A request before it in the same batch may still have its row.</summary>
    static NpgsqlBatchCommand Insert(List<ApprovalChange> rows, string table) => new NpgsqlBatchCommand(
        $$"""
        insert into {{table}} (tenant_id, run_id, step_id, approval_id, plan_id, title, description, roles, four_eyes, started_by,
          min_approvals, missing, approved_by, requested_at, deadline, on_deadline, level)
        select tenant_id, run_id, step_id, approval_id, plan_id, title, description, roles::text[], four_eyes, started_by::text[],
          min_approvals, missing, approved_by::text[], requested_at, deadline, on_deadline, level
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
          as r(tenant_id, run_id, step_id, approval_id, plan_id, title, description, roles, four_eyes, started_by,
            min_approvals, missing, approved_by, requested_at, deadline, on_deadline, level)
        on conflict (tenant_id, run_id, step_id) do update
        set approval_id = excluded.approval_id,
            plan_id = excluded.plan_id,
            title = excluded.title,
            description = excluded.description,
            roles = excluded.roles,
            four_eyes = excluded.four_eyes,
            started_by = excluded.started_by,
            min_approvals = excluded.min_approvals,
            missing = excluded.missing,
            approved_by = excluded.approved_by,
            requested_at = excluded.requested_at,
            deadline = excluded.deadline,
            on_deadline = excluded.on_deadline,
            level = excluded.level
        """)
        .Uuid(rows, r => r.TenantId).Text(rows, r => r.RunId).Text(rows, r => r.StepId).Text(rows, r => r.Asked!.ApprovalId)
        .Text(rows, r => r.Asked!.PlanId).Text(rows, r => r.Asked!.Title).Text(rows, r => r.Asked!.Description).Text(rows, r => Array(r.Roles!))
        .Bool(rows, r => r.Asked!.FourEyes).Text(rows, r => Array(r.Asked!.StartedBy)).Int(rows, r => r.Asked!.MinApprovals)
        .Int(rows, r => r.Missing!.Value).Text(rows, r => Array(r.ApprovedBy)).Time(rows, r => r.Asked!.RequestedAt).Time(rows, r => r.Deadline)
        .Text(rows, r => r.Asked!.OnDeadline).Int(rows, r => r.Level);

    static NpgsqlBatchCommand Update(List<ApprovalChange> rows, string table) => new NpgsqlBatchCommand(
        $"""
        update {table} a
        set roles = coalesce(d.roles::text[], a.roles),
            deadline = case when d.roles is null then a.deadline else d.deadline end,
            level = case when d.roles is null then a.level else d.level end,
            missing = coalesce(d.missing, a.missing),
            approved_by = a.approved_by || d.approved_by::text[]
        from unnest($1, $2, $3, $4, $5, $6, $7, $8) as d(tenant_id, run_id, step_id, roles, deadline, level, missing, approved_by)
        where a.tenant_id = d.tenant_id
          and a.run_id = d.run_id
          and a.step_id = d.step_id
        """)
        .Uuid(rows, r => r.TenantId).Text(rows, r => r.RunId).Text(rows, r => r.StepId)
        .Text(rows, r => r.Roles is null ? null : Array(r.Roles)).Time(rows, r => r.Deadline).Int(rows, r => r.Level)
        .Column(NpgsqlDbType.Integer, rows, r => r.Missing).Text(rows, r => Array(r.ApprovedBy));

    /// <summary>Roles and actors: words that need no quoting beyond this.</summary>
    static string Array(IReadOnlyList<string> texts) =>
        "{" + string.Join(',', texts.Select(t => $"\"{t.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"")) + "}";

    sealed class KeyOrder : IComparer<(Guid TenantId, string RunId, string StepId)>
    {
        public static readonly KeyOrder Instance = new();

        public int Compare((Guid TenantId, string RunId, string StepId) x, (Guid TenantId, string RunId, string StepId) y) =>
            x.TenantId.CompareTo(y.TenantId) is var tenant and not 0 ? tenant
            : string.CompareOrdinal(x.RunId, y.RunId) is var run and not 0 ? run : string.CompareOrdinal(x.StepId, y.StepId);
    }
}

/// <summary>What a batch changes about the request of one step.</summary>
sealed class ApprovalChange
{
    public required Guid TenantId { get; init; }

    public required string RunId { get; init; }

    public required string StepId { get; init; }

    /// <summary>Null when the request was made in an earlier batch.</summary>
    public AskedFields? Asked { get; private set; }

    public IReadOnlyList<string>? Roles { get; private set; }

    public DateTime? Deadline { get; private set; }

    public int Level { get; private set; }

    public int? Missing { get; private set; }

    public List<string> ApprovedBy { get; private set; } = [];

    public bool Ended { get; private set; }

    public void Apply(TailEvent e, JsonElement data)
    {
        switch (e.Type)
        {
            case nameof(ApprovalRequested):
                var terms = data.GetProperty("terms");
                Asked = AskedFields.Read(data.GetProperty("approvalId").GetString()!, terms, e);
                (Roles, Deadline, Level, Missing, ApprovedBy, Ended) = (Texts(terms, "roles"), Moment(data), 0, Asked.MinApprovals, [], false);
                break;
            case nameof(ApprovalEscalated):
                (Roles, Deadline, Level) = (Texts(data, "roles"), Moment(data), data.GetProperty("level").GetInt32());
                break;
            case nameof(ApprovalGranted):
                Missing = data.GetProperty("missing").GetInt32();
                ApprovedBy.Add(data.GetProperty("by").GetString()!);
                Ended = Missing == 0;
                break;
            default:
                Ended = true;
                break;
        }
    }

    public static string[] Texts(JsonElement data, string name) =>
        data.TryGetProperty(name, out var texts) ? [.. texts.EnumerateArray().Select(t => t.GetString()!)] : [];

    static DateTime? Moment(JsonElement data) => data.TryGetProperty("deadline", out var deadline)
        ? DateTime.Parse(deadline.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal)
        : null;
}

/// <summary>The fields of <c>ApprovalRequested</c> that never change.</summary>
sealed record AskedFields(
    string ApprovalId, string PlanId, string Title, string? Description, bool FourEyes, IReadOnlyList<string> StartedBy, int MinApprovals,
    DateTime RequestedAt, string OnDeadline)
{
    public static AskedFields Read(string approvalId, JsonElement terms, TailEvent e) => new(
        approvalId, e.Facts.PlanId ?? "", terms.GetProperty("title").GetString()!,
        terms.TryGetProperty("description", out var text) ? text.GetString() : null, terms.GetProperty("fourEyes").GetBoolean(),
        ApprovalChange.Texts(terms, "startedBy"), terms.GetProperty("minApprovals").GetInt32(), e.OccurredAt, terms.GetProperty("onDeadline").GetString()!);
}
