using System.Net;
using System.Text.Json;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Journeys;

public sealed class SimulationJourneys(JourneySystem journeys, ITestOutputHelper output) : JourneyTest(journeys, output)
{
    const string Order = """
        {"planId":"order","version":"1.0.0","inputSchema":{"type":"object","required":["n"]},"steps":[
          {"stepId":"pay","kind":"http","with":{"url":"https://example.com/pay"},"retry":{"initial":"PT1M"}},
          {"stepId":"ask","kind":"wait","with":{"signal":"go"}},
          {"stepId":"end","kind":"transform","with":"${steps.ask.result.by}"}],"output":"${steps.end.result}"}
        """;

    const string Mocks = """
        {"pay":[{"error":{"code":"HTTP_STATUS","retryable":true},"delay":"PT2S"},{"delay":"PT3S"}],"ask":{"signal":{"after":"P30D","payload":{"by":"Luis"}}}}
        """;

    [ServersFact]
    public Task A_month_is_simulated_at_once_and_nothing_of_it_is_kept() => AsTenantAsync(async client =>
    {
        var body = $$"""{"plan":{{Order}},"input":{"n":1},"mocks":{{Mocks}},"signals":[{"at":"P1D","type":"PAUSE"},{"at":"P2D","type":"RESUME"}],"seed":7,"startAt":"2026-03-01T00:00:00Z"}""";
        var told = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/v1/plans/simulate", body);
        Assert.Equal(("COMPLETED", "Luis", "sim-7"), (told.GetProperty("status").GetString(), told.GetProperty("output").GetString(), told.GetProperty("runId").GetString()));
        Assert.StartsWith("P30D", told.GetProperty("duration").GetString(), StringComparison.Ordinal);
        var assumed = Assert.Single(told.GetProperty("assumptions").EnumerateArray());
        Assert.Equal(("pay", "SCHEMA"), (assumed.GetProperty("stepId").GetString(), assumed.GetProperty("resultFrom").GetString()));
        Assert.Equal(told.GetRawText(), (await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/v1/plans/simulate", body)).GetRawText());
        // The events have the form of a history.
        await client.PublishAsync(Order);
        var runId = await client.StartAsync("order", new { n = 1 });
        await Eventually.HoldsAsync(async () => (await client.EventsAsync(runId)).Count >= 3, TimeSpan.FromSeconds(20), "the run did not start");
        var real = (await client.EventsAsync(runId))[2];
        var simulated = told.GetProperty("events")[2];
        Assert.Equal(real.EnumerateObject().Select(m => m.Name), simulated.EnumerateObject().Select(m => m.Name));
        Assert.Equal("StepStarted", simulated.GetProperty("type").GetString());
        await client.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/v1/runs/sim-7");
        await client.SignalAsync(runId, "CANCEL");
    });

    [ServersFact]
    public Task A_stored_plan_is_simulated_by_those_who_may_read_it_and_a_bad_request_names_its_places() => AsTenantAsync(async client =>
    {
        await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/plans", Order, wait: 30);
        using var viewer = await client.WithRoleAsync("viewer");
        const string Ref = """{"planRef":{"planId":"order","version":"1.0.0"},"input":{"n":1}""";
        var open = await viewer.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/v1/plans/simulate", $"{Ref}}}");
        Assert.Equal("ask", open.GetProperty("waitsFor")[0].GetProperty("stepId").GetString());
        Assert.Equal("RUNNING", open.GetProperty("status").GetString());
        foreach (var (more, pointer) in ((string, string)[])
            [(""","mocks":{"nowhere":{}}""", "/mocks/nowhere"), (""","mocks":{"pay":{"dely":"PT1S"}}""", "/mocks/pay"), (""","signals":[{"at":"P1Y","name":"go"}]""", "/signals/0/at")])
        {
            var problem = await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/v1/plans/simulate", $"{Ref}{more}}}");
            Assert.Contains(problem.GetProperty("errors").EnumerateArray(), e => e.GetProperty("pointer").GetString()!.StartsWith(pointer, StringComparison.Ordinal));
        }
        var input = await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/v1/plans/simulate", """{"planRef":{"planId":"order","version":"1.0.0"}}""");
        Assert.Equal("invalid_input", input.GetProperty("code").GetString());
        await client.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Post, "/v1/plans/simulate", """{"planRef":{"planId":"nowhere"}}""");
        var plan = await client.ExpectAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/v1/plans/simulate", """{"plan":{"planId":"p","version":"1","steps":[]}}""");
        Assert.All(plan.GetProperty("errors").EnumerateArray(), e => Assert.StartsWith("/plan/", e.GetProperty("pointer").GetString(), StringComparison.Ordinal));
    });

    [ServersFact]
    public Task Past_runs_tell_how_long_the_next_will_take() => AsTenantAsync(async client =>
    {
        await client.PublishAsync("""{"planId":"nap","version":"1.0.0","timeout":"PT1H","steps":[{"stepId":"w","kind":"wait","with":{"duration":"PT1S"}},{"stepId":"ask","kind":"wait","with":{"signal":"go"}}]}""");
        var nothing = await client.GetAsync("/v1/plans/nap/versions/1.0.0/prediction");
        Assert.Equal(0, nothing.GetProperty("basedOn").GetInt32());
        Assert.False(nothing.TryGetProperty("duration", out _));
        for (var n = 0; n < 3; n++)
        {
            var runId = await client.StartAsync("nap");
            client.Note(await client.ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, $"/v1/runs/{runId}/external-signals", """{"name":"go"}"""));
            await client.EndsAsync(runId);
        }
        await Eventually.HoldsAsync(async () => (await client.GetAsync("/v1/plans/nap/versions/1.0.0/prediction")).GetProperty("basedOn").GetInt32() == 3, TimeSpan.FromSeconds(20), "the view is behind");
        var told = await client.GetAsync("/v1/plans/nap/versions/1.0.0/prediction");
        var step = Assert.Single(told.GetProperty("steps").EnumerateArray(), s => s.GetProperty("stepId").GetString() == "w");
        Assert.InRange(global::System.Xml.XmlConvert.ToTimeSpan(step.GetProperty("duration").GetProperty("p50").GetString()!), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(10));
        var simulated = await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/v1/plans/simulate", """{"planRef":{"planId":"nap"}}""");
        Assert.Equal(told.GetProperty("duration").GetRawText(), simulated.GetProperty("predicted").GetProperty("duration").GetRawText());
        var running = await client.StartAsync("nap");
        await Eventually.HoldsAsync(async () => (await client.GetAsync($"/v1/runs/{running}/prediction")).TryGetProperty("predictedFinish", out _), TimeSpan.FromSeconds(20), "nothing was predicted");
        var prediction = await client.GetAsync($"/v1/runs/{running}/prediction");
        Assert.False(prediction.GetProperty("likelyMissesDeadline").GetBoolean());
        Assert.True(prediction.GetProperty("predictedFinish").GetProperty("p90").GetDateTimeOffset() < prediction.GetProperty("deadline").GetDateTimeOffset());
        await client.SignalAsync(running, "CANCEL");
        Assert.False((await client.GetAsync($"/v1/runs/{running}/prediction")).TryGetProperty("predictedFinish", out _));
        await client.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/v1/runs/nowhere/prediction");
    });

    [ServersFact]
    public Task The_engines_tell_what_plans_may_require_of_them() => AsTenantAsync(async client =>
    {
        var engines = (await client.GetAsync("/v1/adapters")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["native", "simulated"], engines.Select(e => e.GetProperty("name").GetString()));
        Assert.All(engines, e => Assert.Equal("healthy", e.GetProperty("health").GetString()));
        var all = engines[0].GetProperty("capabilities").GetRawText();
        Assert.True((await client.ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, "/v1/plans/validate",
            $$"""{"planId":"p","version":"1.0.0","requiresCapabilities":{{all}},"steps":[{"stepId":"a","kind":"noop"}]}""")).GetProperty("valid").GetBoolean());
    });
}
