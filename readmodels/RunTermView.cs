using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary><c>read.run_term</c>: what runs are found by. A row is written once and never changes; it goes with its history.</summary>
sealed class RunTermView : IView
{
    public string Name => "run_term";

    public int Version => 3;

    public IReadOnlyCollection<string> DataOf { get; } = [nameof(RunQueued), nameof(HistoriesDeleted)];

    public void Project(IReadOnlyList<TailEvent> events, NpgsqlBatch writes, string table)
    {
        List<(TailEvent Event, QueuedFields Queued)> rows =
            [.. events.Where(e => e.IsOfRun && e.Type == nameof(RunQueued)).Select(e => (e, QueuedFields.Read(e.Data)))];
        if (rows.Count > 0)
            Insert(rows, writes, table);
        // In the slot of its runs and behind all of them.
        foreach (var e in events)
            if (e.Type == nameof(HistoriesDeleted))
                writes.BatchCommands.Add(RunView.Delete(e, table));
    }

    static void Insert(List<(TailEvent Event, QueuedFields Queued)> rows, NpgsqlBatch writes, string table)
    {
        rows.Sort(static (a, b) => a.Event.TenantId.CompareTo(b.Event.TenantId) is var t and not 0 ? t : string.CompareOrdinal(a.Event.RunId, b.Event.RunId));
        writes.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
            insert into {table} (tenant_id, run_id, plan_id, plan_version, labels, queued_at, terms)
            select tenant_id, run_id, plan_id, plan_version, labels::jsonb, queued_at, array_to_tsvector(string_to_array(terms, E'\x1f'))
            from {Sql.Rows("tenant_id, run_id, plan_id, plan_version, labels, queued_at, terms")} r
            """)
            .Uuid(rows, r => r.Event.TenantId).Text(rows, r => r.Event.RunId).Text(rows, r => r.Queued.PlanId)
            .Text(rows, r => r.Queued.PlanVersion).Text(rows, r => LabelsJson(r.Queued.Labels)).Time(rows, r => r.Event.OccurredAt)
            .Text(rows, r => RunTerms.Of(r.Event.TenantId, r.Event.RunId, r.Queued, r.Event.CorrelationId ?? r.Queued.CorrelationId)));
    }

    public static string LabelsJson(IReadOnlyDictionary<string, string>? labels) =>
        labels is null or { Count: 0 } ? "{}" : JsonSerializer.Serialize(labels, ContractsJson.Options);
}
