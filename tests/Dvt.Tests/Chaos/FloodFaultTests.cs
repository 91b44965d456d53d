using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Chaos;

public sealed class FloodFaultTests(ChaosServers servers, ITestOutputHelper output) : ChaosTest(servers, output)
{
    [ServersFact]
    [Trait("Category", "Slow")]
    public Task A_flood_is_moved_aside_and_survives_workers_that_are_killed() => RunAsync(["sandbox"], async (system, random) =>
    {
        const int Flood = 6_000, Signalled = 200;
        var (crowd, single) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        // So that all of it waits in the queues when the workers come.
        var worker = system.Launch("workers", ("Workers__BatchSize", "32"));
        await worker.ReadyAsync();
        await system.Orders.PublishPlansAsync(crowd, TestPlans.Inline, TestPlans.Signals);
        await system.Orders.PublishPlansAsync(single, TestPlans.Inline);
        await worker.KillAsync();
        await system.Orders.SendAllAsync(Enumerable.Range(0, Flood).Select(n => Orders.Start(crowd, $"flood-{n}", "inline")));
        foreach (var n in Enumerable.Range(0, Signalled))
            await system.Orders.SendAsync(Orders.Start(crowd, $"signalled-{n}", "signals"));
        foreach (var n in Enumerable.Range(0, Signalled))
            foreach (var number in Enumerable.Range(1, 5))
                await system.Orders.SendAsync(Orders.External(crowd, $"signalled-{n}", number));
        worker.StartAgain();
        await worker.ReadyAsync();
        await Eventually.HoldsAsync(async () => await ShelvedAsync(system) > 0, Seconds(30), "nothing was moved aside");
        await system.Orders.SendAsync(Orders.Start(single, "single", "inline"));
        await system.Orders.AllCompleteAsync(single, runs: 1, Seconds(30));
        Assert.True(await system.Orders.CompletedAsync(crowd) < Flood, "the single run waited for the flood");
        for (var kills = 0; kills < 3; kills++)
        {
            await Task.Delay(random.Next(100, 600));
            await DvtSystem.ReplaceAsync(worker);
        }
        await system.Orders.AllCompleteAsync(crowd, Flood + Signalled, Seconds(180));
        // Each run took its five signals in the order in which they were sent.
        Assert.Empty(await system.RowsAsync(
            """
            select stream, data -> 'output'
            from log.events
            where tenant_id = $1 and type = 'RunCompleted' and stream like 'run-signalled-%' and data -> 'output' <> '[1, 2, 3, 4, 5]'::jsonb
            """, crowd));
        await Eventually.HoldsAsync(async () => await system.ReadAsync<long>("select count(*) from pipeline.backlog") == 0, Seconds(20), "the backlog is not empty");
    });

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task A_flood_of_steps_is_moved_aside_while_a_step_of_another_tenant_has_its_turn() => RunAsync(["sandbox"], async (system, _) =>
    {
        const int Flood = 400, Steps = 32;
        var (crowd, single) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        // So that all of it waits in the queue when somebody comes for the steps.
        await system.Launch("workers", ("Workers__Roles", "runs,timers,jobs")).ReadyAsync();
        var wide = string.Join(',', Enumerable.Range(0, Steps).Select(n => $$"""{"stepId":"s{{n}}","kind":"echo","with":{"n":{{n}}},"dependsOn":[]}"""));
        await system.Orders.PublishPlansAsync(crowd, $$"""{"planId":"wide","version":"1.0.0","steps":[{{wide}}]}""");
        await system.Orders.PublishPlansAsync(single, TestPlans.Echo);
        await system.Orders.SendAllAsync(Enumerable.Range(0, Flood).Select(n => Orders.Start(crowd, $"flood-{n}", "wide")));
        await Eventually.HoldsAsync(
            async () => await system.ReadAsync<long>("select count(*) from runs.run where tenant_id = $1", crowd) == Flood, Seconds(60), "the flood has not begun");
        var steps = system.Launch("workers", ("Workers__Roles", "steps"));
        await steps.ReadyAsync();
        await Eventually.HoldsAsync(async () => await ShelvedAsync(system) > 0, Seconds(30), "nothing was moved aside");
        await system.Orders.SendAsync(Orders.Start(single, "single", "echo"));
        await system.Orders.AllCompleteAsync(single, runs: 1, Seconds(30));
        Assert.True(await system.Orders.CompletedAsync(crowd) < Flood, "the single run waited for the flood");
        await DvtSystem.ReplaceAsync(steps);
        await system.Orders.AllCompleteAsync(crowd, Flood, Seconds(120));
    });

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task A_flood_of_http_steps_leaves_a_call_of_another_tenant_its_turn() => RunAsync(["sandbox"], async (system, _) =>
    {
        const int Flood = 150, Steps = 32;
        var (crowd, single) = (await system.Orders.TenantAsync(system.Sandbox.Authority), await system.Orders.TenantAsync(system.Sandbox.Authority));
        await system.Launch("workers", ("Workers__Roles", "runs,timers,jobs")).ReadyAsync();
        var wide = string.Join(',', Enumerable.Range(0, Steps).Select(n =>
            $$"""{"stepId":"s{{n}}","kind":"http","dependsOn":[],"with":{"method":"POST","url":"{{system.Sandbox}}http/delay/20","body":{"n":{{n}} } } }"""));
        await system.Orders.PublishPlansAsync(crowd, $$"""{"planId":"wide","version":"1.0.0","steps":[{{wide}}]}""");
        await system.Orders.PublishPlansAsync(single, TestPlans.Http(system.Sandbox, milliseconds: 20));
        await system.Orders.SendAllAsync(Enumerable.Range(0, Flood).Select(n => Orders.Start(crowd, $"flood-{n}", "wide")));
        await Eventually.HoldsAsync(
            async () => await system.ReadAsync<long>("select count(*) from runs.run where tenant_id = $1", crowd) == Flood, Seconds(60), "the flood has not begun");
        var steps = system.Launch("workers", ("Workers__Roles", "steps"), ("Workers__HttpConcurrency", "16"));
        await steps.ReadyAsync();
        await Eventually.HoldsAsync(async () => await ShelvedAsync(system) > 0, Seconds(30), "nothing was moved aside");
        var began = TimeProvider.System.GetTimestamp();
        await system.Orders.SendAsync(Orders.Start(single, "single", "http"));
        await system.Orders.AllCompleteAsync(single, runs: 1, Seconds(30));
        Output.WriteLine($"the single call took {TimeProvider.System.GetElapsedTime(began).TotalMilliseconds:f0} ms");
        Assert.True(await system.Orders.CompletedAsync(crowd) < Flood, "the single call waited for the flood");
        await system.Orders.AllCompleteAsync(crowd, Flood, Seconds(120));
    });

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task What_lies_in_the_backlog_and_nobody_understands_is_kept_and_stands_in_nobodys_way() => RunAsync(["sandbox"], async (system, _) =>
    {
        var tenant = Guid.CreateVersion7();
        var worker = system.Launch("workers");
        await worker.ReadyAsync();
        await system.Orders.PublishPlansAsync(tenant, TestPlans.Inline);
        await worker.KillAsync();
        var start = Orders.Start(tenant, "behind", "inline");
        foreach (var queue in new[] { Orders.QueueOf(start), Topology.StepQueue("echo") })
            await system.ExecuteAsync(
                "insert into pipeline.backlog (queue, tenant_id, key, rank, message_id, envelope) values ($1, $2, 'broken', 0, $3, $4)",
                queue, tenant, Guid.CreateVersion7(), "no envelope"u8.ToArray());
        await system.Orders.SendAsync(start);
        worker.StartAgain();
        await system.Orders.AllCompleteAsync(tenant, runs: 1, Seconds(30));
        await Eventually.HoldsAsync(
            async () => await system.ReadAsync<long>("select count(*) from pipeline.dead_letter where error_code = 'UNDECODABLE'") == 2, Seconds(30), "it was not kept");
        await system.ExecuteAsync("delete from pipeline.dead_letter");
    });

    static Task<long> ShelvedAsync(DvtSystem system) => system.ReadAsync<long>(
        "select coalesce(pg_sequence_last_value(pg_get_serial_sequence('pipeline.backlog', 'place')::regclass), 0)");
}
