using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Workers.Webhooks;

/// <summary>Deletes the log of deliveries after its retention, what belonged to deleted endpoints, and secrets that sign no more.</summary>
static class DeliveryCleanup
{
    public static async Task<int> RunAsync(NpgsqlDataSource postgres, TimeSpan kept, CancellationToken stop)
    {
        var total = await postgres.InBitesAsync(
            """
            delete from hooks.delivery d
            using (
              select tenant_id, endpoint_id, delivery_id
              from hooks.delivery
              where status <> 'pending'
                and finished_at < (select clock_timestamp()) - $1
              order by finished_at
              limit $2
              for update skip locked
            ) old
            where d.tenant_id = old.tenant_id
              and d.endpoint_id = old.endpoint_id
              and d.delivery_id = old.delivery_id
            """, stop, kept);
        total += await postgres.InBitesAsync(
            """
            delete from hooks.delivery d
            using (
              select d.tenant_id, d.endpoint_id, d.delivery_id
              from hooks.endpoint e
              join hooks.delivery d on d.tenant_id = e.tenant_id and d.endpoint_id = e.endpoint_id
              where e.deleted
              limit $1
            ) gone
            where d.tenant_id = gone.tenant_id
              and d.endpoint_id = gone.endpoint_id
              and d.delivery_id = gone.delivery_id
            """, stop);
        await using var secrets = postgres.CreateCommand(
            """
            delete from hooks.secret s
            using hooks.endpoint e
            where e.tenant_id = s.tenant_id
              and e.endpoint_id = s.endpoint_id
              and (e.deleted or s.expires_at < (select clock_timestamp()))
            """);
        await secrets.ExecuteNonQueryAsync(stop);
        return total;
    }
}
