using System.Net;
using System.Text.Json;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class SecretJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    /// <summary>Everything that takes or gives out a secret is used, also wrongly; then it is looked for where it must not be.</summary>
    [ServersFact]
    public Task Secrets_are_in_no_log_event_error_or_dead_letter() => AsTenantAsync(async client =>
    {
        var secrets = new List<string> { client.ApiKey, DvtSystem.PlatformKey };
        var key = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/api-keys", """{"name":"secret","roles":["tenant-admin"]}""");
        secrets.Add(key.GetProperty("apiKey").GetString()!);
        var hook = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/webhook-endpoints", """{"url":"https://hooks.example/a","eventTypes":["no.such"]}""");
        secrets.Add(hook.GetProperty("secret").GetString()!);
        var me = await client.GetAsync("/v1/me");
        var login = JsonSerializer.Serialize(new { email = me.GetProperty("email").GetString(), apiKey = client.ApiKey });
        secrets.Add((await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/v1/auth/login", login)).GetProperty("accessToken").GetString()!);
        var errors = new List<string>();
        foreach (var wrong in (string[])[login[..^1], login.Replace("\"email\"", "\"mail\"", StringComparison.Ordinal), login.Replace("@", "", StringComparison.Ordinal)])
            errors.Add((await client.SendAsync(HttpMethod.Post, "/v1/auth/login", wrong)).Json.ToString());
        errors.Add((await client.SendAsync(HttpMethod.Get, $"/v1/runs?{client.ApiKey}=1")).Json.GetProperty("code").ToString());
        await DeadLetterJourneys.PoisonAsync(System, client, "secrets");
        var kept = await System.RowsAsync(
            """
            select data::text from log.events
            union all select concat_ws(' ', error_code, error_detail, encode(envelope, 'escape')) from pipeline.dead_letter
            union all select details::text from read.audit
            union all select concat_ws(' ', code, detail) from read.command
            """);
        foreach (var secret in secrets)
        {
            Assert.DoesNotContain(errors, text => text.Contains(secret, StringComparison.Ordinal));
            Assert.DoesNotContain(kept, text => text.Contains(secret, StringComparison.Ordinal));
            Assert.DoesNotContain(System.Logs, text => text.Contains(secret, StringComparison.Ordinal));
        }
        var password = new Npgsql.NpgsqlConnectionStringBuilder(System.Options.ConnectionString).Password!;
        Assert.DoesNotContain(System.Logs, text => text.Contains(password, StringComparison.Ordinal));
        Assert.All(System.Logs, text => Assert.NotEmpty(text));
    });

    /// <summary>The sandbox repeats what it is sent; whatever is kept or told of the run is looked through.</summary>
    [ServersFact]
    public Task A_secret_of_a_plan_reaches_its_host_and_nothing_that_is_kept() => AsTenantAsync(async client =>
    {
        const string Value = "crm-73f0a9d1c2b84e65";
        await client.PublishAsync($$"""
            {"planId":"tells","version":"1.0.0","steps":[
              {"stepId":"tell","kind":"http","with":{"method":"POST","url":"{{System.Sandbox}}http/echo","headers":{"Authorization":"Bearer ${secrets.crm}"},"body":"${input}"},"onError":"park"},
              {"stepId":"see","kind":"http","dependsOn":["tell"],"with":{"url":"{{System.Sandbox}}http/echo","headers":{"X-Fake-Scenario":"${secrets.scenario}"} },"onError":"continue"}]}
            """);
        var run = await client.StartAsync("tells", new { text = "${secrets.crm}" });
        var parked = await client.EndsAsync(run, "PAUSED");
        Assert.Equal("HTTP_SECRET_UNKNOWN", parked.GetProperty("steps")[0].GetProperty("error").GetProperty("code").GetString());
        var hosts = $$"""["{{System.Sandbox.Authority}}"]""";
        var made = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, "/v1/secrets/crm", $$"""{"value":"{{Value}}","hosts":{{hosts}}}""");
        Assert.Equal(["changedAt", "createdAt", "hosts", "name", "revision"], made.EnumerateObject().Select(m => m.Name).Order());
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, "/v1/secrets/scenario", $$"""{"value":"malformed-json","hosts":{{hosts}}}""");
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{run}/signals", """{"type":"RETRY_STEP","payload":{"stepId":"tell"}}""", wait: 30);
        var ended = await client.EndsAsync(run);
        var answer = ended.GetProperty("steps")[0].GetProperty("result").GetProperty("body");
        Assert.Equal("Bearer ${secrets.crm}", answer.GetProperty("headers").GetProperty("authorization").GetString());
        Assert.Equal("${secrets.crm}", answer.GetProperty("body").GetProperty("text").GetString());
        Assert.Equal("HTTP_BODY_MALFORMED", ended.GetProperty("steps")[1].GetProperty("error").GetProperty("code").GetString());
        var told = new List<string> { ended.GetRawText(), (await client.GetAsync("/v1/secrets")).GetRawText() };
        foreach (var format in (string[])["json", "csv", "html"])
            told.Add((await client.TextAsync($"/v1/runs/{run}/export?format={format}")).Text);
        told.AddRange(await System.RowsAsync(
            """
            select data::text from log.events
            union all select details::text from read.audit
            union all select encode(state, 'escape') from runs.run
            union all select encode(state, 'escape') from runs.step
            union all select e::text from pipeline.effect e
            union all select s::text from identity.secret s
            """));
        Assert.All(told, text => Assert.DoesNotContain(Value, text, StringComparison.Ordinal));
        Assert.DoesNotContain(System.Logs, text => text.Contains(Value, StringComparison.Ordinal));
        Assert.Contains(told, text => text.Contains("${secrets.crm}", StringComparison.Ordinal));
        await client.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, "/v1/secrets/crm");
        await client.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/v1/secrets/crm");
        var again = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Put, "/v1/secrets/crm", $$"""{"value":"another value","hosts":{{hosts}}}""");
        Assert.Equal(3, again.GetProperty("revision").GetInt64());
        await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Put, "/v1/secrets/1a", $$"""{"value":"another value","hosts":{{hosts}}}""");
        using var author = await client.WithRoleAsync("plan-author");
        await author.ExpectAsync(HttpStatusCode.Forbidden, HttpMethod.Put, "/v1/secrets/crm", $$"""{"value":"another value","hosts":{{hosts}}}""");
        Assert.Equal(["crm", "scenario"], (await author.GetAsync("/v1/secrets")).GetProperty("items").EnumerateArray().Select(s => s.GetProperty("name").GetString()));
        Assert.Contains("secret", await System.RowsAsync("select resource_type from read.audit where tenant_id = $1", client.TenantId));
    });
}
