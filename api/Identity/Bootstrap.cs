using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Api;

/// <summary>Makes the first accounts when they are missing: the platform's own tenant, and one with its administrator.</summary>
sealed class Bootstrap(ApiOptions options, IdentityTable table, IdentityWriter writer, ApiKeySecrets secrets, ILogger<Bootstrap> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Bootstrap is not { } wanted)
            return;
        var done = false;
        // Also before the database is there or migrated: it goes on until it succeeds.
        while (!done && !stoppingToken.IsCancellationRequested)
            try
            {
                if (wanted is { PlatformEmail: { } platformEmail, PlatformKey: { } platformKey })
                    await EnsureAsync(PlatformTenant.Slug, "Platform", platformEmail, platformKey, [Roles.PlatformAdmin, Roles.TenantAdmin], stoppingToken);
                if (wanted is { TenantSlug: { } slug, Email: { } email, ApiKey: { } key })
                {
                    await EnsureAsync(slug, slug, email, key, [Roles.TenantAdmin], stoppingToken);
                    await table.AllowHttpAsync(slug, wanted.HttpAllow, stoppingToken);
                }
                done = true;
            }
            catch (Exception notYet) when (Postgres.IsUnavailable(notYet))
            {
                ApiLog.NotBootstrapped(log, notYet.Message);
                await Loop.PauseAsync(TimeSpan.FromMilliseconds(500), stoppingToken);
            }
    }

    async Task EnsureAsync(string slug, string name, string email, string apiKey, IReadOnlyList<string> roles, CancellationToken stop)
    {
        if (await table.TenantAsync(slug, stop) is not null)
            return;
        Guid tenantId = NamedId.Of("bootstrap", slug), userId = NamedId.Of("bootstrap", slug, "user"), keyId = NamedId.Of("bootstrap", slug, "api-key");
        var hash = await secrets.HashAsync(apiKey, stop);
        // The first tenants are the installation's own: no limit but the machine's.
        var quota = new TenantQuota(RequestsPerSecond: null, Burst: null, Unlimited: true);
        try
        {
            await writer.WriteAsync(tenantId, "system", commandId: null,
                [
                    IdentityTable.InsertTenant(tenantId, slug, name, quota),
                    IdentityTable.InsertUser(tenantId, userId, Users.Normal(email), name, roles),
                    IdentityTable.InsertKey(tenantId, keyId, userId, "bootstrap", hash, apiKey[..ApiKeySecrets.Shown], [], expiresAt: null),
                ],
                stop,
                ($"tenant-{tenantId}", 1, new TenantCreated(tenantId, slug, name)),
                ($"user-{userId}", 1, new UserCreated(userId, Users.Normal(email), name, roles)),
                ($"key-{keyId}", 1, new ApiKeyCreated(keyId, userId, "bootstrap", [], ExpiresAt: null)));
            ApiLog.Bootstrapped(log, "tenant", slug);
        }
        catch (PostgresException twice) when (twice.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Another process was first.
        }
    }
}
