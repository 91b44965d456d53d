using System.Net;
using Dvt.Contracts;
using Dvt.Tests.Support;
using Npgsql;
using Xunit;

namespace Dvt.Tests.Api;

/// <summary>What the API refuses stands in the audit of whom it concerns, whatever happens to the database or the process.</summary>
public sealed class RefusalTests
{
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    static Task WrittenAsync(ApiOnPostgres rig, Guid tenantId, string actor, string code, long times = 1) => Eventually.HoldsAsync(
        async () => await rig.ReadAsync<long>(
            "select count(*) from log.events where tenant_id = $1 and actor = $2 and type = 'AccessRefused' and data ->> 'code' = $3", tenantId, actor, code) >= times,
        Soon, $"{code} of {actor} was not written down {times} times");

    [ServersFact]
    public async Task Who_is_not_let_in_stands_in_the_audit_of_the_tenant_or_of_the_platform()
    {
        await using var rig = await ApiOnPostgres.StartAsync();
        var demo = await rig.ReadAsync<Guid>("select tenant_id from identity.tenant where slug = 'demo'");
        Assert.Equal(HttpStatusCode.Unauthorized, (await rig.GetAsync("/v1/me", credential: null)).Status);
        await WrittenAsync(rig, PlatformTenant.Id, "anonymous", "unauthorized");

        var (key, id) = await rig.ViewerAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await rig.GetAsync("/v1/users", key)).Status);
        await WrittenAsync(rig, demo, $"key:{id}", "forbidden");
        Assert.Equal(HttpStatusCode.Unauthorized, (await rig.PostAsync("/v1/auth/login", new { email = "other@demo.example", apiKey = key }, null)).Status);
        await WrittenAsync(rig, demo, $"key:{id}", "login_failed");

        // Seen before by this process, then by one that meets it for the first time.
        Assert.Equal(HttpStatusCode.NoContent, (await rig.Api.SendAsync(HttpMethod.Delete, $"/v1/api-keys/{id}", credential: ApiOnPostgres.Admin)).Status);
        await Eventually.HoldsAsync(async () => (await rig.GetAsync("/v1/me", key)).Status == HttpStatusCode.Unauthorized, Soon, "the key still works");
        await WrittenAsync(rig, demo, $"key:{id}", "unauthorized");
        await using (var other = await rig.AnotherAsync())
            Assert.Equal(HttpStatusCode.Unauthorized, (await other.SendAsync(HttpMethod.Get, "/v1/me", credential: key)).Status);
        await WrittenAsync(rig, demo, $"key:{id}", "unauthorized", times: 2);

        for (var i = 0; i < 21; i++)
            await rig.PostAsync("/v1/auth/login", new { email = "nobody@demo.example", apiKey = "dvt_no" }, null);
        await WrittenAsync(rig, PlatformTenant.Id, "anonymous", "login_failed", times: 20);
        await WrittenAsync(rig, PlatformTenant.Id, "anonymous", "rate_limited");
    }

    [ServersFact]
    public async Task A_suspended_tenants_login_is_refused_and_written_down()
    {
        await using var rig = await ApiOnPostgres.StartAsync();
        var made = (await rig.PostAsync("/v1/tenants", new { slug = "closed", name = "Closed", adminEmail = "c@c.example" }, ApiOnPostgres.Platform)).Body;
        var tenantId = made.GetProperty("tenantId").GetGuid();
        await rig.Api.SendAsync(HttpMethod.Patch, $"/v1/tenants/{tenantId}", """{"suspended":true}""", ApiOnPostgres.Platform);
        var answer = await rig.PostAsync("/v1/auth/login", new { email = "c@c.example", apiKey = made.GetProperty("apiKey").GetString() }, null);
        Assert.Equal((HttpStatusCode.Forbidden, "tenant_suspended"), (answer.Status, answer.Body.GetProperty("code").GetString()));
        var keyId = await rig.ReadAsync<Guid>("select api_key_id from identity.api_key where tenant_id = $1", tenantId);
        await WrittenAsync(rig, tenantId, $"key:{keyId}", "tenant_suspended");
    }

    [ServersFact]
    public async Task Who_has_a_view_filled_anew_stands_in_the_audit()
    {
        await using var rig = await ApiOnPostgres.StartAsync();
        Assert.Equal(HttpStatusCode.Accepted, (await rig.Api.SendAsync(HttpMethod.Post, "/v1/projections/run/rebuild", credential: ApiOnPostgres.Admin)).Status);
        await Eventually.HoldsAsync(
            async () => await rig.ReadAsync<long>("select count(*) from log.events where type = 'RebuildRequested' and data ->> 'view' = 'run' and actor like 'key:%'") == 1,
            Soon, "nothing was written down");
    }

    [ServersFact]
    public async Task What_the_database_loses_its_hold_of_is_written_once_it_is_back()
    {
        await using var rig = await ApiOnPostgres.StartAsync();
        var (key, id) = await rig.ViewerAsync();
        Assert.Equal(HttpStatusCode.OK, (await rig.GetAsync("/v1/me", key)).Status);
        var demo = await rig.ReadAsync<Guid>("select tenant_id from identity.tenant where slug = 'demo'");
        await using (var blocker = await rig.Database.OpenConnectionAsync())
        {
            await using var transaction = await blocker.BeginTransactionAsync();
            await using (var block = new NpgsqlCommand("select 1 from log.slot where domain = 'identity' for update", blocker))
                await block.ExecuteNonQueryAsync();
            Assert.Equal(HttpStatusCode.Forbidden, (await rig.GetAsync("/v1/users", key)).Status);
            await Eventually.HoldsAsync(
                async () => await rig.ReadAsync<long>(
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") > 0,
                Soon, "the entry was never on its way");
        }
        await WrittenAsync(rig, demo, $"key:{id}", "forbidden");
    }

    [ServersFact]
    public async Task What_was_refused_last_is_written_before_the_process_ends()
    {
        await using var rig = await ApiOnPostgres.StartAsync();
        var (key, id) = await rig.ViewerAsync();
        var demo = await rig.ReadAsync<Guid>("select tenant_id from identity.tenant where slug = 'demo'");
        await Task.WhenAll(Enumerable.Range(0, 600).Select(async _ => Assert.Equal(HttpStatusCode.Forbidden, (await rig.GetAsync("/v1/users", key)).Status)));
        await rig.Api.App.StopAsync();
        Assert.Equal(600, await rig.ReadAsync<long>(
            "select count(*) from log.events where tenant_id = $1 and actor = $2 and type = 'AccessRefused'", demo, $"key:{id}"));
    }
}
