using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Runs;

/// <summary>A stored bulk job.</summary>
/// <param name="CommandId">That started it; null while runs are being selected.</param>
/// <param name="Status"><c>selecting</c>, <c>held</c>, <c>running</c> or <c>completed</c>.</param>
/// <param name="Definition">Null while runs are being selected, and of a record of starts.</param>
/// <param name="Until">Runs to signal: all, or those sent before it was cancelled.</param>
/// <param name="Checked">So many are known to have been judged.</param>
/// <param name="Tries">How often something was found missing, one after the other.</param>
/// <param name="NextAt">Not before then is it driven on.</param>
sealed record BulkJobRow(
    Guid TenantId, string JobId, Guid? CommandId, long Seq, string Status, StartBulkJob? Definition, string Actor, int Until = 0, int Sent = 0,
    int Checked = 0, int Tries = 0, DateTimeOffset? NextAt = null)
{
    public string Stream => $"bulk-job-{JobId}";

    public string TimerKey => $"bulk-job:{JobId}";
}

/// <summary>The SQL of <c>runs.bulk_job</c> and <c>runs.bulk_part</c>.</summary>
static class BulkJobTable
{
    public static async Task<BulkJobRow?> FindAsync(NpgsqlDataSource postgres, Guid tenantId, string jobId, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select command_id, seq, status, definition::text, actor, until, sent, checked, tries, next_at
            from runs.bulk_job
            where tenant_id = $1
              and job_id = $2
            """);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = jobId });
        await using var row = await command.ExecuteReaderAsync(stop);
        return await row.ReadAsync(stop)
            ? new(tenantId, jobId, row.IsDBNull(0) ? null : row.GetGuid(0), row.GetInt64(1), row.GetString(2),
                row.IsDBNull(3) ? null : JsonSerializer.Deserialize<StartBulkJob>(row.GetString(3), ContractsJson.Options), row.GetString(4),
                row.GetInt32(5), row.GetInt32(6), row.GetInt32(7), row.GetInt32(8), row.IsDBNull(9) ? null : new DateTimeOffset(row.GetDateTime(9)))
            : null;
    }

    /// <summary>How many runs of the selection are stored.</summary>
    public static async Task<int> SelectedAsync(NpgsqlDataSource postgres, Guid tenantId, string jobId, string selectionId, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select coalesce(sum(cardinality(run_ids)), 0)::int
            from runs.bulk_part
            where tenant_id = $1
              and job_id = $2
              and selection_id = $3
            """);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = selectionId });
        return (int)(await command.ExecuteScalarAsync(stop))!;
    }

    public static async Task<string[]> PartAsync(NpgsqlDataSource postgres, BulkJobRow job, int part, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select run_ids
            from runs.bulk_part
            where tenant_id = $1
              and job_id = $2
              and selection_id = $3
              and part = $4
            """);
        command.Parameters.Add(new() { Value = job.TenantId });
        command.Parameters.Add(new() { Value = job.JobId });
        command.Parameters.Add(new() { Value = job.Definition!.SelectionId });
        command.Parameters.Add(new() { Value = part });
        return (string[]?)await command.ExecuteScalarAsync(stop) ?? throw new InvalidOperationException($"part {part} of bulk job {job.JobId} is gone");
    }

    /// <summary>Which of these decisions the log has; the stream of a decision bears its id.</summary>
    public static async Task<HashSet<string>> DecidedAsync(NpgsqlDataSource postgres, Guid tenantId, string[] streams, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select e.stream
            from unnest($2) as k(stream)
            join log.events e on e.tenant_id = $1
              and e.stream = k.stream
              and e.seq = 1
            """);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Text, streams));
        await using var reader = await command.ExecuteReaderAsync(stop);
        var found = new HashSet<string>();
        while (await reader.ReadAsync(stop))
            found.Add(reader.GetString(0));
        return found;
    }

    /// <summary>Stores a job as it is now; a row that moved on since it was read fails the transaction.</summary>
    /// <param name="events">How many of the job's events this is behind what was read.</param>
    public static void AddSave(NpgsqlBatch batch, BulkJobRow row, long events) =>
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            with saved as (
              insert into runs.bulk_job (tenant_id, job_id, command_id, seq, status, definition, actor, until, sent, checked, tries, next_at)
              values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
              on conflict (tenant_id, job_id) do update
              set command_id = excluded.command_id, seq = excluded.seq, status = excluded.status, definition = excluded.definition,
                  actor = excluded.actor, until = excluded.until, sent = excluded.sent, checked = excluded.checked, tries = excluded.tries,
                  next_at = excluded.next_at
              where bulk_job.seq = excluded.seq - $13
              returning 1
            )
            select log.expect((select count(*) from saved), 1, 'runs.bulk_job')
            """)
        {
            Parameters =
            {
                new() { Value = row.TenantId }, new() { Value = row.JobId },
                new() { NpgsqlDbType = NpgsqlDbType.Uuid, Value = (object?)row.CommandId ?? DBNull.Value }, new() { Value = row.Seq },
                new() { Value = row.Status },
                new() { NpgsqlDbType = NpgsqlDbType.Json, Value = row.Definition is null ? DBNull.Value : JsonSerializer.Serialize(row.Definition, ContractsJson.Options) },
                new() { Value = row.Actor }, new() { Value = row.Until }, new() { Value = row.Sent }, new() { Value = row.Checked },
                new() { Value = row.Tries },
                new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = (object?)row.NextAt?.UtcDateTime ?? DBNull.Value },
                new() { Value = events },
            },
        });

    public static void AddPart(NpgsqlBatch batch, Guid tenantId, SelectRuns part) =>
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            insert into runs.bulk_part (tenant_id, job_id, selection_id, part, run_ids)
            values ($1, $2, $3, $4, $5)
            """)
        {
            Parameters =
            {
                new() { Value = tenantId }, new() { Value = part.BulkJobId }, new() { Value = part.SelectionId }, new() { Value = part.Part },
                new() { Value = part.RunIds.ToArray() },
            },
        });
}
