using System.Diagnostics;
using System.Net;
using Dvt.Contracts;
using Dvt.Tests.Journeys;
using Dvt.Tests.Style;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Browser;

/// <summary>
/// What a person must be able to do at each screen, in Chromium against the real processes. The steps are in
/// <c>api/dashboard/browser/*.screen.js</c>; a file more is a test more. <c>DVT_SHOTS</c> names a folder for pictures.
/// </summary>
[Trait("Category", "Slow")]
public sealed class BrowserTests(JourneySystem journeys, Chromium chromium, ITestOutputHelper output) : JourneyTest(journeys, output), IClassFixture<Chromium>
{
    static readonly string Dashboard = Path.Combine(Repository.Root, "api", "dashboard");
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    readonly ITestOutputHelper output = output;

    /// <summary>Those that need something prepared have tests of their own.</summary>
    static readonly string[] Prepared = ["bulk-review", "dead-letters", "feeds", "inbox", "many-runs"];

    public static TheoryData<string> Screens => [.. Directory.EnumerateFiles(Path.Combine(Dashboard, "browser"), "*.screen.js")
        .Select(file => Path.GetFileName(file)[..^".screen.js".Length]).Except(Prepared).Order(StringComparer.Ordinal)];

    [BrowserTheory]
    [MemberData(nameof(Screens))]
    public Task A_person_can_do_at_the_screen_what_it_is_for(string screen) => AsTenantAsync(client => RunAsync(client, screen));

    [BrowserFact]
    public Task A_dead_letter_can_be_read_repaired_and_discarded() => AsTenantAsync(async client =>
    {
        await client.PublishAsync("""{"planId":"quick","version":"1.0.0","steps":[{"stepId":"noop","kind":"noop"}]}""");
        foreach (var run in (string[])["letter-1", "letter-2"])
            await System.Orders.SendAsync(Orders.Envelope(client.TenantId, new { runId = 7 }, run, new Resource("run", run), nameof(StartRun)));
        await RunAsync(client, "dead-letters");
    });

    [BrowserFact]
    public Task Signals_to_many_runs_that_wait_for_a_second_person_are_approved_and_rejected() => AsTenantAsync(async client =>
    {
        using (var platform = ApiClient.Platform(System))
            await platform.ExpectAsync(HttpStatusCode.OK, HttpMethod.Patch, $"/v1/tenants/{client.TenantId}", """{"signalPolicy":{"secondPerson":["PAUSE","CANCEL"],"expiresAfter":"PT1H"}}""");
        using var first = await client.WithRoleAsync(Roles.Operator);
        await client.PublishAsync("""{"planId":"waits","version":"1.0.0","steps":[{"stepId":"wait","kind":"wait","with":{"signal":"go"}}]}""");
        foreach (var run in (string[])["reviewed-1", "reviewed-2"])
            client.Note(await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/runs", $$"""{"planRef":{"planId":"waits"},"runId":"{{run}}"}"""));
        foreach (var type in (string[])["PAUSE", "CANCEL"])
            await Eventually.HoldsAsync(async () => (await first.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/v1/runs/bulk-signals",
                $$"""{"filter":{"planId":"waits","status":"RUNNING"},"type":"{{type}}","dryRun":true}""")) is var seen && seen.GetProperty("count").GetInt32() == 2
                && seen.GetProperty("needsSecondPerson").GetBoolean(), TimeSpan.FromSeconds(30), "the runs are not listed or the policy does not hold");
        foreach (var type in (string[])["PAUSE", "CANCEL"])
            client.Note(await first.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/runs/bulk-signals",
                $$"""{"filter":{"planId":"waits","status":"RUNNING"},"type":"{{type}}","reason":"the supplier is down"}"""));
        await RunAsync(client, "bulk-review");
    });

    [BrowserFact]
    public Task A_calendar_is_followed_its_failure_and_conflict_seen_and_what_the_guest_was_told_read() => AsTenantAsync(async client =>
    {
        await System.ExecuteAsync("update identity.tenant set settings = jsonb_set(settings, '{httpAllow}', to_jsonb($2::text[])) where tenant_id = $1",
            client.TenantId, new[] { System.Sandbox.Authority });
        await RunAsync(client, "feeds", ("DVT_FEED", $"feed-{client.TenantId:n}"));
    });

    [BrowserFact]
    public Task A_guest_who_writes_is_seen_answered_by_a_person_and_handed_back() => AsTenantAsync(async client =>
    {
        var guest = await TalkingGuest.OfAsync(client);
        await RunAsync(client, "inbox", ("DVT_GUEST", guest.Phone), ("DVT_PHONE_NUMBER_ID", guest.PhoneNumberId));
    });

    [BrowserFact]
    public Task A_hundred_thousand_runs_are_listed_at_once_and_scroll_smoothly() => AsTenantAsync(async client =>
    {
        await client.PublishAsync("""{"planId":"quick","version":"1.0.0","steps":[{"stepId":"noop","kind":"noop"}]}""");
        await client.EndsAsync(await client.StartAsync("quick"));
        await Eventually.HoldsAsync(
            async () => await System.ReadAsync<long>("select count(*) from read.run where tenant_id = $1 and status = 'COMPLETED'", client.TenantId) == 1, TimeSpan.FromSeconds(20), "the run is not listed");
        await System.ExecuteAsync(
            """
            insert into read.run (tenant_id, run_id, plan_id, plan_version, status, labels, actor, priority, queued_at, started_at, finished_at,
              steps_completed, steps_failed, steps_skipped, last_seq, updated_at)
            select tenant_id, 'copy-' || n, plan_id, plan_version, status, labels, actor, priority, queued_at - n * interval '1 s', started_at, finished_at,
              steps_completed, steps_failed, steps_skipped, last_seq, updated_at
            from read.run
            cross join generate_series(1, 100000) as n
            where tenant_id = $1
            """, client.TenantId);
        try
        {
            await System.ExecuteAsync("analyze read.run");
            await RunAsync(client, "many-runs");
        }
        finally
        {
            // No history tells of them, so a rebuild would not have them.
            await System.ExecuteAsync("delete from read.run where tenant_id = $1 and run_id like 'copy-%'", client.TenantId);
        }
    });

    async Task RunAsync(ApiClient client, string screen, params (string Name, string Value)[] prepared)
    {
        BrowserNeeds.Check();
        var email = (await client.GetAsync("/v1/me")).GetProperty("email").GetString()!;
        var start = new ProcessStartInfo("node", ["browser/run.js", screen]) { WorkingDirectory = Dashboard, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
        [
            ("DVT_URL", System.Api.Url!.ToString().TrimEnd('/')), ("DVT_EMAIL", email), ("DVT_API_KEY", client.ApiKey),
            ("DVT_SANDBOX_URL", System.Sandbox.ToString().TrimEnd('/')), ("DVT_BROWSER", await chromium.DevToolsAsync()), .. prepared,
        ])
            start.Environment[name] = value;
        using var node = Process.Start(start)!;
        var (told, complained) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        using var late = new CancellationTokenSource(Patience);
        try
        {
            await node.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            node.Kill(entireProcessTree: true);
        }
        output.WriteLine(await told);
        Assert.True(node.HasExited && node.ExitCode == 0, $"{screen}: {await complained}");
    }
}
