using System.Text.Json;
using Dvt.Contracts;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Chaos;

public sealed class MigratorAndJobTests(ChaosServers servers, ITestOutputHelper output) : ChaosTest(servers, output)
{
    [ServersFact]
    [Trait("Category", "Slow")]
    public async Task Of_two_migrators_one_killed_the_other_finishes_and_each_file_is_applied_once()
    {
        var random = Seeded.Start(Output);
        await using var system = await Servers.MakeAsync(migrated: false);
        try
        {
            var one = system.LaunchMigrator();
            var other = system.LaunchMigrator();
            await Task.Delay(random.Next(200, 2_000));
            await one.KillAsync();
            await EndsWellAsync(other);
            await EndsWellAsync(system.LaunchMigrator());
            Assert.Equal(
                await system.ReadAsync<long>("select count(distinct name) from public.dvt_migration"),
                await system.ReadAsync<long>("select count(*) from public.dvt_migration"));
            await system.StartAsync("workers");
        }
        catch
        {
            system.Tell(Output);
            throw;
        }
    }

    static async Task EndsWellAsync(DvtProcess migrator)
    {
        await migrator.Exited.WaitAsync(Seconds(60));
        Assert.Equal(0, migrator.ExitCode);
    }

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task Of_two_schedulers_one_killed_the_other_goes_on_and_each_occurrence_fires_once() => RunAsync(["workers", "workers"], async (system, random) =>
    {
        Task<long> Schedulers() => system.ReadAsync<long>("select count(*) from quartz.qrtz_scheduler_state where sched_name = 'dvt'");
        await Eventually.HoldsAsync(async () => await Schedulers() == 2, Seconds(20), "two schedulers did not join");
        await system.Workers[random.Next(2)].KillAsync();
        var fired = await FiredAsync(system);
        await Eventually.HoldsAsync(async () => await Schedulers() == 1, Seconds(30), "the dead scheduler was not noticed");
        await Eventually.HoldsAsync(
            async () => (await FiredAsync(system)).Times > fired.Times, Seconds(40), async () => $"nothing was fired by the other: {await TriggersAsync(system)}");
        var now = await FiredAsync(system);
        Assert.True(now.Times <= (now.Last - now.First) / now.Interval + 1, $"{now.Times} firings since {now.First} at {now.Last}");
    });

    /// <summary>Each is killed once, so that one of the two was in the middle of firing.</summary>
    [ServersFact]
    [Trait("Category", "Slow")]
    public Task Of_two_schedulers_killed_in_turn_while_they_fire_each_due_occurrence_has_exactly_one_run() => RunAsync(["workers", "workers"], async (system, random) =>
    {
        const int Schedules = 1_000;
        const int Days = 10;
        var tenant = await system.Orders.TenantAsync();
        await system.Orders.PublishPlansAsync(tenant, TestPlans.Inline);
        var definition = new ScheduleDefinition(new PlanRef("inline"), "0 0 0 * * ?", "UTC", JsonElement.Parse("{}"), CatchUps.All);
        await system.ExecuteAsync(
            """
            insert into runs.schedule (tenant_id, schedule_id, command_id, seq, revision, definition, enabled, settled_to, look_at)
            select $1, 's-' || n, gen_random_uuid(), 1, 1, $3::json, true, date_trunc('day', clock_timestamp()) - $4 * interval '1 day', clock_timestamp()
            from generate_series(1, $2) n
            """, tenant, Schedules, JsonSerializer.Serialize(definition, ContractsJson.Options), Days);
        Task<long> StartedAsync() => system.ReadAsync<long>("select count(*) from log.events where tenant_id = $1 and type = 'RunQueued'", tenant);
        foreach (var worker in system.Workers)
        {
            var before = await StartedAsync();
            await Eventually.HoldsAsync(async () => await StartedAsync() > before, Seconds(60), "nothing more was started");
            await Task.Delay(random.Next(0, 300));
            await DvtSystem.ReplaceAsync(worker);
        }
        await system.Orders.AllCompleteAsync(tenant, Schedules * Days, Seconds(240));
        // None fires twice later on: what is settled is settled.
        await Eventually.HoldsAsync(
            async () => await system.ReadAsync<long>("select count(*) from runs.schedule where tenant_id = $1 and look_at <= clock_timestamp()", tenant) == 0,
            Seconds(60), "schedules are still due");
        await Invariants.QueuesDrainAsync(system);
        Assert.Equal(Schedules * Days, await StartedAsync());
        Assert.Equal(Days, await system.ReadAsync<long>("select count(distinct stream) from log.events where tenant_id = $1 and type = 'RunQueued' and stream like 'run-s-7:%'", tenant));
        await system.ExecuteAsync("delete from runs.schedule where tenant_id = $1", tenant);
    });

    static async Task<string> TriggersAsync(DvtSystem system) => string.Join("; ", await system.RowsAsync(
        "select trigger_name, trigger_state, prev_fire_time, next_fire_time, extract(epoch from now()) * 1000 from quartz.qrtz_triggers order by 1"));

    /// <summary>How often the shortest job has fired, and within which milliseconds.</summary>
    static async Task<(long Times, long First, long Last, long Interval)> FiredAsync(DvtSystem system)
    {
        var row = (await system.RowsAsync(
            """
            select s.times_triggered, t.start_time, coalesce(nullif(t.prev_fire_time, -1), t.start_time), s.repeat_interval
            from quartz.qrtz_triggers t
            join quartz.qrtz_simple_triggers s using (sched_name, trigger_name, trigger_group)
            where t.sched_name = 'dvt'
              and t.trigger_name = 'WakeOwedRuns'
            """)).Single().Split(' ').Select(value => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        return (row[0], row[1], row[2], row[3]);
    }
}
