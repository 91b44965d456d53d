using System.Text.Json;
using Dvt.Contracts;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary><c>read.unit</c>: units as they are now.</summary>
sealed class UnitView : IView
{
    public string Name => "unit";

    public int Version => 1;

    public IReadOnlyCollection<string> DataOf { get; } = [nameof(UnitCreated), nameof(UnitChanged)];

    public void Project(IReadOnlyList<TailEvent> events, NpgsqlBatch writes, string table)
    {
        var last = new SortedDictionary<(Guid, Guid), Row>();
        foreach (var e in events)
        {
            if (e.Type is not (nameof(UnitCreated) or nameof(UnitChanged)))
                continue;
            var row = Row.Of(e);
            last[(row.TenantId, row.UnitId)] = last.TryGetValue((row.TenantId, row.UnitId), out var before) ? row with { CreatedAt = before.CreatedAt } : row;
        }
        if (last.Count > 0)
            writes.BatchCommands.Add(Upsert([.. last.Values], table));
    }

    static NpgsqlBatchCommand Upsert(List<Row> rows, string table) => new NpgsqlBatchCommand(
        $"""
        insert into {table} (tenant_id, unit_id, name, type, active, revision, created_at, changed_at, definition)
        select tenant_id, unit_id, name, type, active, revision, created_at, changed_at, definition::jsonb
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
          as d(tenant_id, unit_id, name, type, active, revision, created_at, changed_at, definition)
        on conflict (tenant_id, unit_id) do update
        set name = excluded.name,
            type = excluded.type,
            active = excluded.active,
            revision = excluded.revision,
            changed_at = excluded.changed_at,
            definition = excluded.definition
        """)
        .Uuid(rows, r => r.TenantId).Uuid(rows, r => r.UnitId).Text(rows, r => r.Name).Text(rows, r => r.Type).Bool(rows, r => r.Active)
        .Long(rows, r => r.Revision).Time(rows, r => r.CreatedAt).Time(rows, r => r.ChangedAt).Text(rows, r => r.Definition);

    /// <param name="CreatedAt">Of the first event in the batch; counts only where the row is new.</param>
    sealed record Row(Guid TenantId, Guid UnitId, string Name, string Type, bool Active, long Revision, DateTime? CreatedAt, DateTime? ChangedAt, string Definition)
    {
        public static Row Of(TailEvent e)
        {
            using var json = JsonDocument.Parse(e.Data);
            var (data, definition) = (json.RootElement, json.RootElement.GetProperty("definition"));
            return new(e.TenantId, data.GetProperty("unitId").GetGuid(), definition.GetProperty("name").GetString()!, definition.GetProperty("type").GetString()!,
                definition.GetProperty("active").GetBoolean(), data.GetProperty("revision").GetInt64(), e.OccurredAt, e.OccurredAt, definition.GetRawText());
        }
    }
}
