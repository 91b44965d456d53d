using System.Net;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Tests.Support;
using Dvt.Workers.Runs;
using Dvt.Workers.Schedule;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

/// <summary>What whoever runs the installation sees of it.</summary>
public sealed class SystemJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    static readonly string[] Jobs =
    [
        "ArchiveRuns", "CheckFolds", "CleanConversations", "CleanDeliveries", "CleanEffects", "DeleteHistories", "EndOverdueHolds", "FetchCalendars", "FireSchedules", "RepairSchedules", "WakeOwedRuns",
    ];

    static List<JsonElement> Of(JsonElement system, string what) => [.. system.GetProperty(what).EnumerateArray()];

    static async Task<JsonElement> SeenAsync(ApiClient client, Func<JsonElement, bool> holds, string what)
    {
        JsonElement system = default;
        await Eventually.HoldsAsync(async () => holds(system = await client.GetAsync("/v1/system")), Patience, () => Task.FromResult($"{what}: {system}"));
        return system;
    }

    static bool IsUp(JsonElement process, DvtProcess real) => process.Text("name") == $"{real.Role}-{real.Pid}" && process.Text("state") == "up";

    [ServersFact]
    public Task Processes_slots_queues_and_jobs_are_seen_as_they_are() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        await client.EndsAsync(await client.StartAsync("inline"));
        var total = Slot.Worked.Count * Slot.PerDomain;
        var workers = System.Workers.Select(w => $"workers-{w.Pid}").ToHashSet();
        var system = await SeenAsync(client, seen => System.Told.All(real => Of(seen, "processes").Exists(p => IsUp(p, real)))
            && Of(seen, "slots").TrueForAll(s => s.Text("state") == "held" && s.TryGetProperty("process", out var holder) && workers.Contains(holder.GetString()!)), "not everything is up");
        var shown = Of(system, "processes").Where(p => workers.Contains(p.Text("name"))).ToList();
        Assert.Equal((total, total), (shown.Sum(p => p.GetProperty("slots").GetInt32()), Of(system, "slots").Count));
        Assert.All(shown, process =>
        {
            Assert.Contains("jobs", process.GetProperty("parts").EnumerateArray().Select(p => p.GetString()));
            Assert.True(process.GetProperty("startedAt").GetDateTimeOffset() <= process.GetProperty("seenAt").GetDateTimeOffset());
        });
        Assert.All(Of(system, "slots"), slot =>
        {
            Assert.True(slot.GetProperty("epoch").GetInt64() > 0);
            Assert.True(slot.GetProperty("leaseUntil").GetDateTimeOffset() > system.GetProperty("at").GetDateTimeOffset());
        });

        system = await SeenAsync(client, seen => Of(seen, "queues").Count(q => q.GetProperty("consumers").GetInt32() > 0) > total, "the queues are not seen");
        Assert.Superset(
            Slot.Worked.SelectMany(Slot.All).Select(Slot.Queue).Append("dvt.steps.http").ToHashSet(), Of(system, "queues").Select(q => q.Text("name")).ToHashSet());

        system = await SeenAsync(client, seen => Of(seen, "jobs").Exists(j => j.Text("name") == "FireSchedules" && j.TryGetProperty("lastRun", out _)), "no job has run");
        Assert.Equal(Jobs, Of(system, "jobs").Select(j => j.Text("name")));
        var fired = Of(system, "jobs").Single(j => j.Text("name") == "FireSchedules");
        Assert.Equal((1.0, "done"), (fired.GetProperty("everySeconds").GetDouble(), fired.Text("lastRun", "outcome")));
        Assert.InRange((fired.GetProperty("nextAt").GetDateTimeOffset() - system.GetProperty("at").GetDateTimeOffset()).TotalSeconds, -30, 30);
        Assert.DoesNotContain(client.TenantId.ToString(), system.ToString(), StringComparison.OrdinalIgnoreCase);
    });

    [ServersFact]
    public Task A_dead_letter_is_counted_with_its_queue_and_nothing_of_it_is_shown() => AsTenantAsync(async client =>
    {
        var dead = await DeadLetterJourneys.PoisonAsync(System, client, "never shown");
        var queue = dead.Text("queue");
        var system = await SeenAsync(client, seen => Of(seen, "queues").Exists(q => q.Text("name") == queue && q.GetProperty("deadLetters").GetInt64() > 0), "the dead letter is not counted");
        Assert.DoesNotContain("never shown", system.ToString(), StringComparison.Ordinal);
    });

    [ServersFact]
    public Task The_api_tells_the_metrics_of_every_process_each_series_once() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Inline);
        await client.EndsAsync(await client.StartAsync("inline"));
        using var http = new HttpClient { BaseAddress = System.Api.Url };
        var lines = Array.Empty<string>();
        bool Tells(string start) => Array.Exists(lines, l => l.StartsWith(start, StringComparison.Ordinal));
        await Eventually.HoldsAsync(async () =>
        {
            lines = (await http.GetStringAsync(new Uri("metrics", UriKind.Relative))).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return Tells("dvt_runs_started_total{role=\"workers\"") && Tells("dvt_projection_lag_events{role=\"readmodels\"")
                && Tells("http_server_request_duration_count{role=\"api\"");
        }, Patience, () => Task.FromResult(string.Join('\n', lines)));
        Assert.True(Tells("dvt_metrics_unreachable{role=\"api\""));
        Assert.Equal(lines.Length, lines.Select(l => l[..l.LastIndexOf(' ')]).Distinct().Count());

        lines = (await http.GetStringAsync(new Uri("metrics?own=true", UriKind.Relative))).Split('\n');
        Assert.True(Tells("dvt_messages_published_total") && !Tells("dvt_runs_started_total") && !Array.Exists(lines, l => l.Contains("role=\"", StringComparison.Ordinal)));
        Assert.Equal("invalid_parameter", (await client.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/metrics?own=maybe")).Text("code"));
    });

    [ServersFact]
    public Task Only_administrators_see_it() => AsTenantAsync(async client =>
    {
        foreach (var role in Roles.OfTenants)
        {
            using var somebody = await client.WithRoleAsync(role);
            var expected = role == Roles.TenantAdmin ? HttpStatusCode.OK : HttpStatusCode.Forbidden;
            await somebody.ExpectAsync(expected, HttpMethod.Get, "/v1/system");
        }
        using var platform = ApiClient.Platform(System);
        await platform.GetAsync("/v1/system");
        Assert.Equal("invalid_parameter", (await client.ExpectAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/v1/system?colour=red")).Text("code"));
    });

    [ServersFact]
    public Task A_worker_that_dies_is_not_heard_from_and_one_that_ends_by_itself_is_gone() => AsTenantAsync(async client =>
    {
        var worker = System.Workers[0];
        async Task<Guid> UpAsync()
        {
            var seen = await SeenAsync(client, all => Of(all, "processes").Exists(p => IsUp(p, worker) && p.GetProperty("slots").GetInt32() > 0), "the worker is not seen");
            return Of(seen, "processes").Single(p => IsUp(p, worker)).GetProperty("processId").GetGuid();
        }
        static JsonElement? With(JsonElement seen, Guid id) => Of(seen, "processes").Cast<JsonElement?>().FirstOrDefault(p => p!.Value.GetProperty("processId").GetGuid() == id);

        var first = await UpAsync();
        await DvtSystem.ReplaceAsync(worker);
        await worker.ReadyAsync();
        var silent = await SeenAsync(client, seen => With(seen, first)?.Text("state") == "silent", "the dead worker is not silent");
        Assert.Equal(0, With(silent, first)!.Value.GetProperty("slots").GetInt32());
        var second = await UpAsync();
        Assert.NotEqual(first, second);

        await System.ExecuteAsync("update pipeline.process set seen_at = seen_at - interval '1 day' where process_id = $1", first);
        await SeenAsync(client, seen => With(seen, first) is null, "the dead worker is not forgotten");
        await worker.StopAsync();
        Assert.Null(With(await client.GetAsync("/v1/system"), second));
        worker.StartAgain();
        await worker.ReadyAsync();
        await UpAsync();
    });

    [ServersFact]
    public Task A_run_that_is_stored_otherwise_than_its_history_has_it_is_found() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Signals);
        var run = await client.StartAsync("signals", new { name = "zebra" });
        await Eventually.HoldsAsync(
            async () => await System.ReadAsync<long>("select count(*) from runs.run where run_id = $1 and state <> ''", run) == 1, Patience, "it is not stored");
        var check = new CheckFolds(System.Database, new Plans(System.Database, DomainKinds.All), NullLogger<CheckFolds>.Instance);
        Assert.Equal(0, await check.RunAsync([(client.TenantId, run)], CancellationToken.None));
        Task ChangeAsync(string from, string to) => System.ExecuteAsync(
            $"update runs.run set state = convert_to(replace(convert_from(state, 'UTF8'), '{from}', '{to}'), 'UTF8') where tenant_id = $1 and run_id = $2", client.TenantId, run);
        await ChangeAsync("zebra", "cobra");
        Assert.Equal(1, await check.RunAsync([(client.TenantId, run)], CancellationToken.None));
        await ChangeAsync("cobra", "zebra");
        Assert.Equal(0, await check.RunAsync([(client.TenantId, run)], CancellationToken.None));
    });

    [ServersTheory]
    [InlineData("state = convert_to(replace(convert_from(state, 'UTF8'), 'zebra', 'cobra'), 'UTF8')", true)]
    [InlineData("state = '{'", false)]
    [InlineData("state = convert_to(replace(convert_from(state, 'UTF8'), 'zebra', 'cobra'), 'UTF8'), terminal = true, timer_due = now(), owes = true", true)]
    public Task A_run_that_is_stored_otherwise_than_its_history_has_it_is_stored_anew_and_goes_on(string damage, bool isReadable) => AsTenantAsync(async client =>
    {
        await client.PublishAsync(TestPlans.Signals);
        var run = await client.StartAsync("signals", new { name = "zebra" });
        await Eventually.HoldsAsync(
            async () => await System.ReadAsync<long>("select count(*) from runs.run where run_id = $1 and state <> ''", run) == 1, Patience, "it is not stored");
        Task<JsonElement> RepairAsync() => client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{run}/repair", wait: 30);
        Assert.False((await RepairAsync()).GetProperty("repaired").GetBoolean());
        await System.ExecuteAsync($"update runs.run set {damage} where tenant_id = $1 and run_id = $2", client.TenantId, run);
        if (!isReadable)
            await System.ExecuteAsync("insert into runs.step (tenant_id, run_id, ordinal, state) values ($1, $2, 7, 'nobody''s')", client.TenantId, run);

        var repair = await RepairAsync();
        Assert.True(repair.GetProperty("repaired").GetBoolean());
        Assert.Equal(isReadable, repair.TryGetProperty("storedHash", out _));
        Assert.False((await RepairAsync()).GetProperty("repaired").GetBoolean());
        Assert.Equal(0, await System.ReadAsync<long>("select count(*) from runs.step where run_id = $1", run));
        Assert.Equal(0, await System.ReadAsync<long>("select count(*) from runs.run where run_id = $1 and (terminal or timer_due is not null)", run));
        var verified = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{run}/verify", wait: 30);
        Assert.Equal((true, repair.Text("foldedHash")), (verified.GetProperty("equal").GetBoolean(), verified.Text("liveHash")));

        foreach (var n in Enumerable.Range(1, 5))
            await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{run}/external-signals", $$"""{"name":"go","payload":{"n":{{n}} } }""", wait: 30);
        var ended = await client.EndsAsync(run);
        Assert.Equal(("COMPLETED", "zebra"), (ended.Text("status"), ended.Text("input", "name")));
    });

    [ServersFact]
    public Task A_run_that_is_not_there_is_not_repaired() => AsTenantAsync(client =>
        client.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Post, "/v1/runs/nowhere/repair"));
}
