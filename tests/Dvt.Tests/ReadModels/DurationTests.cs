using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.ReadModels;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Dvt.Tests.ReadModels;

public sealed class DurationTests(ReadModelsDatabase database) : IClassFixture<ReadModelsDatabase>
{
    static void About(double seconds, TimeSpan? found) => Assert.InRange(found!.Value.TotalSeconds / seconds, 0.94, 1.06);

    async Task<PlanDurations> OfAsync(Guid tenant, string planId)
    {
        await database.ProjectAsync();
        return (await new DurationQueries(database.Api).OfPlanAsync(tenant, planId, "1.0.0", CancellationToken.None)).Value;
    }

    [PostgresFact]
    public async Task Completed_runs_and_their_steps_are_counted_by_how_long_they_took()
    {
        var tenant = Guid.NewGuid();
        // Events a second apart, and some of them in another batch of the projector.
        await database.AppendAsync(Histories.OfRun(tenant, "r1", Histories.Whole("p")));
        await database.AppendAsync(Histories.OfRun(tenant, "r2", Histories.Whole("p").Take(5)));
        await database.ProjectAsync();
        await database.AppendAsync(Histories.OfRun(tenant, "r2", Histories.Whole("p").Skip(5), fromSeq: 6));
        var past = await OfAsync(tenant, "p");
        Assert.Equal(2, past.Runs.Count);
        About(8, past.Runs.Quantile(0.5));
        Assert.Equal(["a", "b", "c"], past.Steps.Keys.Order());
        Assert.All(past.Steps.Values, s => Assert.Equal(2, s.Count));
        About(1, past.Of("b")!.Quantile(0.9));
        Assert.Equal(0, (await OfAsync(Guid.NewGuid(), "p")).Runs.Count);
    }

    [PostgresFact]
    public async Task Runs_that_failed_go_on_or_took_no_time_are_not_counted()
    {
        var tenant = Guid.NewGuid();
        await database.AppendAsync(Histories.OfRun(tenant, "failed", [Histories.Queued("q"), new RunStarted(), new RunFailed(Histories.Error(), FailedStepId: null)]));
        await database.AppendAsync(Histories.OfRun(tenant, "goes-on", Histories.Whole("q").SkipLast(1)));
        await database.AppendAsync(Histories.OfRun(tenant, "at-once", Histories.Whole("q")).Select(e => e with { OccurredAt = Histories.Noon }));
        Assert.Equal(0, (await OfAsync(tenant, "q")).Runs.Count);
    }

    [PostgresFact]
    public async Task A_step_takes_from_its_first_start_to_its_completion_and_a_kept_one_takes_nothing()
    {
        var tenant = Guid.NewGuid();
        await database.AppendAsync(Histories.OfRun(tenant, "r", [
            Histories.Queued("s"), new RunStarted(), new StepCompleted("kept", 1, 1, null, Kept: true), new StepStarted("a", 1, 1, null),
            new StepFailed("a", 1, 1, Histories.Error(), Final: false), new StepRetryScheduled("a", 2, 1, Histories.Noon), new StepStarted("a", 2, 1, null),
            new StepCompleted("a", 2, 1, null), new RunCompleted(null)]));
        var past = await OfAsync(tenant, "s");
        About(4, Assert.Single(past.Steps).Value.Quantile(0.5));
    }

    [PostgresFact]
    public async Task Only_a_run_that_will_likely_miss_its_deadline_is_late()
    {
        const string Document = """{"planId":"d","version":"1.0.0","timeout":"PT20S","steps":[{"stepId":"a","kind":"noop"},{"stepId":"b","kind":"echo"},{"stepId":"c","kind":"echo"}]}""";
        var tenant = Guid.NewGuid();
        var plan = Plan.Check(System.Text.Json.JsonElement.Parse(Document), StepKinds.BuiltIn).Plan!;
        await database.ExecuteAsync(
            $"""
            insert into runs.plan (tenant_id, plan_id, version, state, digest, document, revision)
            values ('{tenant}', 'd', '1.0.0', 'published', '{plan.Digest}', convert_to('{Document}', 'utf8'), 1)
            """);
        await database.AppendAsync(Histories.Stream(tenant, Domain.Runs, "plan-d", "d", [new PlanDrafted("d", "1.0.0", plan.Digest, System.Text.Json.JsonElement.Parse(Document), 1), new PlanPublished("d", "1.0.0", plan.Digest, 2)]));
        for (var n = 0; n < 6; n++)
            await database.AppendAsync(Histories.OfRun(tenant, $"done-{n}", Whole(plan)));
        await database.AppendAsync(Histories.OfRun(tenant, "running", Whole(plan).Take(5)));
        await database.ProjectAsync();
        var (runs, durations) = (new RunQueries(database.Api, new PlanCache(StepKinds.BuiltIn)), new DurationQueries(database.Api));
        using var watch = new LateRuns(database.Options, database.Projector, StepKinds.BuiltIn, NullLogger<LateRuns>.Instance);
        // At 12:00:04 `b` begins; it and `c` take a second each, so the run is through long before 12:00:21.
        Assert.Equal(0, await watch.LookAsync(runs, durations, Histories.Noon.AddSeconds(4), CancellationToken.None));
        Assert.Equal(1, await watch.LookAsync(runs, durations, Histories.Noon.AddSeconds(20.5), CancellationToken.None));
        var prediction = (await runs.PredictAsync(tenant, "running", Histories.Noon.AddSeconds(20.5), durations, CancellationToken.None))!.Value;
        Assert.Equal((Histories.Noon.AddSeconds(21), true, 6L), (prediction.Deadline!.Value, prediction.LikelyMissesDeadline, prediction.BasedOn));
        About(1, prediction.FinishP50 - Histories.Noon.AddSeconds(20.5));
    }

    static IEnumerable<IEvent> Whole(Plan plan) => Histories.Whole("d").Select(e => e is RunQueued queued ? queued with { PlanDigest = plan.Digest } : e);
}
