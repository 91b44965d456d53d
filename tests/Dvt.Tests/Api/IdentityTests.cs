using System.Net;
using System.Text;
using System.Text.Json;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Dvt.Tests.Api;

/// <summary>Needs a Postgres; without one it is skipped on a laptop and fails under CI.</summary>
sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("DVT_TEST_POSTGRES") is null or "" && Environment.GetEnvironmentVariable("CI") is null or "")
            Skip = "DVT_TEST_POSTGRES names no server";
    }
}

public sealed class IdentityTests : IAsyncLifetime
{
    const string Platform = "dvt_PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP";
    const string Admin = "dvt_DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD";

    readonly string name = $"dvt_api_{Guid.NewGuid():n}";
    string server = "";
    string database = "";
    ApiProcess api = null!;

    public async Task InitializeAsync()
    {
        server = Environment.GetEnvironmentVariable("DVT_TEST_POSTGRES") ?? "";
        if (server.Length == 0)
            return;
        await ExecuteAsync(server, $"create database {name}");
        database = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
        await Migrator.MigrateAsync(database, NullLogger.Instance, CancellationToken.None);
        api = await ApiProcess.StartAsync(database,
            "--Api:Bootstrap:PlatformEmail=root@dvt.example", $"--Api:Bootstrap:PlatformKey={Platform}",
            "--Api:Bootstrap:TenantSlug=demo", "--Api:Bootstrap:Email=Admin@demo.example", $"--Api:Bootstrap:ApiKey={Admin}");
        await EventuallyAsync(async () => await CountAsync("select count(*) from identity.api_key") == 2);
    }

    public async Task DisposeAsync()
    {
        if (server.Length == 0)
            return;
        await api.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        await ExecuteAsync(server, $"drop database {name} with (force)");
    }

    static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    async Task<long> CountAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        var deadline = DateTime.UtcNow.AddSeconds(15);
        while (!await holds())
        {
            Assert.True(DateTime.UtcNow < deadline, "did not come true in time");
            await Task.Delay(20);
        }
    }

    Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Answer)> PostAsync(string path, object body, string? credential, string? key = null) =>
        api.SendAsync(HttpMethod.Post, path, JsonSerializer.Serialize(body), credential, idempotencyKey: key);

    Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Answer)> GetAsync(string path, string? credential) =>
        api.SendAsync(HttpMethod.Get, path, credential: credential);

    async Task<string> LoginAsync(string email, string apiKey)
    {
        var (status, body, _) = await PostAsync("/v1/auth/login", new { email, apiKey }, credential: null);
        Assert.Equal(HttpStatusCode.OK, status);
        return body.GetProperty("accessToken").GetString()!;
    }

    [PostgresFact]
    public async Task A_login_gives_a_token_that_the_published_key_verifies()
    {
        var token = await LoginAsync("ADMIN@demo.example", Admin);
        var me = await GetAsync("/v1/me", token);
        Assert.Equal("demo", me.Body.GetProperty("tenant").GetString());
        Assert.Equal("admin@demo.example", me.Body.GetProperty("email").GetString());
        var jwk = (await GetAsync("/.well-known/jwks.json", credential: null)).Body.GetProperty("keys")[0];
        Assert.False(jwk.TryGetProperty("d", out _));
        var key = Dvt.Api.VerificationKey.FromJwk(jwk, "http://127.0.0.1:5080", "dvt")!;
        Assert.Equal("demo", Dvt.Api.Jws.Verify(token, key, DateTimeOffset.UtcNow).GetProperty("tenant").GetString());
        var claims = token.Split('.')[1];
        var forged = token.Replace(claims, Convert.ToBase64String(Encoding.UTF8.GetBytes("{}")), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/v1/me", forged)).Status);
        await EventuallyAsync(async () => await CountAsync("select count(*) from log.events where type = 'LoggedIn'") == 1);
    }

    [PostgresFact]
    public async Task Wrong_logins_tell_nothing_and_are_limited()
    {
        for (var i = 0; i < 20; i++)
            Assert.Equal("login_failed", (await PostAsync("/v1/auth/login", new { email = "other@demo.example", apiKey = i % 2 == 0 ? Admin : "dvt_no" }, null)).Body.GetProperty("code").GetString());
        var limited = await PostAsync("/v1/auth/login", new { email = "other@demo.example", apiKey = Admin }, null);
        Assert.Equal((HttpStatusCode)429, limited.Status);
        Assert.NotNull(limited.Answer.Headers.RetryAfter);
        await LoginAsync("admin@demo.example", Admin);
    }

    [PostgresFact]
    public async Task A_tenant_is_made_once_per_key_and_its_first_key_works_at_once()
    {
        var wanted = new { slug = "sunrise", name = "Sunrise", adminEmail = "ana@sunrise.example" };
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PostAsync("/v1/tenants", wanted, Platform, key: "once")));
        Assert.All(all, a => Assert.Equal(HttpStatusCode.Created, a.Status));
        var apiKey = Assert.Single(all.Select(a => a.Body.GetProperty("apiKey").GetString()).Distinct())!;
        Assert.Equal(1, await CountAsync("select count(*) from identity.tenant where slug = 'sunrise'"));
        Assert.Equal("sunrise", (await GetAsync("/v1/me", apiKey)).Body.GetProperty("tenant").GetString());
        Assert.Equal("idempotency_key_reused", (await PostAsync("/v1/tenants", wanted with { name = "Other" }, Platform, key: "once")).Body.GetProperty("code").GetString());
        Assert.Equal("already_exists", (await PostAsync("/v1/tenants", wanted, Platform)).Body.GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync("/v1/tenants", wanted, Admin)).Status);
        Assert.Equal(0, await CountAsync($"select count(*) from log.events where data::text like '%{apiKey[12..]}%' or data::text like '%ana@sunrise%'"));
        Assert.Single((await GetAsync("/v1/users", apiKey)).Body.GetProperty("items").EnumerateArray());
    }

    [PostgresFact]
    public async Task A_key_is_limited_to_its_roles_and_dies_within_five_seconds_of_its_revocation()
    {
        var user = await PostAsync("/v1/users", new { email = "v@demo.example", name = "V", roles = new[] { "viewer", "auditor" } }, Admin);
        Assert.Equal(HttpStatusCode.Created, user.Status);
        var made = await PostAsync("/v1/api-keys", new { name = "k", userId = user.Body.GetProperty("userId").GetString(), roles = new[] { "viewer" } }, Admin);
        var key = made.Body.GetProperty("apiKey").GetString()!;
        var token = await LoginAsync("v@demo.example", key);
        Assert.Equal("viewer", Assert.Single((await GetAsync("/v1/me", token)).Body.GetProperty("roles").EnumerateArray()).GetString());
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync("/v1/users", key)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync("/v1/users", token)).Status);
        await EventuallyAsync(async () => await CountAsync("select count(*) from log.events where type = 'AccessRefused'") == 2);
        var path = $"/v1/api-keys/{made.Body.GetProperty("apiKeyId").GetString()}";
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync(HttpMethod.Delete, path, credential: Platform)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await api.SendAsync(HttpMethod.Delete, path, credential: Admin)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await api.SendAsync(HttpMethod.Delete, path, credential: Admin)).Status);
        // At once where it was revoked.
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/v1/me", key)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/v1/me", token)).Status);
        var revoked = DateTime.UtcNow;
        await EventuallyAsync(async () => (await GetAsync("/v1/me", key)).Status == HttpStatusCode.Unauthorized && (await GetAsync("/v1/me", token)).Status == HttpStatusCode.Unauthorized);
        Assert.True(DateTime.UtcNow - revoked < TimeSpan.FromSeconds(6));
    }

    [PostgresFact]
    public async Task A_tenants_administrator_makes_no_platform_administrator()
    {
        var answer = await PostAsync("/v1/users", new { email = "p@demo.example", name = "P", roles = new[] { "platform-admin" } }, Admin);
        Assert.Equal((HttpStatusCode)422, answer.Status);
        Assert.Equal("/roles", answer.Body.GetProperty("errors")[0].GetProperty("pointer").GetString());
    }

    [PostgresFact]
    public async Task Quotas_bite_suspension_closes_and_old_etags_are_refused()
    {
        var made = (await PostAsync("/v1/tenants", new { slug = "busy", name = "Busy", adminEmail = "b@b.example" }, Platform)).Body;
        var (path, key) = ($"/v1/tenants/{made.GetProperty("tenantId").GetString()}", made.GetProperty("apiKey").GetString()!);
        var changed = await api.SendAsync(HttpMethod.Patch, path, """{"quota":{"requestsPerSecond":1,"burst":3}}""", Platform);
        Assert.Equal("\"2\"", changed.Answer.Headers.ETag!.Tag);
        var seen = new List<HttpStatusCode>();
        for (var i = 0; i < 6; i++)
            seen.Add((await GetAsync("/v1/me", key)).Status);
        Assert.Equal(HttpStatusCode.OK, seen[0]);
        Assert.Contains((HttpStatusCode)429, seen);
        using var stale = new HttpRequestMessage(HttpMethod.Patch, path) { Content = new StringContent("""{"suspended":true}""", Encoding.UTF8, "application/json") };
        stale.Headers.Add("X-Api-Key", Platform);
        stale.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await api.Http.SendAsync(stale)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Patch, path, """{"suspended":true}""", Platform)).Status);
        await EventuallyAsync(async () => (await GetAsync("/v1/me", key)) is { Status: HttpStatusCode.Forbidden } refused && refused.Body.GetProperty("code").GetString() == "tenant_suspended");
        // Whatever is left of the quota, the first answer after the change is that of a suspended tenant.
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Patch, path, """{"suspended":false,"quota":{"requestsPerSecond":100,"burst":100}}""", Platform)).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/v1/me", key)).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Patch, path, """{"suspended":true}""", Platform)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync("/v1/me", key)).Status);
    }

    [PostgresFact]
    public async Task How_long_histories_are_kept_can_be_sent_back_as_it_was_told()
    {
        var listed = (await GetAsync("/v1/tenants", Platform)).Body.GetProperty("items").EnumerateArray().First(t => t.GetProperty("slug").GetString() == "demo");
        var retention = listed.GetProperty("retention");
        Assert.Equal(["archiveAfterDays"], retention.EnumerateObject().Select(p => p.Name));
        var changed = await api.SendAsync(HttpMethod.Patch, $"/v1/tenants/{listed.GetProperty("tenantId").GetString()}", $$"""{"retention":{{retention}}}""", Platform);
        Assert.Equal((HttpStatusCode.OK, retention.ToString()), (changed.Status, changed.Body.GetProperty("retention").ToString()));
    }

    [PostgresFact]
    public async Task Hosts_inside_are_opened_by_the_platform_one_by_one()
    {
        var made = (await PostAsync("/v1/tenants", new { slug = "inside", name = "Inside", adminEmail = "i@i.example" }, Platform)).Body;
        var (path, key) = ($"/v1/tenants/{made.GetProperty("tenantId").GetString()}", made.GetProperty("apiKey").GetString()!);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync(HttpMethod.Patch, path, """{"httpAllow":["127.0.0.1"]}""", key)).Status);
        var refused = await api.SendAsync(HttpMethod.Patch, path, """{"httpAllow":["http://crm.internal/"]}""", Platform);
        Assert.Equal(((HttpStatusCode)422, "/httpAllow/0"), (refused.Status, refused.Body.GetProperty("errors")[0].GetProperty("pointer").GetString()));
        var changed = (await api.SendAsync(HttpMethod.Patch, path, """{"httpAllow":["crm.internal:8443","[::1]:80"]}""", Platform)).Body;
        Assert.Equal(["crm.internal:8443", "[::1]:80"], changed.GetProperty("httpAllow").EnumerateArray().Select(h => h.GetString()));
        // What is not named stays as it is.
        var renamed = (await api.SendAsync(HttpMethod.Patch, path, """{"name":"Within"}""", Platform)).Body;
        Assert.Equal(2, renamed.GetProperty("httpAllow").GetArrayLength());
    }

    [PostgresFact]
    public async Task Lists_go_on_where_they_stopped()
    {
        for (var i = 0; i < 5; i++)
            await PostAsync("/v1/users", new { email = $"u{i}@demo.example", name = "U", roles = new[] { "viewer" } }, Admin);
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await GetAsync($"/v1/users?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}", Admin)).Body;
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(u => u.GetProperty("email").GetString()!));
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);
        Assert.Equal(6, seen.Distinct().Count());
        Assert.Equal(6, seen.Count);
        Assert.Equal("invalid_cursor", (await GetAsync("/v1/users?cursor=abc", Admin)).Body.GetProperty("code").GetString());
    }

    [PostgresFact]
    public async Task With_broker_away_a_run_is_accepted_and_seen_as_pending()
    {
        var accepted = await PostAsync("/v1/runs", new { planRef = new { planId = "later" } }, Admin);
        Assert.Equal(HttpStatusCode.Accepted, accepted.Status);
        Assert.Equal(1, await CountAsync("select count(*) from pipeline.mailbox"));
        var id = accepted.Body.GetProperty("resource").GetProperty("id").GetString();
        Assert.Equal("PENDING", (await GetAsync($"/v1/runs/{id}", Admin)).Body.GetProperty("status").GetString());
        Assert.Equal("accepted", (await GetAsync(accepted.Answer.Headers.Location!.ToString(), Admin)).Body.GetProperty("status").GetString());
        Assert.Equal("view_behind", (await GetAsync("/v1/runs/unheard-of", Admin)).Body.GetProperty("code").GetString());
    }
}
