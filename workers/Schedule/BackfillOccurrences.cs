using Dvt.Contracts;
using Dvt.Engine.Schedules;
using Dvt.Pipeline;
using Dvt.Workers.Runs;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Schedule;

/// <summary>Starts the runs of ranges that somebody asked for, a piece of each in a transaction.</summary>
static class BackfillOccurrences
{
    /// <summary>Ranges of one transaction.</summary>
    const int Ranges = 20;

    /// <summary>Occurrences of one range in one transaction.</summary>
    const int OfEach = 200;

    sealed record Range(Guid TenantId, string ScheduleId, Guid CommandId, string Definition, DateTimeOffset SettledTo, DateTimeOffset Until, DateTimeOffset Now);

    /// <returns>True when more is left.</returns>
    public static async Task<bool> FireAsync(NpgsqlDataSource postgres, Publisher publisher, ILogger log, CancellationToken stop)
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var ranges = await TakeAsync(connection, stop);
        if (ranges.Count == 0)
            return false;
        var pieces = ranges.ConvertAll(range => (Range: range, Definition: ScheduleTable.Read(range.Definition)))
            .ConvertAll(r => (r.Range, r.Definition, Occurrences: PieceOf(r.Range, r.Definition, log)));
        var refused = await RefusedAsync(connection, [.. pieces.SelectMany(p => p.Occurrences.Select(o => (p.Range.TenantId, IdOf(p.Range, o))))], stop);
        await using var settle = new NpgsqlBatch(connection);
        foreach (var (range, definition, piece) in pieces)
        {
            await publisher.PublishAsync(
                [
                    .. piece.Select(o => FireSchedules.Routed(OccurrenceRuns.Start(
                        range.TenantId, range.ScheduleId, definition, o, range.Now, refused.Contains(IdOf(range, o)) ? range.CommandId : null))),
                ], stop);
            settle.BatchCommands.Add(piece.Count < OfEach ? Finish(range) : Move(range, piece[^1]));
        }
        await settle.ExecuteNonQueryAsync(stop);
        await transaction.CommitAsync(stop);
        return true;
    }

    static Guid IdOf(Range range, DateTimeOffset occurrence) =>
        OccurrenceRuns.IdOf(range.TenantId, OccurrenceRuns.RunIdOf(range.ScheduleId, occurrence));

    /// <summary>Those of the commands that were refused when their occurrence was due.</summary>
    static async Task<HashSet<Guid>> RefusedAsync(NpgsqlConnection connection, (Guid TenantId, Guid Id)[] commands, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            select e.command_id
            from unnest($1, $2) as k(tenant_id, stream)
            join log.events e using (tenant_id, stream)
            where e.type = 'CommandRefused'
            """, connection)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, commands.Select(c => c.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, commands.Select(c => $"command-{c.Id}").ToArray()),
            },
        };
        await using var reader = await command.ExecuteReaderAsync(stop);
        var refused = new HashSet<Guid>();
        while (await reader.ReadAsync(stop))
            refused.Add(reader.GetGuid(0));
        return refused;
    }

    static List<DateTimeOffset> PieceOf(Range range, ScheduleDefinition definition, ILogger log)
    {
        try
        {
            return [.. Occurrences.Of(definition.Cron, definition.TimeZone).After(range.SettledTo).TakeWhile(o => o < range.Until).Take(OfEach)];
        }
        catch (FormatException fault)
        {
            // Its zone was known when it was asked for; nothing of it can be worked out any more.
            WorkersLog.ScheduleNotUnderstood(log, range.ScheduleId, fault.Message);
            return [];
        }
    }

    static async Task<List<Range>> TakeAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            select tenant_id, schedule_id, command_id, definition::text, settled_to, until, (select clock_timestamp())
            from runs.schedule_backfill b
            where not exists (select from identity.tenant t where t.tenant_id = b.tenant_id and t.suspended)
            order by tenant_id, schedule_id, command_id
            limit $1
            for update skip locked
            """, connection)
        { Parameters = { new() { Value = Ranges } } };
        await using var reader = await command.ExecuteReaderAsync(stop);
        var ranges = new List<Range>();
        while (await reader.ReadAsync(stop))
            ranges.Add(new(
                reader.GetGuid(0), reader.GetString(1), reader.GetGuid(2), reader.GetString(3), new(reader.GetDateTime(4)), new(reader.GetDateTime(5)),
                new(reader.GetDateTime(6))));
        return ranges;
    }

    static NpgsqlBatchCommand Finish(Range range) => Of(range,
        """
        delete from runs.schedule_backfill
        where tenant_id = $1
          and schedule_id = $2
          and command_id = $3
        """);

    static NpgsqlBatchCommand Move(Range range, DateTimeOffset to)
    {
        var command = Of(range,
            """
            update runs.schedule_backfill
            set settled_to = $4
            where tenant_id = $1
              and schedule_id = $2
              and command_id = $3
            """);
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = to.UtcDateTime });
        return command;
    }

    static NpgsqlBatchCommand Of(Range range, string sql) => new(sql)
    {
        Parameters = { new() { Value = range.TenantId }, new() { Value = range.ScheduleId }, new() { Value = range.CommandId } },
    };
}
