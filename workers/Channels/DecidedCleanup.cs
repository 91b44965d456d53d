using Npgsql;

namespace Dvt.Workers.Channels;

/// <summary>Deletes what messages led to long ago: the orders among it name guests.</summary>
static class DecidedCleanup
{
    const int BatchSize = 5_000;

    /// <summary>WhatsApp repeats a notification for seven days.</summary>
    static readonly TimeSpan Kept = TimeSpan.FromDays(14);

    /// <returns>How many were deleted.</returns>
    public static async Task<int> RunAsync(NpgsqlDataSource postgres, CancellationToken stop)
    {
        var total = 0;
        // In bites, so that no statement holds rows for long.
        for (var deleted = BatchSize; deleted == BatchSize; total += deleted)
        {
            await using var command = postgres.CreateCommand(
                """
                delete from channels.decided d
                using (
                  select tenant_id, cause_id
                  from channels.decided
                  where at < (select clock_timestamp()) - $1
                  order by at
                  limit $2
                  for update skip locked
                ) old
                where d.tenant_id = old.tenant_id
                  and d.cause_id = old.cause_id
                """);
            command.Parameters.Add(new() { Value = Kept });
            command.Parameters.Add(new() { Value = BatchSize });
            deleted = await command.ExecuteNonQueryAsync(stop);
        }
        return total;
    }
}
