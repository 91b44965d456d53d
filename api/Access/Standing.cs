using System.Text.Json;
using Dvt.Contracts;
using Npgsql;

namespace Dvt.Api;

/// <summary>What the database says about a key, its user and its tenant.</summary>
/// <param name="Roles">What both the user and the key have.</param>
sealed record KeyStanding(
    Guid TenantId, string Slug, bool Suspended, TenantQuota? Quota, Guid UserId, string Email, string UserName, Guid KeyId,
    IReadOnlyList<string> Roles, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt, SignalPolicy? SignalPolicy)
{
    public bool IsValid(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is null || ExpiresAt > now);
}

/// <summary>The SQL behind credentials.</summary>
sealed class Standing(NpgsqlDataSource postgres)
{
    const string Select =
        """
        select t.tenant_id, t.slug, t.suspended, t.quota::text, u.user_id, u.email, u.name, k.api_key_id, k.roles, u.roles, k.expires_at, k.revoked_at, t.settings ->> 'signalPolicy'
        from identity.api_key k
        join identity.app_user u on u.tenant_id = k.tenant_id and u.user_id = k.user_id
        join identity.tenant t on t.tenant_id = k.tenant_id
        """;

    public Task<KeyStanding?> OfHashAsync(byte[] hash, CancellationToken stop) =>
        ReadAsync($"{Select}\nwhere k.hash = $1", [hash], stop);

    public Task<KeyStanding?> OfKeyAsync(Guid tenantId, Guid keyId, CancellationToken stop) =>
        ReadAsync($"{Select}\nwhere k.tenant_id = $1\n  and k.api_key_id = $2", [tenantId, keyId], stop);

    async Task<KeyStanding?> ReadAsync(string sql, object[] parameters, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        await using var row = await command.ExecuteReaderAsync(stop);
        if (!await row.ReadAsync(stop))
            return null;
        var ofKey = row.GetFieldValue<string[]>(8);
        var ofUser = row.GetFieldValue<string[]>(9);
        return new(
            row.GetGuid(0), row.GetString(1), row.GetBoolean(2), QuotaOf(row, 3), row.GetGuid(4), row.GetString(5), row.GetString(6), row.GetGuid(7),
            ofKey.Length == 0 ? ofUser : [.. ofUser.Intersect(ofKey)],
            row.IsDBNull(10) ? null : new DateTimeOffset(row.GetDateTime(10)),
            row.IsDBNull(11) ? null : new DateTimeOffset(row.GetDateTime(11)),
            PolicyOf(row, 12));
    }

    /// <summary>A tenant by slug or id, for users of external issuers, and its own user who has the same email.</summary>
    /// <param name="email">Verified by the issuer; null where it says none.</param>
    public async Task<(Guid Id, string Slug, bool Suspended, TenantQuota? Quota, SignalPolicy? SignalPolicy, Guid? UserId)?> OfTenantAsync(
        string name, string? email, CancellationToken stop)
    {
        await using var command = postgres.CreateCommand(
            """
            select t.tenant_id, t.slug, t.suspended, t.quota::text, t.settings ->> 'signalPolicy', u.user_id
            from identity.tenant t
            left join identity.app_user u on u.tenant_id = t.tenant_id and u.email = $3
            where t.slug = $1
               or t.tenant_id = $2
            """);
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = Guid.TryParse(name, out var id) ? id : Guid.Empty });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text, Value = (object?)email ?? DBNull.Value });
        await using var row = await command.ExecuteReaderAsync(stop);
        return await row.ReadAsync(stop) ? (row.GetGuid(0), row.GetString(1), row.GetBoolean(2), QuotaOf(row, 3), PolicyOf(row, 4), row.IsDBNull(5) ? null : row.GetGuid(5)) : null;
    }

    static SignalPolicy? PolicyOf(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : JsonSerializer.Deserialize<SignalPolicy>(row.GetString(column), ContractsJson.Options);

    static TenantQuota? QuotaOf(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : JsonSerializer.Deserialize<TenantQuota>(row.GetString(column), ContractsJson.Options);
}
