using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Runs;

/// <summary>A stored schedule.</summary>
/// <param name="CommandId">Of the command that made it.</param>
/// <param name="Seq">Of its last event.</param>
/// <param name="BeginsAt">When set, occurrences up to this moment are none of its concern any more.</param>
/// <param name="Backfill">A range to start besides, of the command that wrote the last event.</param>
sealed record ScheduleRow(
    Guid TenantId, string ScheduleId, Guid CommandId, long Seq, long Revision, ScheduleDefinition Definition, bool Deleted,
    DateTimeOffset? BeginsAt = null, (Guid CommandId, DateTimeOffset From, DateTimeOffset To, string? Person)? Backfill = null);

/// <summary>The SQL of <c>runs.schedule</c> and <c>runs.schedule_backfill</c> as far as commands need it.</summary>
static class ScheduleTable
{
    public static async Task<ScheduleRow?> FindAsync(NpgsqlDataSource postgres, Guid tenantId, string scheduleId, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select command_id, seq, revision, definition::text, deleted
            from runs.schedule
            where tenant_id = $1
              and schedule_id = $2
            """);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = scheduleId });
        await using var reader = await command.ExecuteReaderAsync(stop);
        return await reader.ReadAsync(stop)
            ? new ScheduleRow(tenantId, scheduleId, reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2), Read(reader.GetString(3)), reader.GetBoolean(4))
            : null;
    }

    public static ScheduleDefinition Read(string definition) => JsonSerializer.Deserialize<ScheduleDefinition>(definition, ContractsJson.Options)!;

    /// <summary>Stores a schedule as it is now, to be looked at soon; a row that moved on since it was read fails the transaction.</summary>
    public static void AddSave(NpgsqlBatch batch, ScheduleRow row)
    {
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            with saved as (
              insert into runs.schedule (tenant_id, schedule_id, command_id, seq, revision, definition, enabled, deleted, settled_to, look_at)
              values ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9, clock_timestamp()), clock_timestamp())
              on conflict (tenant_id, schedule_id) do update
              set seq = excluded.seq, revision = excluded.revision, definition = excluded.definition, enabled = excluded.enabled,
                  deleted = excluded.deleted, settled_to = coalesce($9, schedule.settled_to), look_at = excluded.look_at
              where schedule.seq = excluded.seq - 1
              returning 1
            )
            select log.expect((select count(*) from saved), 1, 'runs.schedule')
            """)
        {
            Parameters =
            {
                new() { Value = row.TenantId }, new() { Value = row.ScheduleId }, new() { Value = row.CommandId }, new() { Value = row.Seq },
                new() { Value = row.Revision }, Json(row.Definition), new() { Value = row.Definition.Enabled }, new() { Value = row.Deleted },
                new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = (object?)row.BeginsAt?.UtcDateTime ?? DBNull.Value },
            },
        });
        if (row.Backfill is { } range)
            AddBackfill(batch, row, range.CommandId, range.From, range.To, range.Person);
        if (row.Deleted)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(
                """
                delete from runs.schedule_backfill
                where tenant_id = $1
                  and schedule_id = $2
                """)
            { Parameters = { new() { Value = row.TenantId }, new() { Value = row.ScheduleId } } });
    }

    /// <summary>With the definition as it is now, and whoever asks: what is changed later is of no concern to what was asked before.</summary>
    static void AddBackfill(NpgsqlBatch batch, ScheduleRow row, Guid commandId, DateTimeOffset from, DateTimeOffset to, string? person) =>
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            insert into runs.schedule_backfill (tenant_id, schedule_id, command_id, definition, settled_to, until)
            values ($1, $2, $3, $4, $5, $6)
            """)
        {
            Parameters =
            {
                new() { Value = row.TenantId }, new() { Value = row.ScheduleId }, new() { Value = commandId }, Json(row.Definition.By(person)),
                // Occurrences are whole seconds, so the one at the very beginning is behind this.
                new() { Value = from.UtcDateTime.AddMilliseconds(-1) }, new() { Value = to.UtcDateTime },
            },
        });

    static NpgsqlParameter Json(ScheduleDefinition definition) =>
        new() { NpgsqlDbType = NpgsqlDbType.Json, Value = JsonSerializer.Serialize(definition, ContractsJson.Options) };
}
