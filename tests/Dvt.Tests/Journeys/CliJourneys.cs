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
    sealed class Terminal(ApiClient client)
    {
        /// <summary>What was printed, answers and remarks.</summary>
        public async Task<string> ExpectAsync(int exitCode, string input, params string[] arguments)
        {
            using var printed = new StringWriter();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var variables = new Dictionary<string, string> { ["DVT_URL"] = client.System.Api.Url!.AbsoluteUri, ["DVT_API_KEY"] = client.ApiKey };
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
