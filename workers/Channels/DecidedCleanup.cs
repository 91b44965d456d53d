using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Channels;

/// <summary>Deletes what messages led to long ago: the orders among it name guests.</summary>
static class DecidedCleanup
{
    /// <summary>WhatsApp repeats a notification for seven days.</summary>
    static readonly TimeSpan Kept = TimeSpan.FromDays(14);

    /// <returns>How many were deleted.</returns>
    public static Task<int> RunAsync(NpgsqlDataSource postgres, CancellationToken stop) => postgres.InBitesAsync(
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
        """, stop, Kept);
}
