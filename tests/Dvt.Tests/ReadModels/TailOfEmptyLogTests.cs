using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using Xunit;

namespace Dvt.Tests.ReadModels;

/// <summary>How the tail is read while the log is empty: a scan of the table looks cheapest then, and a plan may be kept for long.</summary>
public sealed class TailOfEmptyLogTests(ReadModelsDatabase database) : IClassFixture<ReadModelsDatabase>
{
    [PostgresFact]
    public async Task The_tail_walks_along_the_key()
    {
        await using var connection = await database.Worker.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var before = await ScansAsync(connection);
        Assert.Empty(await EventLog.ReadAfterAsync(connection, Slot.All(Domain.Runs).ToDictionary(s => s, _ => 0L), perSlot: 15, CancellationToken.None));
        var after = await ScansAsync(connection);
        Assert.Equal((0, true), (after.OfTable - before.OfTable, after.OfKeys > before.OfKeys));
    }

    /// <summary>Of this connection.</summary>
    static async Task<(long OfTable, long OfKeys)> ScansAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("select seq_scan, idx_scan from pg_stat_xact_user_tables where relid = 'log.entry'::regclass", connection);
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        return (row.GetInt64(0), row.GetInt64(1));
    }
}
