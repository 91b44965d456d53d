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
}
