using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Workers.Webhooks;

/// <summary>Takes an endpoint out of service, visibly: its row and its event are one transaction.</summary>
sealed class EndpointDisabling(NpgsqlDataSource postgres, TimeProvider clock, ILogger<EndpointDisabling> log)
{
    public async Task DisableAsync(Guid tenantId, Guid endpointId, string reason, CancellationToken stop)
    {
        await using var connection = await postgres.OpenConnectionAsync(stop);
        if (await RevisionAsync(connection, tenantId, endpointId, stop) is not { } revision)
            return;
        var stream = $"webhook-{endpointId}";
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            with disabled as (
              update hooks.endpoint
              set enabled = false,
                  disabled_reason = $3,
                  revision = revision + 1,
                  changed_at = clock_timestamp()
              where tenant_id = $1
                and endpoint_id = $2
                and revision = $4
                and enabled
              returning 1
            )
            select log.expect((select count(*) from disabled), 1, 'webhook endpoint')
            """)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = endpointId }, new() { Value = reason }, new() { Value = revision } },
        });
        EventLog.AddAppend(batch,
            [
                new(Slot.Of(Domain.Identity, tenantId, stream), tenantId, stream, revision + 1, nameof(WebhookEndpointDisabled),
                    System.Text.Json.JsonSerializer.Serialize(new WebhookEndpointDisabled(endpointId, reason), ContractsJson.Options),
                    CommandId: null, CorrelationId: null, "system", clock.GetUtcNow()),
            ], _ => EventLog.NoLease);
        try
        {
            await batch.ExecuteNonQueryAsync(stop);
        }
        catch (PostgresException race) when (LostRaceException.TryFrom(race, out _))
        {
            // Somebody changed it in this moment; the next failure looks again.
            return;
        }
        WebhookMeters.Disabled.Add(1, new KeyValuePair<string, object?>("reason", reason));
        WebhooksLog.Disabled(log, endpointId, tenantId, reason);
    }

    static async Task<long?> RevisionAsync(NpgsqlConnection connection, Guid tenantId, Guid endpointId, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            select revision
            from hooks.endpoint
            where tenant_id = $1
              and endpoint_id = $2
              and enabled
            """, connection)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = endpointId } },
        };
        return await command.ExecuteScalarAsync(stop) as long?;
    }
}
