using System.Text.Json;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary>From the audit to the log: each row of the views must be what the event it names gives.</summary>
sealed class AuditRows(NpgsqlConnection connection, Guid tenantId)
{
    /// <summary>Rows read at once.</summary>
    const int Page = 500;

    public async Task<AuditFault?> FirstFaultAsync(CancellationToken stop) =>
        await FirstFaultAsync(CommandsSql, CommandFault, stop) ?? await FirstFaultAsync(AuditSql, ToldFault, stop);

    const string EntryOf =
        """
        left join lateral (
          select e.slot, e."offset", e.count, e.tenant_id, e.stream, e.stream_id, e.first_seq, e.command_id, e.correlation_id, e.actor,
            e.occurred_at, e.recorded_at, e.events
          from log.entry e
          where e.slot = v.slot
            and e."offset" >= v."offset"
            and e."offset" < v."offset" + 256
            and e."offset" - e.count < v."offset"
            and e.tenant_id = v.tenant_id
          order by e."offset"
          limit 1
        ) e on true
        """;

    const string CommandsSql =
        $"""
        select e.*, v.command_id, v.slot, v."offset", v.type, v.status, v.code, v.detail, v.resource_type, v.resource_id, v.actor, v.accepted_at,
          v.finished_at, v.weight, v.data
        from (select * from read.command where tenant_id = $1 and command_id > $2 order by command_id limit $3) v
        {EntryOf}
        order by v.command_id
        """;

    const string AuditSql =
        $"""
        select e.*, v.event_id, v.slot, v."offset", v.action, v.status, v.code, v.resource_type, v.resource_id, v.actor, v.at, v.details::text
        from (select * from read.audit where tenant_id = $1 and event_id > $2 order by event_id limit $3) v
        {EntryOf}
        order by v.event_id
        """;

    /// <summary>Where the columns of the view begin, behind those of the entry.</summary>
    const int Id = 13, Slot = 14, Offset = 15, Rest = 16;

    async Task<AuditFault?> FirstFaultAsync(string sql, Func<NpgsqlDataReader, TailEvent?, string?> judge, CancellationToken stop)
    {
        var (after, count) = (Guid.Empty, Page);
        while (count == Page)
        {
            count = 0;
            await using var command = new NpgsqlCommand(sql, connection)
            {
                Parameters = { new() { Value = tenantId }, new() { Value = after }, new() { Value = Page } },
            };
            await using var rows = await command.ExecuteReaderAsync(stop);
            for (; await rows.ReadAsync(stop); count++)
            {
                after = rows.GetGuid(Id);
                if (judge(rows, EventOf(rows)) is { } how)
                    return new("view", how, how == "inserted" ? "the audit tells what the log does not" : "the audit tells it otherwise than the log",
                        rows.GetInt32(Slot), rows.GetInt64(Offset), Id: after);
            }
        }
        return null;
    }

    static TailEvent? EventOf(NpgsqlDataReader row)
    {
        if (row.IsDBNull(0))
            return null;
        var events = new List<TailEvent>(1);
        Tail.Read(row, events, row.GetInt64(Offset) - 1, row.GetInt64(Offset), Views.DataOf);
        return events.Count == 1 ? events[0] : null;
    }

    static string? CommandFault(NpgsqlDataReader row, TailEvent? e)
    {
        if (e is null || e.CommandId != row.GetGuid(Id))
            return "inserted";
        var made = CommandView.Row.Of(e);
        return (made.Type, made.Status, made.Code, made.Detail, made.Resource?.Type, made.Resource?.Id, made.Actor)
                == (row.GetString(Rest), row.GetString(Rest + 1), row.TextOrNull(Rest + 2), row.TextOrNull(Rest + 3), row.TextOrNull(Rest + 4), row.TextOrNull(Rest + 5), row.GetString(Rest + 6))
            && (made.At, made.RecordedAt, made.Heft, made.Data) == (row.GetDateTime(Rest + 7), row.GetDateTime(Rest + 8), row.GetInt32(Rest + 9), row.TextOrNull(Rest + 10))
            ? null
            : "changed";
    }

    static string? ToldFault(NpgsqlDataReader row, TailEvent? e)
    {
        if (e is null || e.EventId != row.GetGuid(Id) || !AuditView.Takes(e.Slot, e.Stream, e.Type))
            return "inserted";
        var made = AuditView.Row.Of(e);
        return (made.Action, made.Status, made.Code, made.ResourceType, made.ResourceId, e.Actor, e.OccurredAt)
                == (row.GetString(Rest), row.GetString(Rest + 1), row.TextOrNull(Rest + 2), row.TextOrNull(Rest + 3), row.TextOrNull(Rest + 4), row.GetString(Rest + 5), row.GetDateTime(Rest + 6))
            && JsonElement.DeepEquals(JsonElement.Parse(made.Details), JsonElement.Parse(row.GetString(Rest + 7)))
            ? null
            : "changed";
    }
}
