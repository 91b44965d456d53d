using Npgsql;

namespace Dvt.Bench;

/// <summary>Where the database's time went, by <c>pg_stat_statements</c> where the server has it.</summary>
static class Statements
{
    const int Shown = 8;
    const int ManyRows = 100_000;
    const string Missing = "42P01";

    public static async Task ForgetAsync(Scratch scratch, CancellationToken stop) =>
        await AskAsync(scratch, "select pg_stat_statements_reset()::text", stop);

    /// <summary>The dearest statements of the scratch database, one a line, and the tables that were read whole instead of by a key.</summary>
    public static async Task<string> DearestAsync(Scratch scratch, CancellationToken stop) =>
        await DearestStatementsAsync(scratch, stop) + await ReadWholeAsync(scratch, stop);

    static Task<string> ReadWholeAsync(Scratch scratch, CancellationToken stop) => scratch.ScalarAsync<string>(
        $"""
        select coalesce(E'\ntables read whole (times, rows)' || string_agg(format(E'\n  %s  %s  %s.%s', seq_scan, seq_tup_read, schemaname, relname), ''), '')
        from (
          select *
          from pg_stat_user_tables
          where seq_tup_read > {ManyRows}
          order by seq_tup_read desc
          limit {Shown}
        ) whole
        """, stop);

    static async Task<string> DearestStatementsAsync(Scratch scratch, CancellationToken stop) =>
        "dearest statements (ms total, calls, rows, blocks hit, start)" + await AskAsync(scratch,
            $"""
            select string_agg(format(E'\n  %s  %s  %s  %s  %s', round(total_exec_time), calls, rows, shared_blks_hit, left(regexp_replace(query, '\s+', ' ', 'g'), 100)), '')
            from (
              select *
              from pg_stat_statements s
              join pg_database d on d.oid = s.dbid
              where d.datname = '{scratch.Name}'
              order by total_exec_time desc
              limit {Shown}
            ) dearest
            """, stop);

    /// <summary>In the database that the settings name, where the extension is.</summary>
    static async Task<string> AskAsync(Scratch scratch, string sql, CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(scratch.Settings.Postgres) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(stop);
        await using var command = new NpgsqlCommand(sql, connection);
        try
        {
            return await command.ExecuteScalarAsync(stop) as string ?? "";
        }
        catch (PostgresException none) when (none.SqlState is Missing or PostgresErrorCodes.UndefinedFunction)
        {
            return " are not known: the server has no pg_stat_statements";
        }
    }
}
