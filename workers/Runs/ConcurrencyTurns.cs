using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Runs;

/// <summary>
/// What a batch means for concurrency keys: runs that queue for a slot, were told of theirs, end, or hand theirs to the run that
/// goes on for them. In the transaction of their events, so that no slot is given twice or lost; nothing is added where no run
/// has a key.
/// </summary>
sealed class ConcurrencyTurns
{
    readonly List<(RunRow Row, DateTimeOffset AcceptedAt)> queued = [];
    readonly List<RunRow> told = [];
    readonly List<RunRow> ended = [];
    readonly List<(Guid TenantId, string RunId)> givenBack = [];

    public bool HasChanges => queued.Count + told.Count + ended.Count + givenBack.Count > 0;

    /// <param name="acceptedAt">Of the command; the order of those with the same priority.</param>
    public void Note(IEvent e, RunRow row, DateTimeOffset acceptedAt)
    {
        if (row.Run.Concurrency is null)
            return;
        switch (e)
        {
            case RunQueued:
                queued.Add((row, acceptedAt));
                break;
            case RunAdmitted:
                told.Add(row);
                break;
            case RunCompleted or RunFailed or RunCancelled:
                ended.Add(row);
                break;
        }
    }

    /// <summary>A run that was to go on for another cannot start: a slot that was handed to it is free.</summary>
    public void GiveBack(Guid tenantId, string runId) => givenBack.Add((tenantId, runId));

    public void AddTo(NpgsqlBatch statement)
    {
        if (!HasChanges)
            return;
        statement.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            select granted_tenant, granted_run
            from runs.take_turns($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            """)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, queued.Select(q => q.Row.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, queued.Select(q => q.Row.Run.RunId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, queued.Select(q => q.Row.Run.Plan.PlanId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, queued.Select(q => q.Row.Run.Concurrency!.Key).ToArray()),
                EventLog.Array(NpgsqlDbType.Integer, queued.Select(q => q.Row.Run.Concurrency!.Limit).ToArray()),
                EventLog.Array(NpgsqlDbType.Integer, queued.Select(q => q.Row.Run.Context.Priority ?? 0).ToArray()),
                EventLog.Array(NpgsqlDbType.TimestampTz, queued.Select(q => q.AcceptedAt.UtcDateTime).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, told.Select(r => r.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, told.Select(r => r.Run.RunId).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, ended.Select(r => r.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, ended.Select(r => r.Run.RunId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, ended.Select(r => r.Run.SlotHeir).ToArray()),
                EventLog.Array(NpgsqlDbType.Uuid, givenBack.Select(r => r.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, givenBack.Select(r => r.RunId).ToArray()),
            },
        });
    }

    public static bool IsResult(NpgsqlDataReader reader) => reader.FieldCount == 2 && reader.GetName(0) == "granted_tenant";

    public static async Task<List<(Guid TenantId, string RunId)>> ReadAsync(NpgsqlDataReader reader, CancellationToken stop)
    {
        var granted = new List<(Guid, string)>();
        while (await reader.ReadAsync(stop))
            granted.Add((reader.GetGuid(0), reader.GetString(1)));
        return granted;
    }

    /// <summary>Tells a run of its slot. Its id is always the same, and being told twice does no harm.</summary>
    public static (string Queue, Envelope Envelope) Tell(Guid tenantId, string runId) =>
        (Slot.Queue(Slot.Of(Domain.Runs, tenantId, runId)), new Envelope(
            NamedId.Of("admit", tenantId.ToString(), runId), nameof(AdmitRun), tenantId, runId, "system", DateTimeOffset.UnixEpoch,
            ContractsJson.Element(new AdmitRun(runId))));

    public void Clear()
    {
        queued.Clear();
        told.Clear();
        ended.Clear();
        givenBack.Clear();
    }
}
