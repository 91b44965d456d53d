using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;
using static Dvt.Pipeline.Sql;

namespace Dvt.ReadModels;

/// <summary><c>read.bulk_job</c>: bulk jobs and how far they are. What became of each run is in <c>read.signal_decision</c>.</summary>
sealed class BulkJobView : IView
{
    const string Prefix = "bulk-job-";

    public string Name => "bulk_job";

    public int Version => 2;

    public IReadOnlyCollection<string> DataOf { get; } =
        [nameof(BulkJobStarted), nameof(BulkStartRecorded), nameof(BulkJobAdvanced), nameof(BulkJobCancelled), nameof(BulkJobCompleted), nameof(BulkJobApproved), nameof(BulkJobRejected)];

    public void Project(IReadOnlyList<TailEvent> events, NpgsqlBatch writes, string table)
    {
        foreach (var e in events)
            if (e.Stream.StartsWith(Prefix, StringComparison.Ordinal) && Write(e, table) is { } write)
                writes.BatchCommands.Add(write);
    }

    static NpgsqlBatchCommand? Write(TailEvent e, string table) => e.Type switch
    {
        nameof(BulkJobStarted) => Start(e, Read<BulkJobStarted>(e), table),
        nameof(BulkStartRecorded) => Record(e, Read<BulkStartRecorded>(e), table),
        nameof(BulkJobAdvanced) => Move(e, table, Read<BulkJobAdvanced>(e).Sent, "sent = $3"),
        nameof(BulkJobCancelled) => Move(e, table, Read<BulkJobCancelled>(e).Sent, "sent = $3, cancelled_at = $4"),
        nameof(BulkJobCompleted) => Move(e, table, Read<BulkJobCompleted>(e).Sent, "sent = $3, finished_at = $4"),
        nameof(BulkJobApproved) => Judge(e, table, Read<BulkJobApproved>(e).By, code: null),
        nameof(BulkJobRejected) => Judge(e, table, approvedBy: null, Read<BulkJobRejected>(e).Code),
        _ => null,
    };

    /// <summary>What has become of a job that waited for a second person.</summary>
    static NpgsqlBatchCommand Judge(TailEvent e, string table, string? approvedBy, string? code) => new(
        $"""
        update {table}
        set approved_by = $3, rejected_code = $4, finished_at = case when $4 is null then finished_at else $5 end
        where tenant_id = $1
          and job_id = $2
        """)
    {
        Parameters =
        {
            new() { Value = e.TenantId }, new() { Value = JobId(e) }, Text(approvedBy), Text(code),
            new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = e.OccurredAt },
        },
    };

    static T Read<T>(TailEvent e) => JsonSerializer.Deserialize<T>(e.Data, ContractsJson.Options)!;

    static NpgsqlBatchCommand Start(TailEvent e, BulkJobStarted started, string table) => new(
        $"""
        insert into {table} (tenant_id, job_id, kind, signal_type, reason, total, sent, rate_per_second, filter, undo_of, actor, created_at, held_until)
        values ($1, $2, 'signal', $3, $4, $5, 0, $6, $7, $9, $8, $10, $11)
        """)
    {
        Parameters =
        {
            new() { Value = e.TenantId }, new() { Value = JobId(e) }, new() { Value = started.SignalType }, Text(started.Reason),
            new() { Value = started.Total }, new() { Value = started.RatePerSecond },
            new() { NpgsqlDbType = NpgsqlDbType.Jsonb, Value = started.Filter is { } filter ? filter.GetRawText() : DBNull.Value },
            new() { Value = e.Actor }, Text(started.UndoOf), new() { Value = e.OccurredAt },
            new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = (object?)started.HeldUntil?.UtcDateTime ?? DBNull.Value },
        },
    };

    static NpgsqlBatchCommand Record(TailEvent e, BulkStartRecorded recorded, string table) => new(
        $"""
        insert into {table} (tenant_id, job_id, kind, total, sent, run_ids, command_ids, actor, created_at)
        values ($1, $2, 'start', $3, $3, $4, $5, $6, $7)
        """)
    {
        Parameters =
        {
            new() { Value = e.TenantId }, new() { Value = JobId(e) }, new() { Value = recorded.RunIds.Count }, new() { Value = recorded.RunIds.ToArray() },
            new() { Value = recorded.CommandIds.ToArray() }, new() { Value = e.Actor }, new() { Value = e.OccurredAt },
        },
    };

    static NpgsqlBatchCommand Move(TailEvent e, string table, int sent, string change) => new(
        $"""
        update {table}
        set {change}
        where tenant_id = $1
          and job_id = $2
          and $4 is not null
        """)
    {
        Parameters =
        {
            new() { Value = e.TenantId }, new() { Value = JobId(e) }, new() { Value = sent },
            new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = e.OccurredAt },
        },
    };

    static string JobId(TailEvent e) => e.Stream[Prefix.Length..];
}
