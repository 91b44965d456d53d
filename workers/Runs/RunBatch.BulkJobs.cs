using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Runs;

// Bulk jobs that the batch has decided about.
sealed partial class RunBatch
{
    readonly Dictionary<(Guid, string), (BulkJobRow Row, long Events)> bulkJobs = [];
    readonly List<(Guid TenantId, SelectRuns Part)> bulkParts = [];

    /// <summary>A job as an earlier message of this batch left it.</summary>
    public BulkJobRow? SavedBulkJob(Guid tenantId, string jobId) => bulkJobs.TryGetValue((tenantId, jobId), out var saved) ? saved.Row : null;

    /// <summary>Runs of a selection that this batch has taken in and not stored yet.</summary>
    public int SelectedHere(Guid tenantId, string selectionId) =>
        bulkParts.Where(p => p.TenantId == tenantId && p.Part.SelectionId == selectionId).Sum(p => p.Part.RunIds.Count);

    public IReadOnlyList<string>? PartHere(BulkJobRow job, int part) => bulkParts
        .Find(p => p.TenantId == job.TenantId && p.Part.SelectionId == job.Definition!.SelectionId && p.Part.Part == part).Part?.RunIds;

    public void Save(SelectRuns part, Guid tenantId) => bulkParts.Add((tenantId, part));

    /// <summary>A row without an event only keeps pace: what it says besides can be found out again.</summary>
    public void Save(BulkJobRow row, Delivery delivery, IEvent? e, DateTimeOffset now)
    {
        var before = bulkJobs.GetValueOrDefault((row.TenantId, row.JobId)).Events;
        bulkJobs[(row.TenantId, row.JobId)] = (row, before + (e is null ? 0 : 1));
        if (e is null)
            return;
        var envelope = delivery.Envelope;
        var isCommand = envelope.Resource is not null;
        events.Add(new NewEvent(delivery.Slot, row.TenantId, row.Stream, row.Seq, e.GetType().Name, ContractsJson.Element<object>(e).GetRawText(),
            isCommand ? envelope.Id : null, envelope.CorrelationId, isCommand ? envelope.Actor : "system", now));
        if (isCommand)
            Earlier.Decided(envelope.Id);
    }

    public void Send(string queue, Envelope envelope) => followUps.Add((queue, envelope));

    void AddBulkJobs(NpgsqlBatch statement)
    {
        foreach (var (tenantId, part) in bulkParts.OrderBy(p => p.TenantId).ThenBy(p => p.Part.SelectionId, StringComparer.Ordinal).ThenBy(p => p.Part.Part))
            BulkJobTable.AddPart(statement, tenantId, part);
        var timers = new List<Dvt.Pipeline.Timer>();
        var cleared = new List<(Guid, string)>();
        foreach (var (row, count) in bulkJobs.Values.OrderBy(j => j.Row.TenantId).ThenBy(j => j.Row.JobId, StringComparer.Ordinal))
        {
            BulkJobTable.AddSave(statement, row, count);
            if (row is { Status: "running" or BulkReviews.Held, NextAt: { } next })
                timers.Add(new(row.TenantId, row.TimerKey, next, Slot.Queue(Slot.Of(Domain.Runs, row.TenantId, row.JobId)), Drive(row)));
            else if (row.Status == "completed")
                cleared.Add((row.TenantId, row.TimerKey));
        }
        Timers.AddSet(statement, timers);
        Timers.AddClear(statement, cleared);
    }

    static Envelope Drive(BulkJobRow row) => new(
        NamedId.Of("drive", row.TenantId.ToString(), row.JobId), nameof(DriveBulkJob), row.TenantId, row.JobId, "system", DateTimeOffset.UnixEpoch,
        ContractsJson.Element(new DriveBulkJob(row.JobId)));

    void SettleBulkJobs()
    {
        bulkJobs.Clear();
        bulkParts.Clear();
    }
}
