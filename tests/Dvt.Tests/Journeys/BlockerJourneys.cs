using System.Net;
using System.Text.Json;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class BlockerJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    const string Keyed = """
        {"planId":"keyed","version":"1.0.0","concurrency":{"key":"${input.unit}","limit":1},"budget":{"tokens":100},"steps":[
          {"stepId":"hold","kind":"wait","with":{"signal":"go","timeout":"PT1H"}},
          {"stepId":"work","kind":"echo","with":{"cost":{"tokens":200}}},
          {"stepId":"end","kind":"noop"}]}
        """;

    [ServersFact]
    public Task A_run_tells_why_it_does_not_move_from_its_queue_to_its_end() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(Keyed);
        var holder = await client.StartAsync("keyed", new { unit = "u1" });
        var waits = await BlockedAsync(client, holder, "WAITING_SIGNAL");
        Assert.Equal(("go", "hold"), (waits.GetProperty("signal").GetString(), waits.GetProperty("stepId").GetString()));
        Assert.True(waits.GetProperty("clearsAt").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(30));
        var second = await client.StartAsync("keyed", new { unit = "u1" });
        await BlockedAsync(client, second, "CONCURRENCY_SLOT");
        var third = await client.StartAsync("keyed", new { unit = "u1" });
        var queued = (await BlockedAsync(client, third, "CONCURRENCY_SLOT")).GetProperty("concurrency");
        Assert.Equal(("u1", 1, 2, 2), (queued.GetProperty("key").GetString(), queued.GetProperty("limit").GetInt32(), queued.GetProperty("place").GetInt32(), queued.GetProperty("waiting").GetInt32()));
        Assert.Equal(holder, Assert.Single(queued.GetProperty("holders").EnumerateArray()).GetString());

        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{holder}/signals", """{"type":"PAUSE","reason":"lunch"}""", wait: 30);
        var paused = await BlockedAsync(client, holder, "PAUSED");
        Assert.Equal("lunch", paused.GetProperty("reason").GetString());
        Assert.StartsWith("key:", paused.GetProperty("by").GetString(), StringComparison.Ordinal);
        await client.SignalAsync(holder, "RESUME");
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{holder}/external-signals", """{"name":"go"}""", wait: 30);
        var budget = (await BlockedAsync(client, holder, "BUDGET_EXCEEDED")).GetProperty("budget");
        Assert.Equal(("tokens", "200", "100"), (budget.GetProperty("budget").GetString(), budget.GetProperty("used").GetString(), budget.GetProperty("limit").GetString()));

        using (var other = await ApiClient.TenantAsync(System))
            await other.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/v1/runs/{holder}/blockers");

        await client.SignalAsync(holder, "CANCEL");
        await client.EndsAsync(holder, "CANCELLED");
        var ended = await client.GetAsync($"/v1/runs/{holder}/blockers");
        Assert.Equal((false, "CANCELLED", 0), (ended.GetProperty("moving").GetBoolean(), ended.GetProperty("status").GetString(), ended.GetProperty("blockers").GetArrayLength()));
        await BlockedAsync(client, second, "WAITING_SIGNAL");
    });

    [ServersFact]
    public Task A_signal_that_waits_for_a_second_person_is_told_with_who_sent_it_and_where_to_approve_it() => AsTenantAsync(async client =>
    {
        using (var platform = ApiClient.Platform(System))
            await platform.ExpectAsync(HttpStatusCode.OK, HttpMethod.Patch, $"/v1/tenants/{client.TenantId}", """{"signalPolicy":{"secondPerson":["CANCEL"],"expiresAfter":"PT1H"}}""");
        using var second = await client.WithRoleAsync("tenant-admin");
        await client.PublishAsync(Keyed);
        var runId = await client.StartAsync("keyed", new { unit = "u3" });
        await BlockedAsync(client, runId, "WAITING_SIGNAL");
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{runId}/signals", """{"type":"CANCEL","reason":"the guest left","signalId":"c1"}""", wait: 30);
        var held = await BlockedAsync(client, runId, "SIGNAL_HELD");
        Assert.Equal(("CANCEL", "c1", "the guest left"), (held.GetProperty("signal").GetString(), held.GetProperty("signalId").GetString(), held.GetProperty("reason").GetString()));
        Assert.InRange(held.GetProperty("clearsAt").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(50), DateTimeOffset.UtcNow.AddMinutes(61));
        var href = held.GetProperty("clearableBy").GetProperty("href").GetString();
        await second.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"{href}/approve", wait: 30);
        await client.EndsAsync(runId, "CANCELLED");
    });

    [ServersFact]
    public Task A_step_that_met_an_open_circuit_breaker_names_the_host() => AsTenantAsync(async client =>
    {
        // Enough failures for the breakers of both workers, then a call that meets one of them.
        await client.PublishAsync($$"""
            {"planId":"broken","version":"1.0.0","steps":[
              {"stepId":"break","kind":"map","with":{"items":[{{string.Join(',', Enumerable.Range(0, 160))}}],"concurrency":160,"onItemError":"continue","collect":"summary",
                "step":{"kind":"http","with":{"url":"{{System.Sandbox}}http/status/503"},"retry":{"maxAttempts":1} } } },
              {"stepId":"meet","kind":"http","with":{"url":"{{System.Sandbox}}http/status/200"},"retry":{"maxAttempts":9,"initial":"PT1H"} }]}
            """);
        var runId = await client.StartAsync("broken");
        var open = await BlockedAsync(client, runId, "CIRCUIT_OPEN");
        Assert.Equal(("meet", System.Sandbox.GetLeftPart(UriPartial.Authority)), (open.GetProperty("stepId").GetString(), open.GetProperty("host").GetString()));
        Assert.Equal("HTTP_CIRCUIT_OPEN", open.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains((await Scrape.OfAsync(System)).Samples, s => s is { Name: "circuit_breaker_state", Value: > 0 } && s.Labels["state"] is "open" or "half_open");
        Assert.True(open.TryGetProperty("clearsAt", out _));
        await client.SignalAsync(runId, "CANCEL");
    });

    [ServersFact]
    public Task A_dead_letter_ahead_of_a_run_is_named() => AsTenantAsync(async client =>
    {
        await client.PublishAsync(Keyed);
        var runId = await client.StartAsync("keyed", new { unit = "u2" });
        await BlockedAsync(client, runId, "WAITING_SIGNAL");
        var dead = await DeadLetterJourneys.PoisonAsync(System, client, runId);
        var blocker = await BlockedAsync(client, runId, "DEAD_LETTER");
        Assert.Equal(dead.GetProperty("id").GetString(), blocker.GetProperty("deadLetterId").GetString());
        await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/dead-letters/{dead.GetProperty("id")}/discard", """{"reason":"test"}""", wait: 20);
        await client.SignalAsync(runId, "CANCEL");
    });

    /// <summary>The blocker of this code, once it is told.</summary>
    static async Task<JsonElement> BlockedAsync(ApiClient client, string runId, string code)
    {
        JsonElement found = default;
        await Eventually.HoldsAsync(async () =>
        {
            var told = await client.GetAsync($"/v1/runs/{runId}/blockers");
            Assert.Equal(told.GetProperty("blockers").GetArrayLength() == 0, told.GetProperty("moving").GetBoolean());
            foreach (var blocker in told.GetProperty("blockers").EnumerateArray())
                if (blocker.GetProperty("code").GetString() == code)
                    found = blocker;
            return found.ValueKind == JsonValueKind.Object;
        }, TimeSpan.FromSeconds(30), $"{code} does not hold run {runId} up");
        return found;
    }
}
