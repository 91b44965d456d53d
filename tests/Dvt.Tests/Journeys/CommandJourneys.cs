using System.Net;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class CommandJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    const string Start = """{"planRef":{"planId":"inline"}}""";

    [ServersFact]
    public Task Twenty_simultaneous_posts_with_one_key_make_one_run_and_another_body_is_refused() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var before = await Scrape.OfAsync(System);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/runs", Start, key: "one")));
        Assert.Single(answers.Select(a => a.ToString()).Distinct());
        client.Note(answers[0]);
        var runId = answers[0].GetProperty("resource").GetProperty("id").GetString()!;
        await client.EndsAsync(runId);
        const string Other = """{"planRef":{"planId":"inline"},"context":{"labels":{"other":"body"}}}""";
        var problem = await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/v1/runs", Other, key: "one", wait: 20);
        Assert.Equal("idempotency_key_reused", problem.GetProperty("code").GetString());
        Assert.Equal(runId, Assert.Single((await client.GetAsync("/v1/runs")).GetProperty("items").EnumerateArray()).GetProperty("runId").GetString());
        var after = await Scrape.OfAsync(System);
        Assert.Equal(
            (1, 19, 1), (after.Since(before, "idempotency_cache_misses_total"), after.Since(before, "idempotency_cache_hits_total"), after.Since(before, "idempotency_errors_total")));
    });

    [ServersFact]
    public Task Another_body_under_a_used_key_that_nobody_waits_for_becomes_a_refused_command() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        client.Note(await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/runs", Start, key: "k"));
        var second = await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/runs", """{"planRef":{"planId":"inline"},"input":{"n":1}}""", key: "k");
        client.Note(second);
        var command = await SettledAsync(client, second);
        Assert.Equal("refused", command.GetProperty("status").GetString());
        Assert.Equal("idempotency_key_reused", command.GetProperty("code").GetString());
    });

    [ServersFact]
    public Task A_start_that_was_refused_stays_refused_under_its_key_whatever_is_published_since() => AsTenantAsync(async client =>
    {
        var refused = Orders.Start(client.TenantId, "late", "inline") with { KeyId = Guid.CreateVersion7() };
        await System.Orders.SendAsync(refused);
        Task<string> ResultAsync() => System.ReadAsync<string>(
            "select coalesce(string_agg(type, ' '), '') from log.events where tenant_id = $1 and stream = $2", client.TenantId, $"command-{refused.Id}");
        await Eventually.HoldsAsync(async () => await ResultAsync() == "CommandRefused", TimeSpan.FromSeconds(30), "it was not refused");
        await client.PublishAsync(TestPlans.Inline);
        await System.Orders.SendAsync(refused);
        // Of the same run, so decided behind it.
        var other = Orders.Start(client.TenantId, "late", "inline") with { KeyId = Guid.CreateVersion7() };
        await System.Orders.SendAsync(other);
        await client.EndsAsync("late");
        Assert.Equal(other.Id, await System.ReadAsync<Guid>("select command_id from runs.run where tenant_id = $1 and run_id = 'late'", client.TenantId));
        Assert.Equal("CommandRefused", await ResultAsync());
    });

    [ServersFact]
    public Task A_key_used_for_a_plan_is_refused_for_another_and_answers_its_own_alike() => AsTenantAsync(async client =>
    {
        const string Plan = """{"planId":"keyed","version":"1.0.0","steps":[{"stepId":"a","kind":"noop"}]}""";
        var first = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/plans", Plan, key: "p", wait: 20);
        var again = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/plans", Plan, key: "p", wait: 20);
        Assert.Equal(first.ToString(), again.ToString());
        var problem = await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/v1/plans", Plan.Replace("keyed", "other", StringComparison.Ordinal), key: "p", wait: 20);
        Assert.Equal("idempotency_key_reused", problem.GetProperty("code").GetString());
        await client.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/v1/plans/other");
    });

    [ServersFact]
    public Task A_start_is_answered_alike_under_its_key_when_its_plan_was_archived_since() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var first = await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/runs", Start, key: "kept");
        client.Note(first);
        await client.EndsAsync(first.GetProperty("resource").GetProperty("id").GetString()!);
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/v1/plans/inline/versions/1.0.0/archive", wait: 20);
        var again = await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/runs", Start, key: "kept");
        Assert.Equal(first.ToString(), again.ToString());
        await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/runs", Start, key: "kept", wait: 20);
        await client.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Post, "/v1/runs", Start, key: "new");
    });

    [ServersFact]
    public Task A_verification_nobody_waited_for_has_its_result_and_a_command_tells_when_it_was_accepted() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        var start = Orders.Start(client.TenantId, "checked", "inline");
        await System.Orders.SendAsync(start);
        await client.EndsAsync("checked");
        var started = await client.GetAsync($"/v1/commands/{start.Id}");
        Assert.InRange((started.GetProperty("acceptedAt").GetDateTimeOffset() - start.AcceptedAt).TotalMilliseconds, -50, 0.1);

        var verify = Orders.Envelope(client.TenantId, new VerifyRun("checked"), "checked", new Resource("run", "checked"));
        await System.Orders.SendAsync(verify);
        JsonElement command = default;
        await Eventually.HoldsAsync(async () => (command = await client.GetAsync($"/v1/commands/{verify.Id}")).Text("status") == "done", TimeSpan.FromSeconds(30), "it was not verified");
        Assert.Equal(("VerifyRun", true), (command.Text("type"), command.GetProperty("data").GetProperty("equal").GetBoolean()));
    });

    static async Task<JsonElement> SettledAsync(ApiClient client, JsonElement accepted)
    {
        JsonElement command = default;
        await Eventually.HoldsAsync(async () =>
        {
            command = await client.GetAsync($"/v1/commands/{accepted.GetProperty("commandId")}");
            return command.GetProperty("status").GetString() != "accepted";
        }, TimeSpan.FromSeconds(30), "the command stayed undecided");
        return command;
    }

    [ServersFact]
    public Task Who_waits_reads_what_was_written_and_so_does_who_names_its_position() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        for (var i = 0; i < 20; i++)
        {
            var run = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/runs", Start, wait: 20);
            var listed = (await client.GetAsync("/v1/runs?limit=1")).GetProperty("items")[0];
            Assert.Equal(run.GetProperty("runId").GetString(), listed.GetProperty("runId").GetString());
        }
        for (var i = 0; i < 20; i++)
        {
            var accepted = await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/runs", Start);
            client.Note(accepted);
            var runId = accepted.GetProperty("resource").GetProperty("id").GetString()!;
            // Known to the API from the moment it was accepted, decided or not.
            await client.GetAsync($"/v1/runs/{runId}");
            var position = (await SettledAsync(client, accepted)).GetProperty("position").GetString();
            var first = (await client.GetAsync($"/v1/runs?limit=1&minPosition={position}")).GetProperty("items")[0];
            Assert.Equal(runId, first.GetProperty("runId").GetString());
        }
    });

    [ServersFact]
    public Task A_followed_run_is_told_from_its_first_event_to_its_last_and_on_from_the_last_one_seen() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Waits);
        var runId = await client.StartAsync("waits");
        var live = await client.FollowAsync($"/v1/runs/{runId}/stream", lastEventId: null, (_, type, _) => type == "end");
        Assert.Equal("RunCompleted", live[^2].Type);
        Assert.Equal(Enumerable.Range(1, live.Count - 1).Select(n => $"{n}"), live[..^1].Select(e => e.Id));
        var rest = await client.FollowAsync($"/v1/runs/{runId}/stream", live[2].Id, (_, type, _) => type == "end");
        Assert.Equal(live[3..].Select(e => e.Type), rest.Select(e => e.Type));
    });

    [ServersFact]
    public Task A_followed_tenant_hears_of_its_own_runs_only_and_goes_on_from_the_last_event_seen() => AsTenantAsync(async client =>
    {
        using var stranger = await ApiClient.TenantAsync(System);
        await stranger.PublishAsync(TestPlans.Inline);
        await client.PublishAsync(TestPlans.Inline);
        var before = (await client.SendAsync(HttpMethod.Get, "/v1/runs")).Headers.GetValues("Dvt-Position").Single();
        var theirs = await stranger.StartAsync("inline");
        await stranger.EndsAsync(theirs);
        var (first, second) = (await client.StartAsync("inline"), await client.StartAsync("inline"));
        var ended = 0;
        var all = await client.FollowAsync("/v1/stream?topics=runs", before, (_, type, _) => type == "RunCompleted" && ++ended == 2);
        Assert.Equal(new[] { first, second }.Order(), all.Select(e => e.Data.GetProperty("resourceId").GetString()!).Distinct().Order());
        var seen = all.Count / 2;
        ended = all.Take(seen).Count(e => e.Type == "RunCompleted");
        var rest = await client.FollowAsync("/v1/stream?topics=runs", all[seen - 1].Id, (_, type, _) => type == "RunCompleted" && ++ended == 2);
        Assert.Equal(all.Skip(seen).Select(Name).Order(), rest.Select(Name).Order());

        static string Name((string Id, string Type, JsonElement Data) e) => $"{e.Data.GetProperty("resourceId")} {e.Data.GetProperty("seq")}";
    });
}
