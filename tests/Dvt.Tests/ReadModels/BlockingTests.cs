using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Dvt.Pipeline;
using Dvt.ReadModels;
using Xunit;

namespace Dvt.Tests.ReadModels;

/// <summary>What holds a run up from outside its history, told from the tables that say so.</summary>
public sealed class BlockingTests(ReadModelsDatabase database) : IClassFixture<ReadModelsDatabase>
{
    const string Document = """{"planId":"p","version":"1.0.0","steps":[{"stepId":"a","kind":"echo"}]}""";

    readonly Guid tenant = Guid.NewGuid();

    int SlotOf(string runId) => Slot.Of(Domain.Runs, tenant, runId);

    string QueueOf(string runId) => Slot.Queue(SlotOf(runId));

    async Task StartAsync(string runId)
    {
        var plan = Plan.Check(JsonElement.Parse(Document), StepKinds.BuiltIn).Plan!;
        await database.ExecuteAsync(
            $"""
            insert into runs.plan (tenant_id, plan_id, version, state, digest, document, revision)
            values ('{tenant}', 'p', '1.0.0', 'published', '{plan.Digest}', convert_to('{Document}', 'utf8'), 1)
            on conflict do nothing
            """);
        await database.AppendAsync(Histories.OfRun(tenant, runId,
            [new RunQueued("p", "1.0.0", plan.Digest, JsonElement.Parse("{}"), new RunContext()), new RunStarted(), new StepStarted("a", 1, 1, JsonElement.Parse("{}"))]));
    }

    async Task<List<Blocker>> BlockersAsync(string runId)
    {
        var found = await new RunQueries(database.Api, new PlanCache(StepKinds.BuiltIn))
            .BlockersAsync(tenant, runId, Histories.Noon.AddSeconds(5), new DurationQueries(database.Api), CancellationToken.None);
        return [.. found!.Value.Blockers];
    }

    Task OwnAsync(string runId, string until) =>
        database.ExecuteAsync($"update log.lease set owner = 'w1', lease_until = {until} where slot = {SlotOf(runId)}");

    [PostgresFact]
    public async Task A_slot_whose_owner_is_gone_is_told_with_the_moment_since_when()
    {
        await StartAsync("r1");
        Assert.Equal(["WORKER_ABSENT", "CALL_IN_FLIGHT"], (await BlockersAsync("r1")).Select(b => b.Code));
        await OwnAsync("r1", "clock_timestamp() - interval '1 minute'");
        Assert.InRange((await BlockersAsync("r1"))[0].Since!.Value, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
        await OwnAsync("r1", "clock_timestamp() + interval '1 minute'");
        Assert.Equal(["CALL_IN_FLIGHT"], (await BlockersAsync("r1")).Select(b => b.Code));
    }

    [PostgresFact]
    public async Task Commands_parked_while_the_broker_is_away_are_told_to_their_own_tenant_alone()
    {
        await StartAsync("r2");
        await OwnAsync("r2", "clock_timestamp() + interval '1 hour'");
        await ParkAsync(Guid.NewGuid(), QueueOf("r2"));
        await ParkAsync(tenant, "dvt.steps.echo");
        Assert.DoesNotContain(await BlockersAsync("r2"), b => b.Code == BlockerCodes.CommandParked);
        await ParkAsync(tenant, QueueOf("r2"));
        await ParkAsync(tenant, QueueOf("r2"));
        var parked = Assert.Single(await BlockersAsync("r2"), b => b.Code == BlockerCodes.CommandParked);
        Assert.Equal(2, parked.Count);
        Assert.NotNull(parked.Since);
    }

    Task ParkAsync(Guid of, string queue) => database.ExecuteAsync(
        $"insert into pipeline.mailbox (queue, message_id, tenant_id, envelope) values ('{queue}', gen_random_uuid(), '{of}', '')");

    [PostgresFact]
    public async Task What_was_moved_aside_of_a_run_is_told_be_it_the_run_or_a_call_of_its_step()
    {
        await StartAsync("r3");
        await OwnAsync("r3", "clock_timestamp() + interval '1 hour'");
        await MoveAsideAsync(tenant, QueueOf("r3"), "another");
        await MoveAsideAsync(Guid.NewGuid(), QueueOf("r3"), "r3");
        Assert.DoesNotContain(await BlockersAsync("r3"), b => b.Code == BlockerCodes.TenantBacklog);
        await MoveAsideAsync(tenant, QueueOf("r3"), "r3");
        await MoveAsideAsync(tenant, Topology.StepQueue("echo"), "r3");
        Assert.Equal(2, Assert.Single(await BlockersAsync("r3"), b => b.Code == BlockerCodes.TenantBacklog).Count);
    }

    Task MoveAsideAsync(Guid of, string queue, string key) => database.ExecuteAsync(
        $"insert into pipeline.backlog (queue, tenant_id, key, rank, message_id, envelope) values ('{queue}', '{of}', '{key}', 1, gen_random_uuid(), '')");

    [PostgresFact]
    public async Task A_call_that_somebody_works_on_says_until_when()
    {
        await StartAsync("r4");
        await OwnAsync("r4", "clock_timestamp() + interval '1 hour'");
        Assert.Null(Assert.Single(await BlockersAsync("r4")).LeaseUntil);
        await database.ExecuteAsync(
            $"""
            insert into pipeline.effect (tenant_id, key, kind, status, owner, leased_until)
            values ('{tenant}', 'r4:a:1', 'echo', 'intended', 'w1', clock_timestamp() + interval '30 seconds')
            """);
        Assert.InRange(Assert.Single(await BlockersAsync("r4")).LeaseUntil!.Value, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddMinutes(1));
    }
}
