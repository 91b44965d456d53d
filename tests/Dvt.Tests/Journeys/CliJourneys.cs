using System.Text;
using System.Text.Json;
using Dvt.Cli;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

/// <summary>From the command line to the API and back, with nothing in between replaced.</summary>
public sealed class CliJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    const string Plan = """
        {"planId":"tour","version":"1.0.0","steps":[
          {"stepId":"ask","kind":"wait","with":{"signal":"go"}},
          {"stepId":"call","kind":"http","with":{"url":"${input.url}"},"onError":"park","retry":{"maxAttempts":1}}],
         "output":{"by":"${steps.ask.result.by}","status":"${steps.call.result.status}"}}
        """;

    [ServersFact]
    public Task A_run_is_published_started_watched_steered_and_proved_from_the_command_line() => AsTenantAsync(async client =>
    {
        var cli = new Terminal(client);
        Assert.Equal("valid\n", await cli.ExpectAsync(0, Plan, "plans", "validate", "-"));
        Assert.Contains("unknown_kind", await cli.ExpectAsync(1, Plan.Replace("\"http\"", "\"fly\"", StringComparison.Ordinal), "plans", "publish", "-"), StringComparison.Ordinal);
        Assert.Contains("draft", await cli.ExpectAsync(0, Plan, "plans", "draft", "-"), StringComparison.Ordinal);
        Assert.Contains("draft", await cli.ExpectAsync(0, Plan.Replace("\"maxAttempts\":1", "\"maxAttempts\": 1", StringComparison.Ordinal), "plans", "draft", "-", "--replace"), StringComparison.Ordinal);
        Assert.Contains("published", await cli.ExpectAsync(0, "", "plans", "publish", "tour", "1.0.0"), StringComparison.Ordinal);
        Assert.Contains("tour  1.0.0", await cli.ExpectAsync(0, "", "plans", "list", "--state", "published"), StringComparison.Ordinal);
        Assert.Contains("\"maxAttempts\": 1", await cli.ExpectAsync(0, "", "plans", "show", "tour", "1.0.0"), StringComparison.Ordinal);

        var input = $$"""{"url":"{{System.Sandbox}}http/status/404"}""";
        string[] start = ["runs", "start", "tour", "--input", "-", "--label", "by=cli", "--idempotency-key", "once", "--wait", "--json"];
        var runId = JsonElement.Parse(await cli.ExpectAsync(0, input, start)).GetProperty("runId").GetString()!;
        Assert.Equal(runId, JsonElement.Parse(await cli.ExpectAsync(0, input, start)).GetProperty("runId").GetString());
        var watched = cli.ExpectAsync(0, "", "runs", "watch", runId);

        Assert.Contains("PAUSED", await cli.ExpectAsync(0, "", "signals", "send", runId, "pause", "--reason", "lunch", "--wait"), StringComparison.Ordinal);
        await cli.ExpectAsync(0, """{"by":"Luis"}""", "signals", "send", runId, "--external", "go", "--payload", "-", "--wait");
        await cli.ExpectAsync(0, "", "signals", "send", runId, "RESUME", "--wait");
        await Eventually.HoldsAsync(async () => (await cli.ExpectAsync(0, "", "runs", "show", runId)).Contains("PAUSED/STEP_FAILED", StringComparison.Ordinal),
            TimeSpan.FromSeconds(20), "the run did not park");
        Assert.Contains("has not ended", await cli.ExpectAsync(5, "", "runs", "wait", runId, "--timeout", "1"), StringComparison.Ordinal);
        await cli.ExpectAsync(0, $$"""{"input":{"url":"{{System.Sandbox}}http/echo"} }""", "signals", "send", runId, "retry-step", "--step", "call", "--payload", "-");

        Assert.Contains("\"by\": \"Luis\"", await cli.ExpectAsync(0, "", "runs", "wait", runId, "--timeout", "30"), StringComparison.Ordinal);
        var events = (await client.EventsAsync(runId)).Count;
        var seen = (await watched).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(events, seen.Length);
        Assert.EndsWith("RunCompleted", seen[^1], StringComparison.Ordinal);
        Assert.StartsWith("equal   yes", await cli.ExpectAsync(0, "", "runs", "verify", runId), StringComparison.Ordinal);
        Assert.Contains("|==", await cli.ExpectAsync(0, "", "runs", "timeline", runId), StringComparison.Ordinal);
        Assert.Equal(events, JsonElement.Parse(await cli.ExpectAsync(0, "", "runs", "history", runId, "--all", "--json")).GetProperty("items").GetArrayLength());
        Assert.Contains("RUN_TERMINAL", await cli.ExpectAsync(1, "", "signals", "send", runId, "PAUSE", "--reason", "late", "--wait"), StringComparison.Ordinal);
        await Eventually.HoldsAsync(async () => (await cli.ExpectAsync(0, "", "runs", "list", "--label", "by=cli", "--status", "COMPLETED")).Contains(runId, StringComparison.Ordinal),
            TimeSpan.FromSeconds(20), "the list does not show the run");
        Assert.Contains("archived", await cli.ExpectAsync(0, "", "plans", "archive", "tour", "1.0.0"), StringComparison.Ordinal);
        Assert.Contains("PLAN_NOT_FOUND", await cli.ExpectAsync(1, input, "runs", "start", "tour", "--input", "-"), StringComparison.Ordinal);
    });

    [ServersFact]
    public Task Dead_letters_and_views_are_seen_to_from_the_command_line() => AsTenantAsync(async client =>
    {
        var cli = new Terminal(client);
        var id = (await DeadLetterJourneys.PoisonAsync(System, client, "held")).GetProperty("id").GetString()!;
        Assert.Contains(id, await cli.ExpectAsync(0, "", "dead-letters", "list", "--status", "open", "--type", "TestPoison"), StringComparison.Ordinal);
        Assert.Contains("\"mode\": \"throw\"", await cli.ExpectAsync(0, "", "dead-letters", "show", id), StringComparison.Ordinal);
        await cli.ExpectAsync(1, "", "dead-letters", "replay", id, "--wait");
        Assert.Contains("discarded", await cli.ExpectAsync(0, "", "dead-letters", "discard", id, "--reason", "test", "--wait"), StringComparison.Ordinal);
        Assert.Contains("not_open", await cli.ExpectAsync(1, "", "dead-letters", "replay", id), StringComparison.Ordinal);

        Assert.Contains("live", await cli.ExpectAsync(0, "", "projections", "list"), StringComparison.Ordinal);
        Assert.Contains("accepted", await cli.ExpectAsync(0, "", "projections", "rebuild", "run_minute"), StringComparison.Ordinal);
        Assert.Contains("not_found", await cli.ExpectAsync(1, "", "projections", "rebuild", "nothing"), StringComparison.Ordinal);
    });

    [ServersFact]
    public Task A_schedule_is_made_looked_at_triggered_made_up_for_and_deleted_from_the_command_line() => AsTenantAsync(async client =>
    {
        var cli = new Terminal(client);
        await client.PublishAsync(TestPlans.Inline);
        var planId = JsonElement.Parse(TestPlans.Inline).GetProperty("planId").GetString()!;
        string[] create = ["schedules", "create", planId, "0 0 9 1 1 ?", "--time-zone", "America/Santo_Domingo", "--name", "New year", "--idempotency-key", "once", "--json"];
        var id = JsonElement.Parse(await cli.ExpectAsync(0, "", create)).GetProperty("scheduleId").GetString()!;
        Assert.Equal(id, JsonElement.Parse(await cli.ExpectAsync(0, "", create)).GetProperty("scheduleId").GetString());
        Assert.Contains("invalid_cron", await cli.ExpectAsync(1, "", "schedules", "create", planId, "0 0 25 * * ?"), StringComparison.Ordinal);
        Assert.Contains("New year", await cli.ExpectAsync(0, "", "schedules", "list"), StringComparison.Ordinal);
        Assert.Contains("09:00:00-04:00", await cli.ExpectAsync(0, "", "schedules", "next", id, "--count", "2"), StringComparison.Ordinal);
        Assert.Contains("paused", await cli.ExpectAsync(0, "", "schedules", "pause", id), StringComparison.Ordinal);
        Assert.Contains("firing", await cli.ExpectAsync(0, "", "schedules", "resume", id), StringComparison.Ordinal);
        Assert.Contains("0 30 8 1 1 ?", await cli.ExpectAsync(0, "", "schedules", "change", id, "--cron", "0 30 8 1 1 ?"), StringComparison.Ordinal);
        Assert.Contains("412", await cli.ExpectAsync(1, "", "schedules", "delete", id, "--if-match", "1"), StringComparison.Ordinal);
        var runId = JsonElement.Parse(await cli.ExpectAsync(0, "", "schedules", "trigger", id, "--wait", "--json")).GetProperty("runId").GetString()!;
        await cli.ExpectAsync(0, "", "runs", "wait", runId, "--timeout", "30");
        Assert.Contains("occurrences  2", await cli.ExpectAsync(0, "", "schedules", "backfill", id, "--from", "2024-01-01T00:00:00Z", "--to", "2026-01-01T00:00:00Z"), StringComparison.Ordinal);
        await Eventually.HoldsAsync(
            async () => (await cli.ExpectAsync(0, "", "runs", "list", "--label", $"schedule={id}", "--status", "COMPLETED")).Contains($"{id}:20250101T123000Z", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30), "the range was not made up for");
        Assert.Equal("deleted\n", await cli.ExpectAsync(0, "", "schedules", "delete", id));
        Assert.Contains("404", await cli.ExpectAsync(1, "", "schedules", "show", id), StringComparison.Ordinal);
    });

    [ServersFact]
    public Task Many_runs_are_started_from_a_table_paused_by_a_filter_and_let_go_again_from_the_command_line() => AsTenantAsync(async client =>
    {
        const string Asks = """{"planId":"asks","version":"1.0.0","steps":[{"stepId":"ask","kind":"wait","with":{"signal":"go"}}]}""";
        var cli = new Terminal(client);
        await client.PublishAsync(Asks);
        Assert.Contains("waits for SIGNAL ask go", await cli.ExpectAsync(4, Asks, "plans", "simulate", "-"), StringComparison.Ordinal);
        string[] start = ["bulk", "start", "asks", "-", "--csv", "--label", "batch=one", "--idempotency-key", "table"];
        Assert.Equal(await cli.ExpectAsync(0, "name\nAna\nLuis\nEva\n", start), await cli.ExpectAsync(0, "name\nAna\nLuis\nEva\n", start));
        async Task<string[]> RunsAsync(string status) =>
            [.. JsonElement.Parse(await cli.ExpectAsync(0, "", "runs", "list", "--label", "batch=one", "--status", status, "--json")).GetProperty("items").EnumerateArray().Select(r => r.GetProperty("runId").GetString()!)];
        await Eventually.HoldsAsync(async () => (await RunsAsync("RUNNING")).Length == 3, TimeSpan.FromSeconds(30), "three runs did not start");

        string[] pause = ["bulk", "signal", "pause", "--label", "batch=one", "--reason", "lunch"];
        Assert.Equal(3, JsonElement.Parse(await cli.ExpectAsync(0, "", [.. pause, "--dry-run", "--json"])).GetProperty("count").GetInt32());
        var job = JsonElement.Parse(await cli.ExpectAsync(0, "", [.. pause, "--wait", "--json"])).GetProperty("bulkJobId").GetString()!;
        await Eventually.HoldsAsync(async () => (await cli.ExpectAsync(0, "", "bulk", "status", job)).Contains("COMPLETED", StringComparison.Ordinal), TimeSpan.FromSeconds(30), "the job goes on and on");
        Assert.Equal(3, JsonElement.Parse(await cli.ExpectAsync(0, "", "bulk", "results", job, "--json")).GetProperty("items").GetArrayLength());
        await Eventually.HoldsAsync(async () => (await RunsAsync("PAUSED")).Length == 3, TimeSpan.FromSeconds(30), "three runs did not pause");
        Assert.Contains("lunch", await cli.ExpectAsync(0, "", "signals", "list", (await RunsAsync("PAUSED"))[0]), StringComparison.Ordinal);
        await cli.ExpectAsync(0, "", "bulk", "undo", job, "--wait");
        await Eventually.HoldsAsync(async () => (await RunsAsync("RUNNING")).Length == 3, TimeSpan.FromSeconds(30), "the pause was not taken back");
        Assert.Contains("signal", await cli.ExpectAsync(0, "", "bulk", "list"), StringComparison.Ordinal);
    });

    [ServersFact]
    public Task Tenants_users_and_keys_are_made_and_looked_after_from_the_command_line() => AsTenantAsync(async client =>
    {
        var (cli, platform) = (new Terminal(client), new Terminal(client, DvtSystem.PlatformKey));
        var slug = $"c{Guid.NewGuid():n}"[..20];
        var tenant = JsonElement.Parse(await platform.ExpectAsync(0, "", "tenants", "create", slug, "--name", "Made", "--admin-email", $"a@{slug}.example", "--json"));
        var tenantId = tenant.GetProperty("tenantId").GetString()!;
        Assert.Contains(slug, await platform.ExpectAsync(0, "", "tenants", "list", "--all"), StringComparison.Ordinal);
        Assert.Contains("\"burst\":9", await platform.ExpectAsync(0, "", "tenants", "change", tenantId, "--requests-per-second", "5", "--burst", "9"), StringComparison.Ordinal);
        Assert.Contains("suspended", await platform.ExpectAsync(0, "", "tenants", "suspend", tenantId), StringComparison.Ordinal);
        Assert.Contains("active", await platform.ExpectAsync(0, "", "tenants", "resume", tenantId), StringComparison.Ordinal);
        Assert.Contains("403", await cli.ExpectAsync(1, "", "tenants", "list"), StringComparison.Ordinal);

        var user = JsonElement.Parse(await cli.ExpectAsync(0, "", "users", "create", $"v@{slug}.example", "--name", "Vera", "--role", "viewer", "--json")).GetProperty("userId").GetString()!;
        Assert.Contains("Vera", await cli.ExpectAsync(0, "", "users", "list"), StringComparison.Ordinal);
        var key = JsonElement.Parse(await cli.ExpectAsync(0, "", "keys", "create", "laptop", "--user", user, "--role", "viewer", "--json"));
        var viewer = new Terminal(client, key.GetProperty("apiKey").GetString()!);
        await viewer.ExpectAsync(0, "", "runs", "list");
        Assert.Contains("403", await viewer.ExpectAsync(1, "", "users", "create", $"w@{slug}.example", "--name", "Willy", "--role", "viewer"), StringComparison.Ordinal);
        var keyId = key.GetProperty("apiKeyId").GetString()!;
        Assert.Equal("revoked\n", await cli.ExpectAsync(0, "", "keys", "revoke", keyId));
        Assert.Contains("revoked", await cli.ExpectAsync(0, "", "keys", "list"), StringComparison.Ordinal);
        await Eventually.HoldsAsync(async () => (await cli.ExpectAsync(0, "", "audit", "list", "--all")).Contains("forbidden", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30), "the audit does not tell the refusal");
    });

    [ServersFact]
    public Task A_webhook_is_made_tried_looked_at_and_given_another_secret_from_the_command_line() => AsTenantAsync(async client =>
    {
        var cli = new Terminal(client);
        var made = JsonElement.Parse(await cli.ExpectAsync(0, "", "webhooks", "create", $"{System.Sandbox}http/echo", "--type", "run.*", "--json"));
        var id = made.GetProperty("endpointId").GetString()!;
        Assert.StartsWith("whsec_", made.GetProperty("secret").GetString(), StringComparison.Ordinal);
        var delivery = JsonElement.Parse(await cli.ExpectAsync(0, "", "webhooks", "test", id, "--json")).GetProperty("deliveryId").GetString()!;
        await Eventually.HoldsAsync(async () => (await cli.ExpectAsync(0, "", "webhooks", "deliveries", id)).Contains("delivered", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30), () => cli.ExpectAsync(0, "", "webhooks", "deliveries", id));
        Assert.Contains("200", await cli.ExpectAsync(0, "", "webhooks", "delivery", id, delivery), StringComparison.Ordinal);
        await cli.ExpectAsync(0, "", "webhooks", "retry", id, delivery);
        Assert.Contains("whsec_", await cli.ExpectAsync(0, "", "webhooks", "rotate-secret", id, "--overlap", "60"), StringComparison.Ordinal);
        Assert.Contains("disabled by_request", await cli.ExpectAsync(0, "", "webhooks", "disable", id), StringComparison.Ordinal);
        Assert.Contains("works", await cli.ExpectAsync(0, "", "webhooks", "enable", id), StringComparison.Ordinal);
        Assert.Contains("run.completed", await cli.ExpectAsync(0, "", "webhooks", "types"), StringComparison.Ordinal);
        Assert.Equal("deleted\n", await cli.ExpectAsync(0, "", "webhooks", "delete", id));
    });

    [ServersFact]
    public Task A_run_is_exported_from_the_command_line() => AsTenantAsync(async client =>
    {
        var cli = new Terminal(client);
        await client.PublishAsync(TestPlans.Inline);
        var runId = await client.StartAsync("inline");
        await client.EndsAsync(runId);
        Assert.Contains("<html", await cli.ExpectAsync(0, "", "runs", "export", runId, "--format", "html"), StringComparison.Ordinal);
        Assert.Equal("dvt-run/1", JsonElement.Parse(await cli.ExpectAsync(0, "", "runs", "export", runId)).GetProperty("report").GetString());
        await Eventually.HoldsAsync(async () => (await cli.ExpectAsync(0, "", "runs", "export", "--status", "COMPLETED")).Contains(runId, StringComparison.Ordinal),
            TimeSpan.FromSeconds(20), "the list does not have the run");
    });

    [ServersFact]
    public Task A_wrong_key_is_refused_without_being_shown_and_a_viewer_may_only_look() => AsTenantAsync(async client =>
    {
        const string Wrong = "dvt_WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW";
        var told = await new Terminal(client).ExpectAsync(1, "", "runs", "list", "--key", Wrong);
        Assert.Contains("401", told, StringComparison.Ordinal);
        Assert.DoesNotContain(Wrong, told, StringComparison.Ordinal);
        using var viewer = await client.WithRoleAsync("viewer");
        Assert.Contains("RUN", await new Terminal(viewer).ExpectAsync(0, "", "runs", "list"), StringComparison.Ordinal);
        Assert.Contains("403", await new Terminal(viewer).ExpectAsync(1, TestPlans.Inline, "plans", "publish", "-"), StringComparison.Ordinal);
    });

    /// <summary>Types commands as the client's owner.</summary>
    sealed class Terminal(ApiClient client, string? apiKey = null)
    {
        /// <summary>What was printed, answers and remarks.</summary>
        public async Task<string> ExpectAsync(int exitCode, string input, params string[] arguments)
        {
            using var printed = new StringWriter();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var variables = new Dictionary<string, string> { ["DVT_URL"] = client.System.Api.Url!.AbsoluteUri, ["DVT_API_KEY"] = apiKey ?? client.ApiKey };
            var real = Surroundings.Real(new Dictionary<string, string>(), []);
            var got = await ApiCommands.RunAsync(arguments, real with
            {
                Variable = variables.GetValueOrDefault,
                Input = () => new MemoryStream(Encoding.UTF8.GetBytes(input)),
                Output = printed,
                Error = printed,
            }, patience.Token);
            Assert.True(got == exitCode, $"{string.Join(' ', arguments)}: {got}\n{printed}");
            return printed.ToString();
        }
    }
}
