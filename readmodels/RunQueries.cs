using System.Globalization;
using System.Text;
using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>Which runs to list.</summary>
/// <param name="Status">One of the run states.</param>
/// <param name="Labels">All of these.</param>
/// <param name="From">Queued at this moment or later; finished, when sorted by <c>finishedAt</c>.</param>
/// <param name="To">Queued before this moment; finished, when sorted by <c>finishedAt</c>.</param>
/// <param name="Q">Words, each the beginning of the run's, plan's, actor's or correlation id, or of a part of one; the first run of a chain finds the chain.</param>
/// <param name="Archived">Only runs whose history is in the archive.</param>
/// <param name="ParentRunId">Sub-runs and retries of this run.</param>
/// <param name="Sort"><c>queuedAt</c> or <c>finishedAt</c>, with <c>-</c> for the newest first; <c>-queuedAt</c> unless told.</param>
public sealed record RunFilter(
    string? Status, string? PlanId, string? Version, IReadOnlyDictionary<string, string> Labels,
    DateTimeOffset? From, DateTimeOffset? To, string? Q, string? Sort, int Limit, string? Cursor, bool Archived = false, string? ParentRunId = null);

/// <summary>Reads runs: the list from the view, one run from its own history.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed partial class RunQueries(NpgsqlDataSource api, PlanCache plans)
{
    /// <summary>So many rows of the sort's index are looked through, and so many where the first promise a page, before the index on terms is asked.</summary>
    static readonly int[] Windows = [400, 1_500];

    static readonly HashSet<string> Statuses = ["PENDING", "APPROVED", "RUNNING", "PAUSED", "COMPLETED", "FAILED", "CANCELLED"];

    /// <summary>
    /// A page of runs. Where the wanted runs are dense, the sort's index finds a page at once; where they are rare, the
    /// index on terms finds all of them. Which it is shows while looking.
    /// </summary>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<RunRow>>> ListAsync(Guid tenantId, RunFilter filter, CancellationToken stop)
    {
        var list = RunListing.Of(tenantId, filter);
        foreach (var window in Windows)
        {
            var (found, isAll) = await LookAsync(tenantId, list, window, stop);
            if (isAll || found.Value.Count > list.Limit || !list.HasTerms)
                return Cut(list, found);
            if (found.Value.Count * Windows[^1] <= list.Limit * window)
                break;
        }
        await using var search = new TenantQuery(api, tenantId);
        list.AddSearch(search);
        return Cut(list, await search.ListAsync(static row => Read(row, 0), stop));
    }

    /// <summary>Like <see cref="ListAsync"/>, in larger pages, for choosing many runs at once.</summary>
    public async Task<Fresh<Page<RunRow>>> SelectAsync(Guid tenantId, RunFilter filter, CancellationToken stop)
    {
        var list = RunListing.Of(tenantId, filter, MaxSelected);
        await using var query = new TenantQuery(api, tenantId);
        if (list.HasTerms)
        {
            list.AddSearch(query);
            return Cut(list, await query.ListAsync(static row => Read(row, 0), stop));
        }
        list.AddWindow(query, MaxSelected + 1);
        var rows = await query.ListAsync(static row => row.IsDBNull(1) ? null : Read(row, 1), stop);
        return Cut(list, new([.. rows.Value.OfType<RunRow>()], rows.Position));
    }

    /// <summary>Runs of one page of a choosing.</summary>
    public const int MaxSelected = 2_000;

    static Fresh<Page<RunRow>> Cut(RunListing list, Fresh<IReadOnlyList<RunRow>> found) =>
        new(Cursor.Cut(found.Value, list.Limit, list.CursorOf), found.Position);

    /// <summary>What matches within the window; all there is when the index ends before the window does.</summary>
    async Task<(Fresh<IReadOnlyList<RunRow>> Found, bool IsAll)> LookAsync(Guid tenantId, RunListing list, int window, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        list.AddWindow(query, window);
        var seen = 0;
        var rows = await query.ListAsync(row => { seen = (int)row.GetInt64(0); return row.IsDBNull(1) ? null : Read(row, 1); }, stop);
        return (new([.. rows.Value.OfType<RunRow>()], rows.Position), seen < window);
    }

    /// <summary>True when the run is known to the worker, whether or not any view shows it yet.</summary>
    public async Task<bool> ExistsAsync(Guid tenantId, string runId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select 1
            from runs.run
            where tenant_id = $1
              and run_id = $2
              and deleted_at is null
            """, tenantId, runId);
        return (await query.ListAsync(static _ => true, stop)).Value.Count > 0;
    }

    static RunRow Read(NpgsqlDataReader row, int at) => new(
        row.GetString(at), row.GetString(at + 1), row.GetString(at + 2), row.GetString(at + 3), row.TextOrNull(at + 4),
        JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(at + 5)) ?? [],
        row.GetString(at + 6), row.TextOrNull(at + 7), row.GetInt32(at + 8), row.TextOrNull(at + 9), row.TextOrNull(at + 10),
        row.TextOrNull(at + 11), row.Time(at + 12), row.TimeOrNull(at + 13), row.TimeOrNull(at + 14), row.GetInt32(at + 15),
        row.GetInt32(at + 16), row.GetInt32(at + 17), row.TextOrNull(at + 18), row.TextOrNull(at + 19), row.GetInt64(at + 20), row.Time(at + 21),
        row.TextOrNull(at + 22), row.TextOrNull(at + 23), row.TimeOrNull(at + 24));

    /// <summary>The SQL of one listing.</summary>
    sealed class RunListing
    {
        const string Columns =
            """
            r.run_id, r.plan_id, r.plan_version, r.status, r.substatus, r.labels::text, r.actor, r.actor_id, r.priority, r.correlation_id,
            r.origin_run_id, r.parent_run_id, r.queued_at, r.started_at, r.finished_at, r.steps_completed, r.steps_failed, r.steps_skipped,
            r.error_code, r.error_message, r.last_seq, r.updated_at, r.continued_from_run_id, r.continued_as_run_id, r.archived_at
            """;

        readonly Guid tenantId;
        readonly RunFilter filter;
        readonly string sort;
        readonly DateTime? after;
        readonly string? afterId;
        readonly List<string> terms = [];
        readonly List<string> words = [];

        RunListing(Guid tenantId, RunFilter filter, int most)
        {
            this.tenantId = tenantId;
            this.filter = filter;
            Limit = Cursor.Limit(filter.Limit, most);
            sort = string.IsNullOrEmpty(filter.Sort) ? "-queuedAt" : filter.Sort;
            if (sort is not ("queuedAt" or "-queuedAt" or "finishedAt" or "-finishedAt"))
                throw new InvalidQueryException("sort", "sort is queuedAt or finishedAt, with a - for the newest first");
            if (filter.Status is not null && !Statuses.Contains(filter.Status))
                throw new InvalidQueryException("status", $"status is one of {string.Join(", ", Statuses)}");
            foreach (var (name, text) in Texts)
                if (text is not null && text.Contains('\0'))
                    throw new InvalidQueryException(name, "text without U+0000 is expected");
            if (Cursor.Parse(filter.Cursor, sort, parts: 2) is { } key)
                (after, afterId) = (key[0] == "-" ? DateTime.MinValue : Cursor.Time(key[0]), key[1]);
            AddTerms();
        }

        public static RunListing Of(Guid tenantId, RunFilter filter, int most = Cursor.MaxLimit) => new(tenantId, filter, most);

        public int Limit { get; }

        public bool HasTerms => terms.Count + words.Count > 0;

        /// <summary>Most runs are completed, so that a plan tells more than this status; any other status tells more than a plan.</summary>
        bool IsPlanFirst => filter.PlanId is not null && !ByFinish && filter.Status is null or "COMPLETED";

        bool Descending => sort[0] == '-';

        bool ByFinish => sort.EndsWith("finishedAt", StringComparison.Ordinal);

        IEnumerable<(string, string?)> Texts =>
            [("planId", filter.PlanId), ("version", filter.Version), ("q", filter.Q), ("parentRunId", filter.ParentRunId), .. filter.Labels.Select(l => ($"label.{l.Key}", (string?)(l.Key + l.Value)))];

        void AddTerms()
        {
            if (filter.PlanId is { } plan)
                terms.Add(Quote(RunTerms.Plan(tenantId, plan)));
            if (filter.Version is { } version)
                terms.Add(Quote(RunTerms.Version(tenantId, version)));
            if (filter.ParentRunId is { } parent)
                terms.Add(Quote(RunTerms.Parent(tenantId, parent)));
            foreach (var (name, value) in filter.Labels)
                terms.Add(Quote(RunTerms.Label(tenantId, name, value)));
            foreach (var word in (filter.Q ?? "").Split([' ', '\t', '\n', '\r', '\x1f'], StringSplitOptions.RemoveEmptyEntries).Take(8))
                words.Add(Quote(RunTerms.Word(tenantId, word)) + ":*");
        }

        /// <summary>A lexeme of a <c>tsquery</c>.</summary>
        static string Quote(string term) =>
            $"'{term.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

        public void AddWindow(TenantQuery query, int window)
        {
            var parameters = new List<object?>();
            string P(object? value)
            {
                parameters.Add(value);
                return $"${parameters.Count}";
            }
            var key = ByFinish ? "r.ended_at" : "r.queued_at";
            var direction = Descending ? "desc" : "asc";
            var prefix = new StringBuilder($"r.tenant_id = {P(tenantId)}");
            if (IsPlanFirst)
                prefix.Append(CultureInfo.InvariantCulture, $" and r.plan_id = {P(filter.PlanId)}");
            else if (filter.Status is not null)
                prefix.Append(CultureInfo.InvariantCulture, $" and r.status = {P(filter.Status)}");
            if (filter.Archived)
                prefix.Append(" and r.archived_at is not null");
            AddRange(prefix, key, P);
            if (after is not null)
                prefix.Append(CultureInfo.InvariantCulture, $" and ({key}, r.run_id) {(Descending ? '<' : '>')} ({P(Infinity(after))}, {P(afterId)})");
            var rest = new StringBuilder("true");
            if (filter.Status is not null && IsPlanFirst)
                rest.Append(CultureInfo.InvariantCulture, $" and r.status = {P(filter.Status)}");
            if (filter.PlanId is not null && !IsPlanFirst)
                rest.Append(CultureInfo.InvariantCulture, $" and r.plan_id = {P(filter.PlanId)}");
            if (filter.Version is not null)
                rest.Append(CultureInfo.InvariantCulture, $" and r.plan_version = {P(filter.Version)}");
            if (filter.ParentRunId is not null)
                rest.Append(CultureInfo.InvariantCulture, $" and r.parent_run_id = {P(filter.ParentRunId)}");
            if (filter.Labels.Count > 0)
                rest.Append(CultureInfo.InvariantCulture, $" and r.labels @> {P(LabelsParameter())}");
            if (words.Count > 0)
                rest.Append(CultureInfo.InvariantCulture, $" and t.terms @@ {P(string.Join(" & ", words))}::tsquery");
            // Nothing left to look through: the index gives the page itself.
            var size = rest.Length == 4 ? Limit + 1 : window;
            query.Add(
                $"""
                with seen as materialized (
                  select *
                  from read.run r
                  where {prefix}
                  order by {key} {direction}, r.run_id {direction}
                  limit {P(size)}
                )
                select (select count(*) from seen), page.*
                from (select 1) as one
                left join (
                  select {Columns}
                  from seen r{(words.Count > 0 ? " join read.run_term t using (tenant_id, run_id)" : "")}
                  where {rest}
                  order by {key} {direction}, r.run_id {direction}
                  limit {P(Limit + 1)}
                ) as page on true
                """, [.. parameters]);
        }

        void AddRange(StringBuilder where, string key, Func<object?, string> p)
        {
            if (filter.From is { } from)
                where.Append(CultureInfo.InvariantCulture, $" and {key} >= {p(from.UtcDateTime)}");
            else if (filter.To is not null && ByFinish)
                where.Append(CultureInfo.InvariantCulture, $" and {key} > '-infinity'");
            if (filter.To is { } to)
                where.Append(CultureInfo.InvariantCulture, $" and {key} < {p(to.UtcDateTime)}");
        }

        public void AddSearch(TenantQuery query) => query.Add(
            $"""
            select {Columns}
            from unnest(array(
              select read.find_runs($15, $2::tsquery, $3::tsquery, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            )) with ordinality as f(id, place)
            join read.run r on r.tenant_id = $1
              and r.run_id = f.id
            order by f.place
            """, tenantId, string.Join(" & ", terms.Count > 0 ? terms : words), terms.Count > 0 && words.Count > 0 ? string.Join(" & ", words) : Null((string?)null),
            Null(filter.Status), Null(filter.PlanId), Null(filter.Version),
            filter.Labels.Count > 0 ? LabelsParameter() : new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Jsonb, Value = DBNull.Value },
            Null(filter.From?.UtcDateTime), Null(filter.To?.UtcDateTime), ByFinish, Descending,
            after is null ? Null((DateTime?)null) : Infinity(after), Null(afterId), Limit + 1, filter.Archived);

        NpgsqlParameter LabelsParameter() => new() { NpgsqlDbType = NpgsqlDbType.Jsonb, Value = JsonSerializer.Serialize(filter.Labels) };

        static NpgsqlParameter Null(string? value) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)value ?? DBNull.Value };

        static NpgsqlParameter Null(DateTime? value) => new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = (object?)value ?? DBNull.Value };

        /// <summary>The driver writes the least time as <c>-infinity</c>, which is where unfinished runs sort.</summary>
        static NpgsqlParameter Infinity(DateTime? value) =>
            new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = DateTime.SpecifyKind(value!.Value, DateTimeKind.Utc) };

        public string CursorOf(RunRow row) =>
            Cursor.Of(sort, ByFinish ? row.FinishedAt is { } at ? Cursor.OfTime(at) : "-" : Cursor.OfTime(row.QueuedAt), row.RunId);
    }
}
