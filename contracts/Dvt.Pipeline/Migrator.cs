using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Pipeline;

/// <summary>
/// Applies the numbered files of <c>ops/migrations</c>, each once, in order, in a transaction of its own.
/// An advisory lock lets one migrator work at a time; one that died is finished by the next.
/// </summary>
public static class Migrator
{
    const long LockKey = 0x6476_7401;

    /// <returns>How many were applied.</returns>
    /// <exception cref="InvalidOperationException">An applied file has been changed since.</exception>
    public static async Task<int> MigrateAsync(string connectionString, ILogger log, CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 }.ConnectionString);
        await connection.OpenAsync(stop);
        await RunAsync(connection, $"select pg_advisory_lock({LockKey})", stop);
        await RunAsync(connection,
            """
            create table if not exists public.dvt_migration (
              name       text primary key,
              checksum   text not null,
              applied_at timestamptz not null default clock_timestamp()
            )
            """, stop);
        var applied = await AppliedAsync(connection, stop);
        var count = 0;
        foreach (var (name, sql) in Files())
        {
            var checksum = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(sql)));
            if (applied.TryGetValue(name, out var known))
            {
                if (known != checksum)
                    throw new InvalidOperationException($"migration {name} was changed after it had been applied");
                continue;
            }
            await ApplyAsync(connection, name, sql, checksum, stop);
            PipelineLog.Migrated(log, name);
            count++;
        }
        return count;
    }

    static async Task ApplyAsync(NpgsqlConnection connection, string name, string sql, string checksum, CancellationToken stop)
    {
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await RunAsync(connection, sql, stop);
        await using var record = new NpgsqlCommand("insert into public.dvt_migration (name, checksum) values ($1, $2)", connection)
        { Parameters = { new() { Value = name }, new() { Value = checksum } } };
        await record.ExecuteNonQueryAsync(stop);
        await transaction.CommitAsync(stop);
    }

    static async Task<Dictionary<string, string>> AppliedAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand("select name, checksum from public.dvt_migration", connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var applied = new Dictionary<string, string>();
        while (await reader.ReadAsync(stop))
            applied[reader.GetString(0)] = reader.GetString(1);
        return applied;
    }

    /// <summary>The embedded files, in the order of their numbers.</summary>
    static IEnumerable<(string Name, string Sql)> Files()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames().Where(r => r.StartsWith("migrations/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            yield return (resource["migrations/".Length..], reader.ReadToEnd());
        }
    }

    static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(stop);
    }
}
