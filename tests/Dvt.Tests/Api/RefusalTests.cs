using System.Net;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.ReadModels;
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
    public async Task Every_refusal_of_a_command_stands_in_the_audit_once_and_what_only_computes_does_not()
    {
        await using var rig = await ApiOnPostgres.StartAsync();
        var demo = await rig.ReadAsync<Guid>("select tenant_id from identity.tenant where slug = 'demo'");
        var actor = $"key:{await rig.ReadAsync<Guid>("select api_key_id from identity.api_key where tenant_id = $1", demo)}";
        async Task RefusedAsync(HttpMethod method, string path, string body, string code)
        {
            Assert.Equal(code, (await rig.Api.SendAsync(method, path, body, ApiOnPostgres.Admin)).Body.GetProperty("code").GetString());
            await WrittenAsync(rig, demo, actor, code);
        }
        Assert.Equal(HttpStatusCode.OK, (await rig.PostAsync("/v1/plans/validate", new { planId = "" }, ApiOnPostgres.Admin)).Status);
        Assert.Equal("malformed_json", (await rig.Api.SendAsync(HttpMethod.Post, "/v1/plans/validate", "{", ApiOnPostgres.Admin)).Body.GetProperty("code").GetString());
        await RefusedAsync(HttpMethod.Post, "/v1/plans", """{"planId":"secret-name"}""", "invalid_plan");
        await RefusedAsync(HttpMethod.Post, "/v1/runs", "{}", "validation_failed");
        await RefusedAsync(HttpMethod.Post, "/v1/runs", "{", "malformed_json");
        await RefusedAsync(HttpMethod.Delete, $"/v1/api-keys/{Guid.NewGuid()}", "", "not_found");
        // Refused behind the endpoint, by the order's own rules.
        await RefusedAsync(HttpMethod.Post, "/v1/users", """{"email":"admin@demo.example","name":"secret-name","roles":["viewer"]}""", "already_exists");
        Assert.Equal(5, await rig.ReadAsync<long>("select count(*) from log.events where tenant_id = $1 and type = 'AccessRefused'", demo));
        Assert.Equal(0, await rig.ReadAsync<long>("select count(*) from log.events where type = 'AccessRefused' and data::text like '%secret-name%'"));
    }

    [ServersFact]
    public async Task Too_many_unknown_credentials_from_an_address_are_held_up_and_those_already_known_are_not()
    {
        await using var rig = await ApiOnPostgres.StartAsync();
        await using var api = await rig.AnotherAsync("--Api:FailuresPerMinutePerAddress=5");
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Get, "/v1/me", credential: ApiOnPostgres.Admin)).Status);
        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await api.SendAsync(HttpMethod.Get, "/v1/me", credential: $"dvt_{i}")).Status);
        var (status, body, answer) = await api.SendAsync(HttpMethod.Get, "/v1/me", credential: "dvt_one_more");
        Assert.Equal(((HttpStatusCode)429, "rate_limited"), (status, body.GetProperty("code").GetString()));
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        var login = JsonSerializer.Serialize(new { email = "somebody@demo.example", apiKey = "dvt_no" });
        Assert.Equal((HttpStatusCode)429, (await api.SendAsync(HttpMethod.Post, "/v1/auth/login", login)).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Get, "/v1/me", credential: ApiOnPostgres.Admin)).Status);
    }

    [ServersFact]
    public async Task What_is_parked_for_one_tenant_is_not_there_for_another()
    {
        await using var rig = await ApiOnPostgres.StartAsync();
        await MakeCommandViewAsync(rig);
        var stranger = (await rig.PostAsync("/v1/tenants", new { slug = "stranger", name = "Stranger", adminEmail = "s@s.example" }, ApiOnPostgres.Platform)).Body.GetProperty("apiKey").GetString();
        var accepted = await rig.PostAsync("/v1/runs", new { planRef = new { planId = "later" } }, ApiOnPostgres.Admin);
        Assert.Equal(HttpStatusCode.Accepted, accepted.Status);
        var path = $"/v1/commands/{accepted.Body.GetProperty("commandId")}";
        var (status, body, _) = await rig.GetAsync(path, stranger);
        Assert.True(status == HttpStatusCode.NotFound, $"{status} {body}");
        // Also by a process that did not take it.
        await using var other = await rig.AnotherAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await other.SendAsync(HttpMethod.Get, path, credential: stranger)).Status);
        Assert.Equal("accepted", (await other.SendAsync(HttpMethod.Get, path, credential: ApiOnPostgres.Admin)).Body.GetProperty("status").GetString());
    }

    /// <summary>As the projectors make it; none are at work here.</summary>
    static async Task MakeCommandViewAsync(ApiOnPostgres rig)
    {
        using var definition = new StreamReader(typeof(Views).Assembly.GetManifestResourceStream("views/command.sql")!);
        var sql = (await definition.ReadToEndAsync()).Replace("{table}", "command", StringComparison.Ordinal);
        await using var make = rig.Database.CreateCommand($"{sql}\n;grant select on read.command to dvt_api");
        await make.ExecuteNonQueryAsync();
    }

    [ServersFact]
    public async Task A_rebuild_asked_for_again_under_its_key_is_asked_for_once()
    {
        await using var rig = await ApiOnPostgres.StartAsync();
        for (var i = 0; i < 2; i++)
            Assert.Equal(HttpStatusCode.Accepted, (await rig.Api.SendAsync(HttpMethod.Post, "/v1/projections/run/rebuild", "{}", ApiOnPostgres.Admin, idempotencyKey: "r")).Status);
        Assert.Equal(1, await rig.ReadAsync<long>("select count(*) from log.events where type = 'RebuildRequested'"));
        var other = await rig.Api.SendAsync(HttpMethod.Post, "/v1/projections/run/rebuild", "{ }", ApiOnPostgres.Admin, idempotencyKey: "r");
        Assert.Equal("idempotency_key_reused", other.Body.GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await rig.Api.SendAsync(HttpMethod.Post, "/v1/projections/absent/rebuild", credential: ApiOnPostgres.Admin)).Status);
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
