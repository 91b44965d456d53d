using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Webhooks;

/// <summary>A delivery whose attempt has been recorded and is to be made now.</summary>
/// <param name="Attempt">From 1.</param>
/// <param name="Secrets">Wrapped; the newest first.</param>
sealed record ClaimedDelivery(
    Guid TenantId, Guid EndpointId, Guid DeliveryId, string Stream, Guid EventId, int Attempt, string Url, string Body, IReadOnlyList<byte[]> Secrets)
{
    public DeliveryLine Line => new(TenantId, EndpointId, Stream);
}

/// <summary>The SQL of deliveries under way.</summary>
/// <param name="lease">A little longer than an attempt may take: after it another worker makes the next one.</param>
sealed class DeliveryTable(NpgsqlDataSource postgres, TimeSpan lease)
{
    /// <summary>Attempts at one endpoint at the same time, over all workers.</summary>
    const int PerEndpoint = 8;

    /// <summary>Attempts that the log of a delivery remembers.</summary>
    const int Remembered = 20;

    /// <summary>
    /// Records the next attempt of what is due. An endpoint that failed last gets one at a time, so that the dead ones take little
    /// from the living; those looked at longest ago come first.
    /// </summary>
    /// <param name="without">Tenants that have enough in flight.</param>
    public async Task<List<ClaimedDelivery>> ClaimAsync(int most, Guid[] without, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            with open as (
              select e.tenant_id, e.endpoint_id, e.url, e.failures
              from hooks.endpoint e
              join identity.tenant t on t.tenant_id = e.tenant_id and not t.suspended
              where e.enabled
                and not e.deleted
                and e.tenant_id <> all ($2)
                and exists (
                  select
                  from hooks.delivery d
                  where d.tenant_id = e.tenant_id
                    and d.endpoint_id = e.endpoint_id
                    and d.status = 'pending'
                    and not d.held
                    and d.next_attempt_at <= (select clock_timestamp())
                )
              order by e.claimed_at
              limit 64
              for no key update of e skip locked
            ), due as (
              select d.tenant_id, d.endpoint_id, d.delivery_id, o.url
              from open o
              cross join lateral (
                select d.tenant_id, d.endpoint_id, d.delivery_id
                from hooks.delivery d
                where d.tenant_id = o.tenant_id
                  and d.endpoint_id = o.endpoint_id
                  and d.status = 'pending'
                  and not d.held
                  and d.next_attempt_at <= (select clock_timestamp())
                order by d.next_attempt_at
                limit greatest(0, case when o.failures > 0 then 1 else $4 end - (
                  select count(*)
                  from hooks.delivery b
                  where b.tenant_id = o.tenant_id
                    and b.endpoint_id = o.endpoint_id
                    and b.leased_until > (select clock_timestamp())
                ))
                for no key update skip locked
              ) d
              limit $1
            ), looked_at as (
              update hooks.endpoint e
              set claimed_at = clock_timestamp()
              from open o
              where e.tenant_id = o.tenant_id
                and e.endpoint_id = o.endpoint_id
            ), claimed as (
              update hooks.delivery d
              set attempt = d.attempt + 1,
                  leased_until = clock_timestamp() + $3,
                  next_attempt_at = clock_timestamp() + $3
              from due
              where d.tenant_id = due.tenant_id
                and d.endpoint_id = due.endpoint_id
                and d.delivery_id = due.delivery_id
              returning d.tenant_id, d.endpoint_id, d.delivery_id, d.stream, d.event_id, d.attempt, due.url, d.body
            )
            select c.*, array(
              select s.wrapped
              from hooks.secret s
              where s.tenant_id = c.tenant_id
                and s.endpoint_id = c.endpoint_id
                and (s.expires_at is null or s.expires_at > clock_timestamp())
              order by s.expires_at desc nulls first
            )
            from claimed c
            """);
        command.Parameters.Add(new() { Value = most });
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Uuid, without));
        command.Parameters.Add(new() { Value = lease });
        command.Parameters.Add(new() { Value = PerEndpoint });
        await using var row = await command.ExecuteReaderAsync(stop);
        var claimed = new List<ClaimedDelivery>();
        while (await row.ReadAsync(stop))
            claimed.Add(new(
                row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row.GetString(3), row.GetGuid(4), row.GetInt32(5), row.GetString(6), row.GetString(7),
                row.GetFieldValue<byte[][]>(8)));
        return claimed;
    }

    /// <summary>Writes down what an attempt came to, unless its lease was lost and another has been made.</summary>
    /// <param name="pause">Until the next attempt; null when the delivery is closed.</param>
    /// <returns>Since when the endpoint fails; null when it does not.</returns>
    public async Task<DateTimeOffset?> RecordAsync(ClaimedDelivery delivery, PostOutcome outcome, TimeSpan? pause, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            with closed as (
              update hooks.delivery
              set status = case when $6 then 'delivered' when $5 is null then 'failed' else 'pending' end,
                  next_attempt_at = clock_timestamp() + coalesce($5, interval '0'),
                  leased_until = null,
                  response_code = $7,
                  duration_ms = $8,
                  error = $9,
                  finished_at = case when $6 or $5 is null then clock_timestamp() end,
                  attempts = case when jsonb_array_length(attempts) >= $11 then attempts - 0 else attempts end || $10::jsonb
              where tenant_id = $1
                and endpoint_id = $2
                and delivery_id = $3
                and attempt = $4
                and status = 'pending'
            ), judged as (
              update hooks.endpoint
              set failures = case when $6 then 0 else failures + 1 end,
                  failing_since = case when $6 then null else coalesce(failing_since, clock_timestamp()) end
              where tenant_id = $1
                and endpoint_id = $2
                and (failures > 0 or not $6)
              returning failing_since
            )
            select failing_since from judged
            """);
        command.Parameters.Add(new() { Value = delivery.TenantId });
        command.Parameters.Add(new() { Value = delivery.EndpointId });
        command.Parameters.Add(new() { Value = delivery.DeliveryId });
        command.Parameters.Add(new() { Value = delivery.Attempt });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Interval, Value = pause is { } wait ? wait : DBNull.Value });
        command.Parameters.Add(new() { Value = outcome.IsSuccess });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Integer, Value = outcome.Code is { } code ? code : DBNull.Value });
        command.Parameters.Add(new() { Value = (int)outcome.Took.TotalMilliseconds });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)outcome.Error ?? DBNull.Value });
        command.Parameters.Add(new() { Value = Entry(delivery, outcome) });
        command.Parameters.Add(new() { Value = Remembered });
        return await command.ExecuteScalarAsync(stop) is DateTime since ? new DateTimeOffset(since) : null;
    }

    static string Entry(ClaimedDelivery delivery, PostOutcome outcome) => JsonSerializer.Serialize(new[]
    {
        new
        {
            attempt = delivery.Attempt,
            at = outcome.At,
            responseCode = outcome.Code,
            durationMs = (int)outcome.Took.TotalMilliseconds,
            error = outcome.Error,
            answer = outcome.Answer,
        },
    }, ContractsJson.Options);

    /// <summary>Lets the first open delivery of each line go. In a statement of its own, so that it sees what others have just stored.</summary>
    public async Task ReleaseAsync(IReadOnlyList<DeliveryLine> lines, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            update hooks.delivery d
            set held = false,
                next_attempt_at = clock_timestamp()
            from unnest($1, $2, $3) as l(tenant_id, endpoint_id, stream)
            where d.tenant_id = l.tenant_id
              and d.endpoint_id = l.endpoint_id
              and d.stream = l.stream
              and d.status = 'pending'
              and d.held
              and d.place = (
                select min(f.place)
                from hooks.delivery f
                where f.tenant_id = l.tenant_id
                  and f.endpoint_id = l.endpoint_id
                  and f.stream = l.stream
                  and f.status = 'pending'
              )
            """);
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Uuid, lines.Select(l => l.TenantId).ToArray()));
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Uuid, lines.Select(l => l.EndpointId).ToArray()));
        command.Parameters.Add(EventLog.Array(NpgsqlDbType.Text, lines.Select(l => l.Stream).ToArray()));
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>The same for every line: a worker may have died between closing one and letting the next go.</summary>
    public async Task<int> ReleaseAllAsync(CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            update hooks.delivery d
            set held = false,
                next_attempt_at = clock_timestamp()
            where d.status = 'pending'
              and d.held
              and not exists (
                select
                from hooks.delivery f
                where f.tenant_id = d.tenant_id
                  and f.endpoint_id = d.endpoint_id
                  and f.stream = d.stream
                  and f.place < d.place
                  and f.status = 'pending'
              )
            """);
        return await command.ExecuteNonQueryAsync(stop);
    }
}
