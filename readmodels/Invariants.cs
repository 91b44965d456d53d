using System.Data;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary>What must hold for the views at any time.</summary>
public static class Invariants
{
    const string Suffix = "_check";

    /// <summary>
    /// Fills every view from the log again, up to where the live ones are, and compares row for row within one snapshot.
    /// Leaves nothing behind. Writers may go on meanwhile.
    /// </summary>
    /// <returns>One line per view that differs, with the number of rows on each side; empty when all are equal.</returns>
    public static async Task<IReadOnlyList<string>> ViewsEqualRebuildAsync(PostgresOptions options, CancellationToken stop)
    {
        await using var owner = ViewTables.OpenOwner(options);
        await using var connection = await owner.OpenConnectionAsync(stop);
        await ViewTables.ExecuteAsync(connection, "set idle_in_transaction_session_timeout = 0", stop);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, stop);
        var live = new Follower(Follower.Live, [], connection, connection);
        var upTo = await live.ReadOffsetsAsync(stop);
        foreach (var view in Views.All)
            await ViewTables.CreateAsync(connection, view, Suffix, stop);
        await using var check = new Follower("check", [.. Views.All.Select(v => (v, ViewTables.Table(v, Suffix)))], connection, connection)
        {
            SharesConnection = true,
        };
        await check.LoadAsync(stop);
        while (await check.StepAsync(upTo, stop) > 0)
        {
            // More to read.
        }
        var differences = new List<string>();
        foreach (var view in Views.All)
            if (await CompareAsync(connection, view, stop) is { } difference)
                differences.Add(difference);
        await transaction.RollbackAsync(stop);
        return differences;
    }

    static async Task<string?> CompareAsync(NpgsqlConnection connection, IView view, CancellationToken stop)
    {
        var (kept, rebuilt) = (ViewTables.Table(view), ViewTables.Table(view, Suffix));
        await using var command = new NpgsqlCommand(
            $"""
            select
              (select count(*) from (select * from {kept} except all select * from {rebuilt}) as a),
              (select count(*) from (select * from {rebuilt} except all select * from {kept}) as b)
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        var (surplus, missing) = (reader.GetInt64(0), reader.GetInt64(1));
        return surplus + missing == 0 ? null : $"{view.Name}: {surplus} rows that the log does not give, {missing} that it does are missing";
    }
}
