using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary><c>read.plan</c>: every version of every plan.</summary>
sealed class PlanView : IView
{
    public string Name => "plan";

    public int Version => 1;

    public IReadOnlyCollection<string> DataOf { get; } = [nameof(PlanDrafted), nameof(PlanPublished), nameof(PlanArchived)];

    public void Project(IReadOnlyList<TailEvent> events, NpgsqlBatch writes, string table)
    {
        var changes = new SortedDictionary<(Guid, string, string), Change>();
        foreach (var e in events)
        {
            if (e.Type is not (nameof(PlanDrafted) or nameof(PlanPublished) or nameof(PlanArchived)))
                continue;
            using var json = JsonDocument.Parse(e.Data);
            var key = (e.TenantId, json.RootElement.GetProperty("planId").GetString()!, json.RootElement.GetProperty("version").GetString()!);
            if (!changes.TryGetValue(key, out var change))
                changes.Add(key, change = new Change { TenantId = key.TenantId, PlanId = key.Item2, PlanVersion = key.Item3 });
            change.Apply(e, json.RootElement);
        }
        var drafted = changes.Values.Where(c => c.Document is not null).ToList();
        var known = changes.Values.Where(c => c.Document is null).ToList();
        if (drafted.Count > 0)
            writes.BatchCommands.Add(Upsert(drafted, table));
        if (known.Count > 0)
            writes.BatchCommands.Add(Update(known, table));
    }

    static NpgsqlBatchCommand Upsert(List<Change> rows, string table) => new NpgsqlBatchCommand(
        $"""
        insert into {table} as p (tenant_id, plan_id, version, state, digest, name, description, step_count, revision,
          created_at, published_at, archived_at, document)
        select tenant_id, plan_id, version, state, digest, name, description, step_count, revision,
          created_at, published_at, archived_at, document::jsonb
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
          as d(tenant_id, plan_id, version, state, digest, name, description, step_count, revision,
            created_at, published_at, archived_at, document)
        on conflict (tenant_id, plan_id, version) do update
        set state = excluded.state,
            digest = excluded.digest,
            name = excluded.name,
            description = excluded.description,
            step_count = excluded.step_count,
            revision = excluded.revision,
            published_at = excluded.published_at,
            archived_at = excluded.archived_at,
            document = excluded.document
        """)
        .Uuid(rows, r => r.TenantId).Text(rows, r => r.PlanId).Text(rows, r => r.PlanVersion).Text(rows, r => r.State)
        .Text(rows, r => r.Digest).Text(rows, r => r.Name).Text(rows, r => r.Description).Int(rows, r => r.StepCount)
        .Long(rows, r => r.Revision).Time(rows, r => r.CreatedAt).Time(rows, r => r.PublishedAt).Time(rows, r => r.ArchivedAt)
        .Text(rows, r => r.Document);

    static NpgsqlBatchCommand Update(List<Change> rows, string table) => new NpgsqlBatchCommand(
        $"""
        update {table} p
        set state = d.state,
            revision = d.revision,
            published_at = coalesce(d.published_at, p.published_at),
            archived_at = coalesce(d.archived_at, p.archived_at)
        from unnest($1, $2, $3, $4, $5, $6, $7) as d(tenant_id, plan_id, version, state, revision, published_at, archived_at)
        where p.tenant_id = d.tenant_id
          and p.plan_id = d.plan_id
          and p.version = d.version
        """)
        .Uuid(rows, r => r.TenantId).Text(rows, r => r.PlanId).Text(rows, r => r.PlanVersion).Text(rows, r => r.State)
        .Long(rows, r => r.Revision).Time(rows, r => r.PublishedAt).Time(rows, r => r.ArchivedAt);

    sealed class Change
    {
        public required Guid TenantId { get; init; }

        public required string PlanId { get; init; }

        public required string PlanVersion { get; init; }

        public string State { get; private set; } = "draft";

        public string? Digest { get; private set; }

        public string? Name { get; private set; }

        public string? Description { get; private set; }

        public int StepCount { get; private set; }

        public long Revision { get; private set; }

        public DateTime? CreatedAt { get; private set; }

        public DateTime? PublishedAt { get; private set; }

        public DateTime? ArchivedAt { get; private set; }

        public string? Document { get; private set; }

        public void Apply(TailEvent e, JsonElement data)
        {
            Revision = data.GetProperty("revision").GetInt64();
            switch (e.Type)
            {
                case nameof(PlanDrafted):
                    var document = data.GetProperty("document");
                    Document = document.GetRawText();
                    Digest = data.GetProperty("digest").GetString();
                    Name = Text(document, "name");
                    Description = Text(document, "description");
                    StepCount = document.TryGetProperty("steps", out var steps) && steps.ValueKind == JsonValueKind.Array ? steps.GetArrayLength() : 0;
                    CreatedAt ??= e.OccurredAt;
                    State = "draft";
                    break;
                case nameof(PlanPublished):
                    PublishedAt = e.OccurredAt;
                    State = "published";
                    break;
                case nameof(PlanArchived):
                    ArchivedAt = e.OccurredAt;
                    State = "archived";
                    break;
            }
        }

        static string? Text(JsonElement document, string name) =>
            document.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
