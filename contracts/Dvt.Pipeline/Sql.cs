using Npgsql;
using NpgsqlTypes;

namespace Dvt.Pipeline;

/// <summary>Statements with their values in order, <c>$1</c> first.</summary>
public static class Sql
{
    const int Bite = 5_000;

    /// <param name="values">A value that says its type by itself, or a parameter that names it.</param>
    public static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }

    /// <summary>
    /// Rows out of arrays, a parameter a column from <c>$1</c> on. In the select list each array is walked once; as one function in
    /// <c>from</c> all rows would be stored first, which takes two to three times as long.
    /// </summary>
    /// <param name="columns">Their names, with commas between.</param>
    public static string Rows(string columns) =>
        $"(select {string.Join(", ", columns.Split(',', StringSplitOptions.TrimEntries).Select((name, place) => $"unnest(${place + 1}) as {name}"))})";

    /// <summary>For text that may be absent.</summary>
    public static NpgsqlParameter Text(string? value) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)value ?? DBNull.Value };

    /// <summary>First in a batch that acts for a tenant. A batch without a transaction of its own is one, so the tenant lasts exactly as long as it.</summary>
    public static NpgsqlBatchCommand AsTenant(Guid tenantId) => Command("select set_config('dvt.tenant', $1, true)", tenantId.ToString());

    /// <summary>Runs a statement as a tenant and gives its rows.</summary>
    public static async Task<List<T>> RowsOfAsync<T>(
        this NpgsqlDataSource postgres, Guid tenantId, NpgsqlBatchCommand command, Func<NpgsqlDataReader, T> read, CancellationToken stop)
    {
        await using var batch = postgres.CreateBatch();
        batch.BatchCommands.Add(AsTenant(tenantId));
        batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(stop);
        await reader.NextResultAsync(stop);
        var rows = new List<T>();
        while (await reader.ReadAsync(stop))
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>Deletes in bites, so that no statement holds rows for long.</summary>
    /// <param name="sql">Deletes so many at the most as its last parameter says.</param>
    /// <returns>How many were deleted.</returns>
    public static async Task<int> InBitesAsync(this NpgsqlDataSource postgres, string sql, CancellationToken stop, params object[] values)
    {
        var total = 0;
        for (var deleted = Bite; deleted == Bite; total += deleted)
        {
            await using var batch = postgres.CreateBatch();
            batch.BatchCommands.Add(Command(sql, [.. values, Bite]));
            deleted = await batch.ExecuteNonQueryAsync(stop);
        }
        return total;
    }
}
