using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <param name="Revision">Its ETag.</param>
public sealed record UnitShown(Guid UnitId, UnitDefinition Definition, long Revision, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt);

/// <summary>Reads units.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class UnitQueries(NpgsqlDataSource api)
{
    const string Sort = "name";
    const string Columns = "unit_id, definition::text, revision, created_at, changed_at";

    /// <summary>By name.</summary>
    /// <param name="active">Only those that take bookings, or only the others; null for all.</param>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<UnitShown>>> ListAsync(Guid tenantId, bool? active, int limit, string? cursor, CancellationToken stop)
    {
        Cursor.Limit(limit);
        var after = Cursor.Parse(cursor, Sort, parts: 2);
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {Columns}
            from read.unit
            where tenant_id = $1
              and ($2 is null or (name, unit_id::text) > ($2, $3))
              and ($4 is null or active = $4)
            order by name, unit_id::text
            limit $5
            """, tenantId, Nullable(NpgsqlDbType.Text, after?[0]), Nullable(NpgsqlDbType.Text, after?[1]), Nullable(NpgsqlDbType.Boolean, active), limit + 1);
        var rows = await query.ListAsync(Read, stop);
        return new(Cursor.Cut(rows.Value, limit, r => Cursor.Of(Sort, r.Definition.Name, r.UnitId.ToString())), rows.Position);
    }

    /// <summary>Null when there is none.</summary>
    public async Task<Fresh<UnitShown>?> FindAsync(Guid tenantId, Guid unitId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {Columns}
            from read.unit
            where tenant_id = $1
              and unit_id = $2
            """, tenantId, unitId);
        return await query.FirstAsync(Read, stop);
    }

    static UnitShown Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), JsonSerializer.Deserialize<UnitDefinition>(row.GetString(1), ContractsJson.Options)!, row.GetInt64(2), row.Time(3), row.Time(4));

    static NpgsqlParameter Nullable(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };
}
