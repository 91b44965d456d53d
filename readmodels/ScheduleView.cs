using System.Text.Json;
using Dvt.Contracts;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary><c>read.schedule</c>: schedules as they are now; one that was deleted is gone.</summary>
sealed class ScheduleView : IView
{
    public string Name => "schedule";

    public int Version => 1;

    public IReadOnlyCollection<string> DataOf { get; } = [nameof(ScheduleCreated), nameof(ScheduleChanged), nameof(ScheduleDeleted)];

    public void Project(IReadOnlyList<TailEvent> events, NpgsqlBatch writes, string table)
    {
        var last = new SortedDictionary<(Guid, string), Row>();
        foreach (var e in events)
        {
            if (e.Type is not (nameof(ScheduleCreated) or nameof(ScheduleChanged) or nameof(ScheduleDeleted)))
                continue;
            var row = Row.Of(e);
            last[(row.TenantId, row.ScheduleId)] = last.TryGetValue((row.TenantId, row.ScheduleId), out var before) ? row with { CreatedAt = before.CreatedAt } : row;
        }
        var kept = last.Values.Where(r => r.Definition is not null).ToList();
        var deleted = last.Values.Where(r => r.Definition is null).ToList();
        if (kept.Count > 0)
            writes.BatchCommands.Add(Upsert(kept, table));
        if (deleted.Count > 0)
            writes.BatchCommands.Add(Delete(deleted, table));
    }

    static NpgsqlBatchCommand Upsert(List<Row> rows, string table) => new NpgsqlBatchCommand(
        $"""
        insert into {table} (tenant_id, schedule_id, plan_id, enabled, revision, created_at, changed_at, definition)
        select tenant_id, schedule_id, plan_id, enabled, revision, created_at, changed_at, definition::jsonb
        from unnest($1, $2, $3, $4, $5, $6, $7, $8)
          as d(tenant_id, schedule_id, plan_id, enabled, revision, created_at, changed_at, definition)
        on conflict (tenant_id, schedule_id) do update
        set plan_id = excluded.plan_id,
            enabled = excluded.enabled,
            revision = excluded.revision,
            changed_at = excluded.changed_at,
            definition = excluded.definition
        """)
        .Uuid(rows, r => r.TenantId).Text(rows, r => r.ScheduleId).Text(rows, r => r.PlanId).Bool(rows, r => r.Enabled)
        .Long(rows, r => r.Revision).Time(rows, r => r.CreatedAt).Time(rows, r => r.ChangedAt).Text(rows, r => r.Definition);

    static NpgsqlBatchCommand Delete(List<Row> rows, string table) => new NpgsqlBatchCommand(
        $"""
        delete from {table} s
        using unnest($1, $2) as d(tenant_id, schedule_id)
        where s.tenant_id = d.tenant_id
          and s.schedule_id = d.schedule_id
        """)
        .Uuid(rows, r => r.TenantId).Text(rows, r => r.ScheduleId);

    /// <param name="Definition">Null when it was deleted.</param>
    /// <param name="CreatedAt">Of the first event in the batch; counts only where the row is new.</param>
    sealed record Row(
        Guid TenantId, string ScheduleId, string PlanId, bool Enabled, long Revision, DateTime? CreatedAt, DateTime? ChangedAt, string? Definition)
    {
        public static Row Of(TailEvent e)
        {
            using var json = JsonDocument.Parse(e.Data);
            var data = json.RootElement;
            var (scheduleId, revision) = (data.GetProperty("scheduleId").GetString()!, data.GetProperty("revision").GetInt64());
            if (!data.TryGetProperty("definition", out var definition))
                return new(e.TenantId, scheduleId, "", Enabled: false, revision, e.OccurredAt, e.OccurredAt, Definition: null);
            return new(e.TenantId, scheduleId, definition.GetProperty("planRef").GetProperty("planId").GetString()!,
                definition.GetProperty("enabled").GetBoolean(), revision, e.OccurredAt, e.OccurredAt, definition.GetRawText());
        }
    }
}
