using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Effects;

/// <summary>Deletes effects that were closed long ago; a job calls it every few minutes.</summary>
static class EffectCleanup
{
    /// <returns>How many were deleted.</returns>
    public static Task<int> RunAsync(NpgsqlDataSource postgres, CancellationToken stop) => postgres.InBitesAsync(
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
        """, stop, EffectTable.Kept);
}
