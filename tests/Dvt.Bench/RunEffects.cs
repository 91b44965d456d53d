using System.Text;
using System.Text.Json.Nodes;

namespace Dvt.Bench;

/// <summary>Three HTTP steps of 20 ms each with payloads of 4 KB: the worker must keep as many calls in flight as it may.</summary>
static class RunEffects
{
    const int DelayMs = 20;
    const int PayloadBytes = 4 * 1024;

    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        // The first shows what the engine lets go to waste; at the others two processors are what limits.
        await RunAsync(session, concurrency: 8, runs: session.Settings.Size(1_500, quick: 48), target: Target.LimitRatioAtLeast(0.9), stop);
        await RunAsync(session, concurrency: 16, runs: session.Settings.Size(3_000, quick: 48), target: null, stop);
        await RunAsync(session, concurrency: 128, runs: session.Settings.Size(6_000, quick: 64), target: null, stop);
    }

    static async Task RunAsync(Session session, int concurrency, int runs, Target? target, CancellationToken stop)
    {
        var tenant = Guid.CreateVersion7();
        await using var on = await Installation.StartAsync(session, "run-effects", new Roles(Sandbox: true), stop,
            new Dictionary<string, string> { ["Workers__HttpConcurrency"] = $"{concurrency}" });
        var sandbox = on.Processes.First(p => p.Name == "sandbox");
        await on.Scratch.ExecuteAsync(
            """insert into identity.tenant (tenant_id, slug, name, settings) values ($1, 'effects', 'Effects', jsonb_build_object('httpAllow', jsonb_build_array($2)))""",
            stop, new() { Value = tenant }, new() { Value = $"127.0.0.1:{sandbox.Port}" });
        var plan = BenchPlan.Chain($"effects-{concurrency}", "http", with: new JsonObject
        {
            ["method"] = "POST",
            ["url"] = $"{sandbox.Url}/http/delay/{DelayMs}",
            ["body"] = new JsonObject { ["payload"] = new string('x', PayloadBytes) },
        });
        await on.PublishPlanAsync(tenant, plan, stop);
        var allowed = await AllowedAsync(sandbox, concurrency, session.Settings.Span(seconds: 3, quick: 0.5), stop);
        await RunLoad.MeasureAsync(on, plan, [tenant], session.Settings.Size(200, quick: 16), stop); // Warm: compiled, connected, prepared.
        var taken = await RunLoad.MeasureAsync(on, plan, [tenant], runs, stop);
        session.Report(new("run-effects", $"in-flight-{concurrency}", taken.PerSecond * Yardstick.Steps, "steps/s")
        {
            Limit = allowed,
            Wanted = target,
            Inputs = new { runs, steps = Yardstick.Steps, delayMs = DelayMs, payloadBytes = PayloadBytes, concurrency, cpuSeconds = taken.Cpu },
        });
    }

    /// <summary>What so many calls in flight come to: a client that does nothing else, in the same run.</summary>
    static async Task<double> AllowedAsync(RoleProcess sandbox, int concurrency, TimeSpan time, CancellationToken stop)
    {
        var body = Encoding.ASCII.GetBytes($$"""{"payload":"{{new string('x', PayloadBytes)}}"}""");
        var head = $"POST /http/delay/{DelayMs} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
        byte[] request = [.. Encoding.ASCII.GetBytes(head), .. body];
        return (await LoadGenerator.ClosedAsync(sandbox.Port, [request], concurrency, time, stop)).PerSecond;
    }
}
