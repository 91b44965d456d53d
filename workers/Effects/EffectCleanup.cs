using Npgsql;

namespace Dvt.Workers.Effects;

/// <summary>Deletes effects that were closed long ago; a job calls it every few minutes.</summary>
static class EffectCleanup
{
    const int BatchSize = 5_000;

    /// <returns>How many were deleted.</returns>
    public static async Task<int> RunAsync(NpgsqlDataSource postgres, CancellationToken stop)
    {
        var total = 0;
        // In bites, so that no statement holds rows for long.
        for (var deleted = BatchSize; deleted == BatchSize; total += deleted)
        {
            await using var command = postgres.CreateCommand(
                """
                delete from pipeline.effect e
                using (
                  select tenant_id, key
                  from pipeline.effect
                  where status = 'closed'
                    and closed_at < (select clock_timestamp()) - $1
                  order by closed_at
                  limit $2
                  for update skip locked
                ) old
                where e.tenant_id = old.tenant_id
                  and e.key = old.key
                """);
            command.Parameters.Add(new() { Value = EffectTable.Kept });
            command.Parameters.Add(new() { Value = BatchSize });
            deleted = await command.ExecuteNonQueryAsync(stop);
        }
        return total;
    }
}
