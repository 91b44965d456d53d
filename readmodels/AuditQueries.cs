using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;
using static Dvt.Pipeline.Sql;

namespace Dvt.ReadModels;

/// <summary>Something that was done or refused: a command, or what the API did itself.</summary>
/// <param name="Id">Of the command or the event.</param>
/// <param name="Kind"><c>command</c> or <c>api</c>.</param>
/// <param name="Action">A command's type, an event's type, or the endpoint that refused.</param>
/// <param name="Status"><c>done</c>, <c>refused</c> or <c>failed</c>.</param>
public sealed record AuditRow(
    Guid Id, string Kind, string Action, string Status, string? Code, string? Detail, Resource? Resource,
    string Actor, DateTimeOffset At, JsonElement? Details);

/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
public sealed record AuditFilter(string? Action, string? Actor, DateTimeOffset? From, DateTimeOffset? To, int Limit, string? Cursor);

/// <summary>Reads the audit trail: <c>read.command</c> and <c>read.audit</c> together.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class AuditQueries(NpgsqlDataSource api)
{
    const string Sort = "-at";

    /// <summary>Newest first.</summary>
    /// <param name="most">Entries of a page.</param>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<AuditRow>>> ListAsync(Guid tenantId, AuditFilter filter, CancellationToken stop, int most = Cursor.MaxLimit)
    {
        var limit = Cursor.Limit(filter.Limit, most);
        var after = Cursor.Parse(filter.Cursor, Sort, parts: 2);
        var afterId = Guid.Empty;
        if (after is not null && !Guid.TryParse(after[1], out afterId))
            throw Cursor.Invalid();
        await using var query = new TenantQuery(api, tenantId);
        query.Add(Sql, tenantId, Text(filter.Action), Text(filter.Actor), Time(filter.From?.UtcDateTime), Time(filter.To?.UtcDateTime),
            Time(after is null ? null : Cursor.Time(after[0])), afterId, limit + 1);
        var rows = await query.ListAsync(Read, stop);
        return new(Cursor.Cut(rows.Value, limit, r => Cursor.Of(Sort, Cursor.OfTime(r.At), r.Id.ToString())), rows.Position);
    }

    static NpgsqlParameter Time(DateTime? value) => new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = (object?)value ?? DBNull.Value };

    const string Sql =
        """
        (
          select command_id as id, 'command' as kind, type as action, status, code, detail, resource_type, resource_id, actor,
            finished_at as at, null::text as details
          from read.command
          where tenant_id = $1
            and ($2 is null or type = $2)
            and ($3 is null or actor = $3)
            and finished_at >= coalesce($4, '-infinity')
            and finished_at < coalesce($5, 'infinity')
            and (finished_at, command_id) < (coalesce($6, 'infinity'), $7)
          order by finished_at desc, command_id desc
          limit $8
        )
        union all
        (
          select event_id, 'api', action, status, code, null, resource_type, resource_id, actor, at, details::text
          from read.audit
          where tenant_id = $1
            and ($2 is null or action = $2)
            and ($3 is null or actor = $3)
            and at >= coalesce($4, '-infinity')
            and at < coalesce($5, 'infinity')
            and (at, event_id) < (coalesce($6, 'infinity'), $7)
          order by at desc, event_id desc
          limit $8
        )
        order by at desc, id desc
        limit $8
        """;

    static AuditRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.TextOrNull(4), row.TextOrNull(5),
        row.TextOrNull(7) is { } id ? new Resource(row.TextOrNull(6) ?? "", id) : null,
        row.GetString(8), row.Time(9), row.TextOrNull(10) is { } details ? JsonSerializer.Deserialize<JsonElement>(details) : null);
}
