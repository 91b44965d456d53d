using System.Text.Json;
using Dvt.Contracts;
using Npgsql;
using NpgsqlTypes;
using static Dvt.Pipeline.Sql;

namespace Dvt.Api;

/// <param name="HttpAllow">Hosts inside that its <c>http</c> steps may reach.</param>
/// <param name="TimeZone">IANA name, of whatever has no time zone of its own.</param>
sealed record TenantRow(
    Guid TenantId, string Slug, string Name, bool Suspended, TenantQuota? Quota, IReadOnlyList<string> HttpAllow, DateTime CreatedAt, long Revision,
    SignalPolicy? SignalPolicy, TenantRetention Retention, string TimeZone);

sealed record UserRow(Guid UserId, string Email, string Name, IReadOnlyList<string> Roles, DateTime CreatedAt);

sealed record ApiKeyRow(
    Guid ApiKeyId, Guid UserId, string Name, string Prefix, IReadOnlyList<string> Roles, DateTime CreatedAt, DateTime? ExpiresAt, DateTime? RevokedAt);

/// <summary>The SQL of tenants, users and API keys.</summary>
sealed class IdentityTable(NpgsqlDataSource postgres)
{
    public static NpgsqlBatchCommand InsertTenant(Guid tenantId, string slug, string name, TenantQuota? quota) => Command(
        """
        insert into identity.tenant (tenant_id, slug, name, quota)
        values ($1, $2, $3, $4::jsonb)
        """, tenantId, slug, name, Text(quota is null ? null : JsonSerializer.Serialize(quota, ContractsJson.Options)));

    public static NpgsqlBatchCommand InsertUser(Guid tenantId, Guid userId, string email, string name, IEnumerable<string> roles) => Command(
        """
        insert into identity.app_user (tenant_id, user_id, email, name, roles)
        values ($1, $2, $3, $4, $5)
        """, tenantId, userId, email, name, roles.ToArray());

    public static NpgsqlBatchCommand InsertKey(
        Guid tenantId, Guid keyId, Guid userId, string name, byte[] hash, string prefix, IEnumerable<string> roles, DateTimeOffset? expiresAt) => Command(
        """
        insert into identity.api_key (tenant_id, api_key_id, user_id, name, hash, prefix, roles, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """, tenantId, keyId, userId, name, hash, prefix, roles.ToArray(),
        new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = expiresAt is { } at ? at.UtcDateTime : DBNull.Value });

    public static NpgsqlBatchCommand RevokeKey(Guid tenantId, Guid keyId) => Command(
        """
        update identity.api_key
        set revoked_at = clock_timestamp()
        where tenant_id = $1
          and api_key_id = $2
          and revoked_at is null
        """, tenantId, keyId);

    /// <summary>Which hosts on the inside the tenant's http steps may call, besides everything public.</summary>
    public async Task AllowHttpAsync(string slug, IEnumerable<string> hosts, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            update identity.tenant
            set settings = jsonb_set(settings, '{httpAllow}', $2::jsonb)
            where slug = $1
            """);
        command.Parameters.Add(new() { Value = slug });
        command.Parameters.Add(new() { Value = JsonSerializer.Serialize(hosts) });
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>Fails the batch (DV002) when the revision is another by now.</summary>
    public static NpgsqlBatchCommand ChangeTenant(TenantRow changed) => Command(
        """
        with changed as (
          update identity.tenant
          set name = $2, suspended = $3, quota = $4::jsonb, settings = settings || $6::jsonb, revision = revision + 1
          where tenant_id = $1
            and revision = $5
          returning 1
        )
        select log.expect((select count(*) from changed), 1, 'tenant')
        """, changed.TenantId, changed.Name, changed.Suspended,
        Text(changed.Quota is null ? null : JsonSerializer.Serialize(changed.Quota, ContractsJson.Options)), changed.Revision,
        JsonSerializer.Serialize(new { changed.HttpAllow, changed.SignalPolicy, changed.Retention, changed.TimeZone }, ContractsJson.Options));

    public Task<List<TenantRow>> TenantsAsync((DateTime At, Guid Id) after, int limit, CancellationToken stop) => ListAsync(
        """
        select tenant_id, slug, name, suspended, quota::text, coalesce(settings -> 'httpAllow', '[]')::text, created_at, revision, settings ->> 'signalPolicy', (settings -> 'retention')::text, coalesce(settings ->> 'timeZone', 'UTC')
        from identity.tenant
        where (created_at, tenant_id) > ($1, $2)
        order by created_at, tenant_id
        limit $3
        """, Tenant, stop, after.At, after.Id, limit);

    public async Task<TenantRow?> TenantAsync(Guid tenantId, CancellationToken stop) => (await ListAsync(
        """
        select tenant_id, slug, name, suspended, quota::text, coalesce(settings -> 'httpAllow', '[]')::text, created_at, revision, settings ->> 'signalPolicy', (settings -> 'retention')::text, coalesce(settings ->> 'timeZone', 'UTC')
        from identity.tenant
        where tenant_id = $1
        """, Tenant, stop, tenantId)).FirstOrDefault();

    public async Task<TenantRow?> TenantAsync(string slug, CancellationToken stop) => (await ListAsync(
        """
        select tenant_id, slug, name, suspended, quota::text, coalesce(settings -> 'httpAllow', '[]')::text, created_at, revision, settings ->> 'signalPolicy', (settings -> 'retention')::text, coalesce(settings ->> 'timeZone', 'UTC')
        from identity.tenant
        where slug = $1
        """, Tenant, stop, slug)).FirstOrDefault();

    public Task<List<UserRow>> UsersAsync(Guid tenantId, (DateTime At, Guid Id) after, int limit, CancellationToken stop) => ListAsync(
        """
        select user_id, email, name, roles, created_at
        from identity.app_user
        where tenant_id = $1
          and (created_at, user_id) > ($2, $3)
        order by created_at, user_id
        limit $4
        """, User, stop, tenantId, after.At, after.Id, limit);

    public async Task<UserRow?> UserAsync(Guid tenantId, Guid userId, CancellationToken stop) => (await ListAsync(
        """
        select user_id, email, name, roles, created_at
        from identity.app_user
        where tenant_id = $1
          and user_id = $2
        """, User, stop, tenantId, userId)).FirstOrDefault();

    public Task<List<ApiKeyRow>> KeysAsync(Guid tenantId, (DateTime At, Guid Id) after, int limit, CancellationToken stop) => ListAsync(
        """
        select api_key_id, user_id, name, prefix, roles, created_at, expires_at, revoked_at
        from identity.api_key
        where tenant_id = $1
          and (created_at, api_key_id) > ($2, $3)
        order by created_at, api_key_id
        limit $4
        """, Key, stop, tenantId, after.At, after.Id, limit);

    public async Task<ApiKeyRow?> KeyAsync(Guid tenantId, Guid keyId, CancellationToken stop) => (await ListAsync(
        """
        select api_key_id, user_id, name, prefix, roles, created_at, expires_at, revoked_at
        from identity.api_key
        where tenant_id = $1
          and api_key_id = $2
        """, Key, stop, tenantId, keyId)).FirstOrDefault();

    /// <summary>The command that began a stream; null when there is none.</summary>
    public async Task<Guid?> CommandOfAsync(Guid tenantId, string stream, CancellationToken stop) => (await postgres.RowsOfAsync(
        tenantId, Command("select command_id from log.entry where tenant_id = $1 and stream = $2 and first_seq = 1", tenantId, stream),
        row => row.IsDBNull(0) ? (Guid?)null : row.GetGuid(0), stop)).FirstOrDefault();

    static TenantRow Tenant(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetBoolean(3),
        row.IsDBNull(4) ? null : JsonSerializer.Deserialize<TenantQuota>(row.GetString(4), ContractsJson.Options),
        JsonSerializer.Deserialize<string[]>(row.GetString(5))!, row.GetDateTime(6), row.GetInt64(7),
        row.IsDBNull(8) ? null : JsonSerializer.Deserialize<SignalPolicy>(row.GetString(8), ContractsJson.Options),
        row.IsDBNull(9) ? TenantRetention.UnlessTold : JsonSerializer.Deserialize<TenantRetention>(row.GetString(9), ContractsJson.Options)!,
        row.GetString(10));

    static UserRow User(NpgsqlDataReader row) =>
        new(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetFieldValue<string[]>(3), row.GetDateTime(4));

    static ApiKeyRow Key(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetFieldValue<string[]>(4), row.GetDateTime(5),
        row.IsDBNull(6) ? null : row.GetDateTime(6), row.IsDBNull(7) ? null : row.GetDateTime(7));

    async Task<List<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken stop, params object[] values)
    {
        await using var command = postgres.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var rows = new List<T>();
        while (await reader.ReadAsync(stop))
            rows.Add(read(reader));
        return rows;
    }
}
