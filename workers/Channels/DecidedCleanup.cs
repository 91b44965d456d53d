using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Channels;

/// <summary>Deletes what messages led to long ago, as the orders among it name guests, and statuses that no message was found for.</summary>
static class DecidedCleanup
{
    /// <summary>WhatsApp repeats a notification for seven days.</summary>
    static readonly TimeSpan Kept = TimeSpan.FromDays(14);

    /// <returns>How many were deleted.</returns>
    public static async Task<int> RunAsync(NpgsqlDataSource postgres, CancellationToken stop) =>
        await OrdersAsync(postgres, stop) + await StatusesAsync(postgres, stop);

    static Task<int> OrdersAsync(NpgsqlDataSource postgres, CancellationToken stop) => postgres.InBitesAsync(
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

    /// <summary>Of messages that somebody else sent from the tenant's telephone.</summary>
    static Task<int> StatusesAsync(NpgsqlDataSource postgres, CancellationToken stop) => postgres.InBitesAsync(
        """
        delete from channels.early_status s
        using (
          select tenant_id, provider_id, status
          from channels.early_status
          where at < (select clock_timestamp()) - $1
          order by at
          limit $2
          for update skip locked
        ) old
        where s.tenant_id = old.tenant_id
          and s.provider_id = old.provider_id
          and s.status = old.status
        """, stop, Kept);
}
