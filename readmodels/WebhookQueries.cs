using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;
using static Dvt.Pipeline.Sql;

namespace Dvt.ReadModels;

/// <param name="EventTypes">Names and beginnings such as <c>run.*</c>; none means all.</param>
/// <param name="DisabledReason">One of <see cref="DisabledReasons"/>; null while enabled.</param>
/// <param name="FailingSince">When the first attempt failed since the last success.</param>
public sealed record WebhookEndpointRow(
    Guid EndpointId, string Url, IReadOnlyList<string> EventTypes, string? Description, bool Enabled, string? DisabledReason,
    DateTimeOffset? FailingSince, long Revision, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt);

/// <param name="Status">One of <see cref="DeliveryStatus"/>.</param>
/// <param name="Attempt">How many attempts were begun.</param>
/// <param name="NextAttemptAt">Null when it is closed or waits behind an earlier event of its run.</param>
public sealed record WebhookDeliveryRow(
    Guid DeliveryId, Guid EventId, string EventType, string? RunId, string Status, int Attempt, int? ResponseCode, int? DurationMs, string? Error,
    DateTimeOffset? NextAttemptAt, bool Held, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt);

/// <param name="Attempts">The last twenty: <c>{attempt, at, responseCode, durationMs, error, answer}</c>.</param>
/// <param name="Body">What is posted.</param>
public sealed record WebhookDeliveryDetail(WebhookDeliveryRow Row, JsonElement Attempts, JsonElement Body);

public sealed record WebhookDeliveryFilter(string? Status, string? EventType, int Limit, string? Cursor);

/// <summary>Reads webhooks from their own tables: they are always current.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class WebhookQueries(NpgsqlDataSource api)
{
    const string EndpointSort = "createdAt";
    const string DeliverySort = "-createdAt";

    const string EndpointColumns =
        "e.endpoint_id, e.url, e.event_types, e.description, e.enabled, e.disabled_reason, e.failing_since, e.revision, e.created_at, e.changed_at";

    const string DeliveryColumns =
        """
        d.delivery_id, d.event_id, d.event_type, d.run_id, d.status, d.attempt, d.response_code, d.duration_ms, d.error,
        case when d.status = 'pending' and not d.held then d.next_attempt_at end, d.held and d.status = 'pending', d.created_at, d.finished_at
        """;

    /// <summary>Oldest first.</summary>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<WebhookEndpointRow>>> EndpointsAsync(Guid tenantId, int limit, string? cursor, CancellationToken stop)
    {
        var (after, afterId) = Key(cursor, EndpointSort);
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {EndpointColumns}
            from hooks.endpoint e
            where e.tenant_id = $1
              and not e.deleted
              and ($2 is null or (e.created_at, e.endpoint_id) > ($2, $3))
            order by e.created_at, e.endpoint_id
            limit $4
            """, tenantId, Time(after), afterId, Cursor.Limit(limit) + 1);
        var rows = await query.ListAsync(Endpoint, stop);
        return new(Cursor.Cut(rows.Value, limit, r => Cursor.Of(EndpointSort, Cursor.OfTime(r.CreatedAt), r.EndpointId.ToString())), rows.Position);
    }

    public async Task<WebhookEndpointRow?> EndpointAsync(Guid tenantId, Guid endpointId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {EndpointColumns}
            from hooks.endpoint e
            where e.tenant_id = $1
              and e.endpoint_id = $2
              and not e.deleted
            """, tenantId, endpointId);
        return (await query.FirstAsync(Endpoint, stop))?.Value;
    }

    public async Task<int> CountAsync(Guid tenantId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            """
            select 1
            from hooks.endpoint
            where tenant_id = $1
              and not deleted
            """, tenantId);
        return (await query.ListAsync(static _ => true, stop)).Value.Count;
    }

    /// <summary>Newest first.</summary>
    /// <exception cref="InvalidQueryException">A parameter is not understood.</exception>
    public async Task<Fresh<Page<WebhookDeliveryRow>>> DeliveriesAsync(Guid tenantId, Guid endpointId, WebhookDeliveryFilter filter, CancellationToken stop)
    {
        if (filter.Status is not (null or DeliveryStatus.Pending or DeliveryStatus.Delivered or DeliveryStatus.Failed))
            throw new InvalidQueryException("status", "status is pending, delivered or failed");
        var (after, afterId) = Key(filter.Cursor, DeliverySort);
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {DeliveryColumns}
            from hooks.delivery d
            where d.tenant_id = $1
              and d.endpoint_id = $2
              and ($3 is null or d.status = $3)
              and ($4 is null or d.event_type = $4)
              and ($5 is null or (d.created_at, d.delivery_id) < ($5, $6))
            order by d.created_at desc, d.delivery_id desc
            limit $7
            """, tenantId, endpointId, Text(filter.Status), Text(filter.EventType), Time(after), afterId, Cursor.Limit(filter.Limit) + 1);
        var rows = await query.ListAsync(Delivery, stop);
        return new(Cursor.Cut(rows.Value, filter.Limit, r => Cursor.Of(DeliverySort, Cursor.OfTime(r.CreatedAt), r.DeliveryId.ToString())), rows.Position);
    }

    public async Task<WebhookDeliveryDetail?> DeliveryAsync(Guid tenantId, Guid endpointId, Guid deliveryId, CancellationToken stop)
    {
        await using var query = new TenantQuery(api, tenantId);
        query.Add(
            $"""
            select {DeliveryColumns}, d.attempts::text, d.body
            from hooks.delivery d
            where d.tenant_id = $1
              and d.endpoint_id = $2
              and d.delivery_id = $3
            """, tenantId, endpointId, deliveryId);
        return (await query.FirstAsync(
            static row => new WebhookDeliveryDetail(Delivery(row), JsonElement.Parse(row.GetString(13)), JsonElement.Parse(row.GetString(14), RunHead.Deep)),
            stop))?.Value;
    }

    static WebhookEndpointRow Endpoint(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetFieldValue<string[]>(2), row.TextOrNull(3), row.GetBoolean(4), row.TextOrNull(5), row.TimeOrNull(6),
        row.GetInt64(7), row.Time(8), row.Time(9));

    static WebhookDeliveryRow Delivery(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.TextOrNull(3), row.GetString(4), row.GetInt32(5), row.IsDBNull(6) ? null : row.GetInt32(6),
        row.IsDBNull(7) ? null : row.GetInt32(7), row.TextOrNull(8), row.TimeOrNull(9), row.GetBoolean(10), row.Time(11), row.TimeOrNull(12));

    static (DateTime? After, Guid Id) Key(string? cursor, string sort)
    {
        if (Cursor.Parse(cursor, sort, parts: 2) is not { } key)
            return (null, Guid.Empty);
        return Guid.TryParse(key[1], out var id) ? (Cursor.Time(key[0]), id) : throw Cursor.Invalid();
    }

    static NpgsqlParameter Time(DateTime? value) => new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = (object?)value ?? DBNull.Value };
}
