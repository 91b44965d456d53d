using System.Security.Cryptography;
using System.Text;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary>
/// Makes the tables of views from <c>ops/views</c> and swaps them. Sections of such a file: the table, then
/// <c>-- indexes</c>, made once it is filled, then <c>-- functions</c>, made once it is in place.
/// </summary>
static class ViewTables
{
    /// <summary>Makes tables as the installation's user: swapping them needs ownership, which no role has.</summary>
    public static NpgsqlDataSource OpenOwner(PostgresOptions options) =>
        Postgres.Open(options.WithPoolOf(2), role: "none", TimeSpan.FromMinutes(10));

    /// <summary>Tells whether a table was made and filled as the code would now.</summary>
    public static string DefinitionOf(IView view)
    {
        var text = $"{view.Version}\n{Source(view)}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }

    public static string Table(IView view, string suffix = "") => $"read.{view.Name}{suffix}";

    public static async Task CreateAsync(NpgsqlConnection owner, IView view, string suffix, CancellationToken stop)
    {
        var table = Table(view, suffix);
        await ExecuteAsync(owner,
            $"""
            drop table if exists {table};
            {Section(view, 0, view.Name + suffix)}
            alter table {table} enable row level security;
            create policy tenant_only on {table} to dvt_api using (tenant_id = log.tenant());
            create policy all_rows on {table} to dvt_projector using (true) with check (true);
            grant select on {table} to dvt_api;
            grant select, insert, update, delete on {table} to dvt_projector;
            """, stop);
    }

    public static Task IndexAsync(NpgsqlConnection owner, IView view, string suffix, CancellationToken stop) =>
        ExecuteAsync(owner, Section(view, 1, view.Name + suffix), stop);

    public static Task AnalyzeAsync(NpgsqlConnection owner, IView view, string suffix, CancellationToken stop) =>
        ExecuteAsync(owner, $"analyze {Table(view, suffix)}", stop);

    public static Task AddFunctionsAsync(NpgsqlConnection owner, IView view, CancellationToken stop) =>
        ExecuteAsync(owner, Section(view, 2, view.Name), stop);

    /// <summary>Puts the table with the suffix in the place of the view's, with its indexes' names.</summary>
    public static async Task SwapAsync(NpgsqlConnection owner, IView view, string suffix, CancellationToken stop)
    {
        await ExecuteAsync(owner,
            $"""
            drop table if exists {Table(view)};
            alter table {Table(view, suffix)} rename to {view.Name};
            """, stop);
        var indexes = new List<string>();
        await using (var named = new NpgsqlCommand("select indexname from pg_indexes where schemaname = 'read' and tablename = $1", owner)
        {
            Parameters = { new() { Value = view.Name } },
        })
        await using (var reader = await named.ExecuteReaderAsync(stop))
            while (await reader.ReadAsync(stop))
                indexes.Add(reader.GetString(0));
        foreach (var index in indexes.Where(i => i.StartsWith(view.Name + suffix, StringComparison.Ordinal)))
            await ExecuteAsync(owner, $"alter index read.{index} rename to {view.Name}{index[(view.Name + suffix).Length..]}", stop);
        await AddFunctionsAsync(owner, view, stop);
    }

    static string Section(IView view, int number, string table)
    {
        var sections = Source(view).Split(["-- indexes\n", "-- functions\n"], StringSplitOptions.None);
        var hasIndexes = Source(view).Contains("-- indexes\n", StringComparison.Ordinal);
        var place = hasIndexes || number == 0 ? number : number - 1;
        return place < sections.Length && (hasIndexes || number != 1) ? sections[place].Replace("{table}", table, StringComparison.Ordinal) : "";
    }

    /// <summary>The file of the view, with <c>{table}</c> for its name.</summary>
    public static string Source(IView view)
    {
        using var stream = typeof(ViewTables).Assembly.GetManifestResourceStream($"views/{view.Name}.sql")
            ?? throw new InvalidOperationException($"ops/views/{view.Name}.sql is not embedded");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        if (string.IsNullOrWhiteSpace(sql))
            return;
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(stop);
    }
}
