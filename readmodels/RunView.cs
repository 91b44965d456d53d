using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>One line of the run list. Times UTC; the newest cause of a delay is its substatus.</summary>
public sealed record RunRow(
    string RunId,
    string PlanId,
    string PlanVersion,
    string Status,
    string? Substatus,
    IReadOnlyDictionary<string, string> Labels,
    string Actor,
    string? ActorId,
    int Priority,
    string? CorrelationId,
    string? OriginRunId,
    string? ParentRunId,
    DateTimeOffset QueuedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    int StepsCompleted,
    int StepsFailed,
    int StepsSkipped,
    string? ErrorCode,
    string? ErrorMessage,
    long LastSeq,
    DateTimeOffset UpdatedAt,
    string? ContinuedFromRunId,
    string? ContinuedAsRunId,
    DateTimeOffset? ArchivedAt);

/// <summary><c>read.run</c>: the run list.</summary>
sealed class RunView : IView
{
    public string Name => "run";

    public int Version => 3;

    public IReadOnlyCollection<string> DataOf { get; } =
        [nameof(RunQueued), nameof(RunFailed), nameof(RunCancelled), nameof(RunPaused), nameof(RunCompensationStarted), nameof(RunContinued), nameof(HistoriesArchived), nameof(HistoriesDeleted), nameof(TimerSet)];

    public void Project(IReadOnlyList<TailEvent> events, NpgsqlBatch writes, string table)
    {
        var changes = new Dictionary<StreamFacts, RunChange>();
        foreach (var e in events)
        {
            if (!e.IsOfRun)
                continue;
            if (!changes.TryGetValue(e.Facts, out var change))
                changes.Add(e.Facts, change = new RunChange { TenantId = e.TenantId, RunId = e.RunId });
            change.Apply(e);
        }
        List<RunChange> ordered = [.. changes.Values];
        ordered.Sort(static (a, b) => a.TenantId.CompareTo(b.TenantId) is var t and not 0 ? t : string.CompareOrdinal(a.RunId, b.RunId));
        var fresh = ordered.FindAll(c => c.Queued is not null);
        var known = ordered.FindAll(c => c.Queued is null);
        if (fresh.Count > 0)
            writes.BatchCommands.Add(Insert(fresh, table));
        if (known.Count > 0)
            writes.BatchCommands.Add(Update(known, table));
        // In the slot of its runs and behind all of them.
        foreach (var e in events)
            if (e.Type == nameof(HistoriesArchived))
                writes.BatchCommands.Add(Archive(e, table));
            else if (e.Type == nameof(HistoriesDeleted))
                writes.BatchCommands.Add(Delete(e, table));
    }

    /// <summary>What a view knows of runs whose histories are deleted goes with them.</summary>
    public static NpgsqlBatchCommand Delete(TailEvent e, string table) => new(
        $"""
        delete from {table} r
        where r.tenant_id = $1
          and r.run_id = any ($2)
        """)
    {
        Parameters = { new() { Value = e.TenantId }, new() { Value = ContractsJson.Read<HistoriesDeleted>(JsonElement.Parse(e.Data)).RunIds.ToArray() } },
    };

    static NpgsqlBatchCommand Archive(TailEvent e, string table) => new(
        $"""
        update {table} r
        set archived_at = $3
        where r.tenant_id = $1
          and r.run_id = any ($2)
        """)
    {
        Parameters =
        {
            new() { Value = e.TenantId }, new() { Value = ContractsJson.Read<HistoriesArchived>(JsonElement.Parse(e.Data)).RunIds.ToArray() }, new() { Value = e.OccurredAt },
        },
    };

    const string Inserted =
        "tenant_id, run_id, plan_id, plan_version, status, substatus, labels, actor, actor_id, priority, correlation_id, " +
        "origin_run_id, parent_run_id, queued_at, started_at, finished_at, steps_completed, steps_failed, steps_skipped, " +
        "error_code, error_message, last_seq, updated_at, continued_from_run_id, continued_as_run_id";

    static NpgsqlBatchCommand Insert(List<RunChange> runs, string table) => new NpgsqlBatchCommand(
        $"""
        insert into {table} ({Inserted})
        select tenant_id, run_id, plan_id, plan_version, status, substatus, labels::jsonb, actor, actor_id, priority,
          correlation_id, origin_run_id, parent_run_id, queued_at, started_at, finished_at, steps_completed, steps_failed,
          steps_skipped, error_code, error_message, last_seq, updated_at, continued_from_run_id, continued_as_run_id
        from {Sql.Rows(Inserted)} r
        """)
        .Uuid(runs, r => r.TenantId).Text(runs, r => r.RunId).Text(runs, r => r.Queued!.PlanId).Text(runs, r => r.Queued!.PlanVersion)
        .Text(runs, r => r.Status).Text(runs, r => r.Substatus).Text(runs, r => RunTermView.LabelsJson(r.Queued!.Labels))
        .Text(runs, r => r.Actor).Text(runs, r => r.Queued!.ActorId).Int(runs, r => r.Queued!.Priority)
        .Text(runs, r => r.CorrelationId).Text(runs, r => r.Queued!.OriginRunId).Text(runs, r => r.Queued!.ParentRunId)
        .Time(runs, r => r.QueuedAt).Time(runs, r => r.StartedAt).Time(runs, r => r.FinishedAt)
        .Int(runs, r => r.Completed).Int(runs, r => r.Failed).Int(runs, r => r.Skipped)
        .Text(runs, r => r.ErrorCode).Text(runs, r => r.ErrorMessage).Long(runs, r => r.LastSeq).Time(runs, r => r.UpdatedAt)
        .Text(runs, r => r.Queued!.ContinuedFromRunId).Text(runs, r => r.ContinuedAsRunId);

    const string Changed =
        "tenant_id, run_id, status, resumed, substatus, sets_substatus, started_at, finished_at, completed, failed, skipped, " +
        "error_code, error_message, last_seq, updated_at, continued_as_run_id";

    static NpgsqlBatchCommand Update(List<RunChange> runs, string table) => new NpgsqlBatchCommand(
        $"""
        update {table} r
        set status = case
              when d.resumed and coalesce(d.started_at, r.started_at) is null then 'PENDING'
              else coalesce(d.status, r.status)
            end,
            substatus = case
              when d.status = 'COMPLETED' and r.continued_as_run_id is not null then 'CONTINUE_AS_NEW'
              -- A run that was resumed before it began waits for its slot again, or it would have begun at once.
              when d.resumed and coalesce(d.started_at, r.started_at) is null then 'WAITING_CONCURRENCY'
              when d.sets_substatus then d.substatus
              else r.substatus
            end,
            started_at = coalesce(r.started_at, d.started_at),
            finished_at = coalesce(r.finished_at, d.finished_at),
            steps_completed = r.steps_completed + d.completed,
            steps_failed = r.steps_failed + d.failed,
            steps_skipped = r.steps_skipped + d.skipped,
            error_code = coalesce(d.error_code, r.error_code),
            error_message = coalesce(d.error_message, r.error_message),
            continued_as_run_id = coalesce(d.continued_as_run_id, r.continued_as_run_id),
            last_seq = d.last_seq,
            updated_at = d.updated_at
        from {Sql.Rows(Changed)} d
        where r.tenant_id = d.tenant_id
          and r.run_id = d.run_id
          and r.last_seq < d.last_seq
        """)
        .Uuid(runs, r => r.TenantId).Text(runs, r => r.RunId).Text(runs, r => r.Status).Bool(runs, r => r.Resumed)
        .Text(runs, r => r.Substatus).Bool(runs, r => r.SetsSubstatus).Time(runs, r => r.StartedAt).Time(runs, r => r.FinishedAt)
        .Int(runs, r => r.Completed).Int(runs, r => r.Failed).Int(runs, r => r.Skipped)
        .Text(runs, r => r.ErrorCode).Text(runs, r => r.ErrorMessage).Long(runs, r => r.LastSeq).Time(runs, r => r.UpdatedAt)
        .Text(runs, r => r.ContinuedAsRunId);
}

/// <summary>What a batch changes about one run.</summary>
sealed class RunChange
{
    public required Guid TenantId { get; init; }

    public required string RunId { get; init; }

    public QueuedFields? Queued { get; private set; }

    public string Actor { get; private set; } = "";

    public string? CorrelationId { get; private set; }

    public DateTime? QueuedAt { get; private set; }

    public string? Status { get; private set; }

    public bool Resumed { get; private set; }

    public string? Substatus { get; private set; }

    public bool SetsSubstatus { get; private set; }

    public DateTime? StartedAt { get; private set; }

    public DateTime? FinishedAt { get; private set; }

    public int Completed { get; private set; }

    public int Failed { get; private set; }

    public int Skipped { get; private set; }

    public string? ErrorCode { get; private set; }

    public string? ErrorMessage { get; private set; }

    public string? ContinuedAsRunId { get; private set; }

    public long LastSeq { get; private set; }

    public DateTime UpdatedAt { get; private set; }

    public void Apply(TailEvent e)
    {
        LastSeq = e.Seq;
        UpdatedAt = e.OccurredAt;
        switch (e.Type)
        {
            case nameof(RunQueued):
                Queued = QueuedFields.Read(e.Data);
                Actor = e.Actor;
                CorrelationId = e.CorrelationId ?? Queued.CorrelationId;
                QueuedAt = e.OccurredAt;
                Become("PENDING", Queued.WaitsForSlot ? "WAITING_CONCURRENCY" : null);
                break;
            case "RunApproved": Become("APPROVED"); break;
            case nameof(RunStarted):
                StartedAt = e.OccurredAt;
                Become("RUNNING");
                break;
            case nameof(RunPaused):
                Become("PAUSED", JsonFields.Text(e.Data, "cause") is { } cause and not "SIGNAL" ? cause : null);
                break;
            case nameof(RunResumed):
                if (Queued is not null && StartedAt is null)
                    Become("PENDING", Queued.WaitsForSlot ? "WAITING_CONCURRENCY" : null);
                else
                    Become("RUNNING");
                Resumed = Queued is null;
                break;
            case nameof(RunContinued): ContinuedAsRunId = JsonFields.Text(e.Data, "asRunId"); break;
            case nameof(RunCompleted):
                Finish("COMPLETED", e);
                Waits(ContinuedAsRunId is null ? null : "CONTINUE_AS_NEW");
                break;
            case nameof(RunCompensationStarted):
                Become("RUNNING", "COMPENSATING");
                (ErrorCode, ErrorMessage) = ErrorFields.Read(e.Data);
                break;
            case nameof(StepCompensationStarted) or nameof(StepCompensated) or nameof(StepCompensationFailed): Waits("COMPENSATING"); break;
            case nameof(RunCancelled):
                Finish("CANCELLED", e);
                if (ErrorFields.Read(e.Data, "compensationError") is { Code: not null } left)
                    (ErrorCode, ErrorMessage) = left;
                break;
            case nameof(RunFailed):
                Finish("FAILED", e);
                (ErrorCode, ErrorMessage) = ErrorFields.Read(e.Data);
                if (ErrorFields.Read(e.Data, "compensationError").Message is { } notUndone)
                    ErrorMessage = $"{ErrorMessage}; {notUndone}";
                break;
            case nameof(RunAdmitted) when Status != "PAUSED": Waits(null); break;
            case nameof(StepCompleted): Completed++; Waits(null); break;
            case nameof(StepFailed): Failed++; break;
            case nameof(StepSkipped): Skipped++; break;
            case nameof(StepRetryScheduled): Waits("RETRYING"); break;
            case nameof(StepRecovered): Waits("RECOVERING"); break;
            case nameof(TimerSet): Waits(JsonFields.Text(e.Data, "purpose") == "WAIT" ? "WAITING_TIMER" : "WAITING_SIGNAL"); break;
            case nameof(ApprovalRequested): Waits("WAITING_APPROVAL"); break;
            case nameof(TimerFired): Waits(null); break;
        }
    }

    void Become(string status, string? substatus = null)
    {
        Status = status;
        Resumed = false;
        Waits(substatus);
    }

    void Finish(string status, TailEvent e)
    {
        Become(status);
        FinishedAt = e.OccurredAt;
    }

    void Waits(string? substatus)
    {
        Substatus = substatus;
        SetsSubstatus = true;
    }
}
