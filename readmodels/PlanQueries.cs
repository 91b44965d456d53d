using System.Text.Json;
using Npgsql;
using static Dvt.Pipeline.Sql;

namespace Dvt.ReadModels;

/// <summary>A version of a plan without its document.</summary>
/// <param name="State"><c>draft</c>, <c>published</c> or <c>archived</c>.</param>
/// <param name="Revision">Grows with each change; the version's ETag.</param>
public sealed record PlanRow(
    string PlanId, string Version, string State, string Digest, string? Name, string? Description, int StepCount, long Revision,
    DateTimeOffset CreatedAt, DateTimeOffset? PublishedAt, DateTimeOffset? ArchivedAt);

/// <param name="Versions">All, newest by semver first.</param>
/// <param name="NewestPublished">What a run without a version would use; null when nothing is published.</param>
public sealed record PlanVersions(string PlanId, IReadOnlyList<PlanRow> Versions, string? NewestPublished);

public sealed record PlanVersion(PlanRow Row, JsonElement Document);

/// <summary>A plan as the worker has it, which is what a run will use.</summary>
/// <param name="Document">The plan as JSON, UTF-8.</param>
public sealed record StoredPlan(string PlanId, string Version, string State, string Digest, byte[] Document);

/// <summary>Reads plans.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class PlanQueries(NpgsqlDataSource api)
{
    const string Sort = "planId";
    const string Columns = "plan_id, version, state, digest, name, description, step_count, revision, created_at, published_at, archived_at";

    /// <summary>Versions of plans, by plan and version.</summary>
    /// <param name="state">Only these; null for all.</param>
    /// <param name="q">Part of the plan's id or name.</param>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<PlanRow>>> ListAsync(Guid tenantId, string? state, string? q, int limit, string? cursor, CancellationToken stop)
    {
        if (state is not (null or "draft" or "published" or "archived"))
            throw new InvalidQueryException("state", "state is draft, published or archived");
        Cursor.Limit(limit);
        var after = Cursor.Parse(cursor, Sort, parts: 2);
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {Columns}
            from read.plan
            where tenant_id = $1
              and (plan_id, version) > ($2, $3)
              and ($4 is null or state = $4)
              and ($5 is null or plan_id ilike $5 or name ilike $5)
            order by plan_id, version
            limit $6
            """, tenantId, after?[0] ?? "", after?[1] ?? "", Text(state), Text(q is null ? null : $"%{Escape(q)}%"), limit + 1);
        var rows = await query.ListAsync(Read, stop);
        return new(Cursor.Cut(rows.Value, limit, r => Cursor.Of(Sort, r.PlanId, r.Version)), rows.Position);
    }

    /// <summary>All versions of a plan; null when there is none.</summary>
    public async Task<Fresh<PlanVersions>?> FindAsync(Guid tenantId, string planId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {Columns}
            from read.plan
            where tenant_id = $1
              and plan_id = $2
            """, tenantId, planId);
        var rows = await query.ListAsync(Read, stop);
        if (rows.Value.Count == 0)
            return null;
        List<PlanRow> newestFirst = [.. rows.Value.OrderByDescending(r => r.Version, SemVer.Order)];
        return new(new(planId, newestFirst, newestFirst.Find(r => r.State == "published")?.Version), rows.Position);
    }

    public async Task<Fresh<PlanVersion>?> FindVersionAsync(Guid tenantId, string planId, string version, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {Columns}, document::text
            from read.plan
            where tenant_id = $1
              and plan_id = $2
              and version = $3
            """, tenantId, planId, version);
        return await query.FirstAsync(row => new PlanVersion(Read(row), JsonSerializer.Deserialize<JsonElement>(row.GetString(11))), stop);
    }

    /// <summary>The plan a run would use now, from the committed table: no view can be behind.</summary>
    /// <param name="version">Null for the newest published by semver precedence.</param>
    /// <returns>Null when there is none. A version that was named may be a draft or archived: its state tells.</returns>
    public async Task<StoredPlan?> ForStartAsync(Guid tenantId, string planId, string? version, CancellationToken stop)
    {
        if (version is null)
        {
            await using var published = new TenantQuery(api, tenantId);
            published.Add(
                """
                select version
                from runs.plan
                where tenant_id = $1
                  and plan_id = $2
                  and state = 'published'
                """, tenantId, planId);
            version = (await published.ListAsync(row => row.GetString(0), stop)).Value.Max(SemVer.Order);
            if (version is null)
                return null;
        }
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select plan_id, version, state, digest, document
            from runs.plan
            where tenant_id = $1
              and plan_id = $2
              and version = $3
            """, tenantId, planId, version);
        var found = await query.FirstAsync(
            row => new StoredPlan(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetFieldValue<byte[]>(4)), stop);
        return found?.Value;
    }

    static PlanRow Read(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.TextOrNull(4), row.TextOrNull(5), row.GetInt32(6),
        row.GetInt64(7), row.Time(8), row.TimeOrNull(9), row.TimeOrNull(10));

    static string Escape(string q) => q.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
}

/// <summary>Precedence of versions: semver 2.0.0 §11.</summary>
public static class SemVer
{
    public static readonly IComparer<string> Order = Comparer<string>.Create(Compare);

    static int Compare(string one, string other)
    {
        var (a, b) = (Split(one), Split(other));
        for (var i = 0; i < 3; i++)
            if (CompareNumbers(a.Core.ElementAtOrDefault(i) ?? "0", b.Core.ElementAtOrDefault(i) ?? "0") is var order and not 0)
                return order;
        if (a.Pre is null || b.Pre is null)
            return (a.Pre is null).CompareTo(b.Pre is null);
        for (var i = 0; i < Math.Min(a.Pre.Length, b.Pre.Length); i++)
            if (CompareIdentifiers(a.Pre[i], b.Pre[i]) is var order and not 0)
                return order;
        return a.Pre.Length.CompareTo(b.Pre.Length);
    }

    static (string[] Core, string[]? Pre) Split(string version)
    {
        var bare = version.Split('+')[0];
        var dash = bare.IndexOf('-');
        return dash < 0 ? (bare.Split('.'), null) : (bare[..dash].Split('.'), bare[(dash + 1)..].Split('.'));
    }

    static int CompareIdentifiers(string a, string b) => (IsNumber(a), IsNumber(b)) switch
    {
        (true, true) => CompareNumbers(a, b),
        (true, false) => -1,
        (false, true) => 1,
        _ => string.CompareOrdinal(a, b),
    };

    static int CompareNumbers(string a, string b) =>
        a.TrimStart('0') is var x && b.TrimStart('0') is var y && x.Length != y.Length ? x.Length.CompareTo(y.Length) : string.CompareOrdinal(x, y);

    static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);
}
