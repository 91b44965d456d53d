using Dvt.Contracts;
using Dvt.ReadModels;
using Npgsql;
using NpgsqlTypes;
using static Dvt.Pipeline.Sql;

namespace Dvt.Api;

/// <summary>The SQL by which the API writes webhook endpoints and what a person asks of a delivery.</summary>
sealed class WebhookTable(NpgsqlDataSource postgres)
{
    public static NpgsqlBatchCommand Insert(
        Guid tenantId, Guid endpointId, string url, IReadOnlyList<string> eventTypes, string? description, bool enabled) => Command(
        """
        insert into hooks.endpoint (tenant_id, endpoint_id, revision, url, event_types, description, enabled, disabled_reason)
        values ($1, $2, 1, $3, $4, $5, $6, case when $6 then null else 'by_request' end)
        """, tenantId, endpointId, url, eventTypes.ToArray(), Text(description), enabled);

    public static NpgsqlBatchCommand InsertSecret(Guid tenantId, Guid endpointId, Guid secretId, byte[] wrapped) => Command(
        """
        insert into hooks.secret (tenant_id, endpoint_id, secret_id, wrapped)
        values ($1, $2, $3, $4)
        """, tenantId, endpointId, secretId, wrapped);

    /// <summary>Gives the secrets that sign now an end; one that ends earlier keeps its end.</summary>
    public static NpgsqlBatchCommand LimitSecrets(Guid tenantId, Guid endpointId, Guid without, DateTimeOffset until) => Command(
        """
        update hooks.secret
        set expires_at = least(coalesce(expires_at, 'infinity'), $4)
        where tenant_id = $1
          and endpoint_id = $2
          and secret_id <> $3
        """, tenantId, endpointId, without, until.UtcDateTime);

    /// <summary>Fails the batch (DV002) when the revision is another by now. Enabling it begins anew.</summary>
    public static NpgsqlBatchCommand Change(Guid tenantId, WebhookEndpointRow changed) => Command(
        """
        with changed as (
          update hooks.endpoint
          set url = $3,
              event_types = $4,
              description = $5,
              enabled = $6,
              disabled_reason = $7,
              active_from = case when $6 and not enabled then clock_timestamp() else active_from end,
              failures = case when $6 and not enabled then 0 else failures end,
              failing_since = case when $6 and not enabled then null else failing_since end,
              revision = revision + 1,
              changed_at = clock_timestamp()
          where tenant_id = $1
            and endpoint_id = $2
            and revision = $8
            and not deleted
          returning 1
        )
        select log.expect((select count(*) from changed), 1, 'webhook endpoint')
        """, tenantId, changed.EndpointId, changed.Url, changed.EventTypes.ToArray(), Text(changed.Description), changed.Enabled,
        Text(changed.DisabledReason), changed.Revision);

    /// <summary>What waited for its next attempt waits no longer.</summary>
    public static NpgsqlBatchCommand Resume(Guid tenantId, Guid endpointId) => Command(
        """
        update hooks.delivery
        set next_attempt_at = clock_timestamp()
        where tenant_id = $1
          and endpoint_id = $2
          and status = 'pending'
          and not held
          and (leased_until is null or leased_until < clock_timestamp())
        """, tenantId, endpointId);

    public static NpgsqlBatchCommand Delete(Guid tenantId, WebhookEndpointRow known) => Command(
        """
        with deleted as (
          update hooks.endpoint
          set enabled = false, deleted = true, revision = revision + 1, changed_at = clock_timestamp()
          where tenant_id = $1
            and endpoint_id = $2
            and revision = $3
            and not deleted
          returning 1
        )
        select log.expect((select count(*) from deleted), 1, 'webhook endpoint')
        """, tenantId, known.EndpointId, known.Revision);

    public async Task<byte[]?> SecretAsync(Guid tenantId, Guid endpointId, Guid secretId, CancellationToken stop) =>
        await ScalarAsync(tenantId, Command(
            """
            select wrapped
            from hooks.secret
            where tenant_id = $1
              and endpoint_id = $2
              and secret_id = $3
            """, tenantId, endpointId, secretId), stop) as byte[];

    /// <summary>A delivery of its own, in nobody's line. The same id twice is one delivery.</summary>
    public Task InsertTestAsync(Guid tenantId, Guid endpointId, Guid deliveryId, string body, CancellationToken stop) => ScalarAsync(tenantId, Command(
        """
        insert into hooks.delivery (tenant_id, endpoint_id, delivery_id, stream, place, event_id, event_type, body)
        values ($1, $2, $3, 'test-' || $3::text, 0, $3, $4, $5)
        on conflict do nothing
        """, tenantId, endpointId, deliveryId, EventTypes.Test, body), stop);

    /// <summary>Makes a delivery due at once, also before its turn and after its end. One under way stays as it is.</summary>
    public Task RetryAsync(Guid tenantId, Guid endpointId, Guid deliveryId, CancellationToken stop) => ScalarAsync(tenantId, Command(
        """
        update hooks.delivery
        set status = 'pending', held = false, next_attempt_at = clock_timestamp(), finished_at = null
        where tenant_id = $1
          and endpoint_id = $2
          and delivery_id = $3
          and (leased_until is null or leased_until < clock_timestamp())
        """, tenantId, endpointId, deliveryId), stop);

    async Task<object?> ScalarAsync(Guid tenantId, NpgsqlBatchCommand command, CancellationToken stop) =>
        (await postgres.RowsOfAsync(tenantId, command, row => row.GetValue(0), stop)).FirstOrDefault();
}
