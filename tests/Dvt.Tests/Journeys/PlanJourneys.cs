using System.Net;
using System.Text.Json;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class PlanJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    [ServersFact]
    public Task A_plan_of_one_step_validates_and_finishes() => AsTenantAsync(async client =>
    {
        const string Plan = """{"planId":"one","version":"1.0.0","steps":[{"stepId":"a","kind":"transform","with":{"text":"Hello ${input.name}"}}],"output":"${steps.a.result.text}"}""";
        Assert.True((await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/v1/plans/validate", Plan)).GetProperty("valid").GetBoolean());
        await client.PublishAsync(Plan);
        var run = await client.EndsAsync(await client.StartAsync("one", new { name = "Ana" }));
        Assert.Equal("Hello Ana", run.GetProperty("output").GetString());
    });

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task A_plan_of_25_000_steps_validates_and_finishes_and_who_missed_it_is_told_to_start_anew() => AsTenantAsync(async client =>
    {
        const int Steps = 25_000;
        var leaves = Enumerable.Range(0, Steps - 2).Select(i => $"leaf-{i:00000}").ToList();
        var plan = JsonSerializer.Serialize(new
        {
            planId = "wide",
            version = "1.0.0",
            steps = (object[])
            [
                new { stepId = "root", kind = "noop", dependsOn = Array.Empty<string>() },
                .. leaves.Select(leaf => new { stepId = leaf, kind = "noop", dependsOn = new[] { "root" } }),
                new { stepId = "join", kind = "noop", dependsOn = leaves },
            ],
        });
        var before = (await client.SendAsync(HttpMethod.Get, "/v1/runs")).Headers.GetValues("Dvt-Position").Single();
        Assert.True((await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/v1/plans/validate", plan)).GetProperty("valid").GetBoolean());
        await client.PublishAsync(plan);
        var runId = await client.StartAsync("wide");
        await client.EndsAsync(runId, within: 120);
        Assert.Equal(Steps, TypesOf(await client.EventsAsync(runId)).Count(type => type == "StepCompleted"));
        Assert.True((await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{runId}/verify", wait: 30)).GetProperty("equal").GetBoolean());
        var first = Assert.Single(await client.FollowAsync("/v1/stream?topics=runs", before, (_, _, _) => true));
        Assert.Equal("reset", first.Type);
    });

    [ServersFact]
    public Task A_cycle_a_duplicate_and_an_unknown_reference_are_refused_together_with_pointers_and_nothing_is_stored() => AsTenantAsync(async client =>
    {
        const string Plan = """
            {"planId":"broken","version":"1.0.0","steps":[
              {"stepId":"a","kind":"noop","dependsOn":["b"]},{"stepId":"b","kind":"noop","dependsOn":["a"]},
              {"stepId":"c","kind":"noop","dependsOn":[]},{"stepId":"c","kind":"noop","dependsOn":[]},
              {"stepId":"d","kind":"noop","dependsOn":["nowhere"]},
              {"stepId":"e","kind":"transform","with":"${steps.c9.result}","dependsOn":["c"]}]}
            """;
        var check = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/v1/plans/validate", Plan);
        Assert.False(check.GetProperty("valid").GetBoolean());
        var problem = await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/v1/plans?publish=true", Plan);
        var faults = problem.GetProperty("errors").EnumerateArray().ToDictionary(e => e.GetProperty("code").GetString()!, e => e.GetProperty("pointer").GetString()!);
        Assert.StartsWith("/steps/", faults["cyclic_dependencies_detected"], StringComparison.Ordinal);
        Assert.Equal("/steps/3/stepId", faults["duplicate_step_id"]);
        Assert.Equal("/steps/4/dependsOn/0", faults["unknown_dependency"]);
        Assert.StartsWith("/steps/5/with", faults["unknown_reference"], StringComparison.Ordinal);
        await NothingIsStoredAsync(client, "broken");
    });

    [ServersFact]
    public Task A_body_of_9_MB_is_refused_and_nothing_is_stored() => AsTenantAsync(async client =>
    {
        var plan = $$"""{"planId":"heavy","version":"1.0.0","description":"{{new string('x', 9 * 1024 * 1024)}}","steps":[{"stepId":"a","kind":"noop"}]}""";
        var problem = await client.ExpectAsync(HttpStatusCode.RequestEntityTooLarge, HttpMethod.Post, "/v1/plans?publish=true", plan);
        Assert.Equal("too_large", problem.GetProperty("code").GetString());
        await NothingIsStoredAsync(client, "heavy");
    });

    async Task NothingIsStoredAsync(ApiClient client, string planId)
    {
        await client.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/v1/plans/{planId}");
        Assert.Equal(0, await System.ReadAsync<long>("select count(*) from runs.plan where tenant_id = $1", client.TenantId));
        Assert.Equal(0, await System.ReadAsync<long>("select count(*) from log.events where tenant_id = $1 and stream like 'plan-%'", client.TenantId));
    }
}
