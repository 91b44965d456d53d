using System.Diagnostics;
using System.Text.Json;
using Dvt.Contracts;
using Npgsql;

namespace Dvt.Bench;

/// <summary>Many schedules of which an occurrence is due at the same moment: until each has started its run, and no more than that.</summary>
static class Schedules
{
    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        var due = session.Settings.Size(10_000, quick: 200);
        var plan = BenchPlan.Chain("schedules", "noop");
        var tenant = Guid.CreateVersion7();
        await using var on = await Installation.StartAsync(session, "schedules", new Roles(), stop);
        await on.PublishPlanAsync(tenant, plan, stop);
        await RunLoad.MeasureAsync(on, plan, [tenant], session.Settings.Size(2_000, quick: 32), stop); // Warm: compiled, connected, prepared.
        // The midnight that has passed is the one occurrence of each that nobody has looked at yet.
        var definition = new ScheduleDefinition(new PlanRef(plan.PlanId), "0 0 0 * * ?", "UTC", JsonElement.Parse("{}"), CatchUps.All);
        var before = await StartedAsync(on, tenant, stop);
        var began = Stopwatch.StartNew();
        await on.Scratch.ExecuteAsync(
            """
            insert into runs.schedule (tenant_id, schedule_id, command_id, seq, revision, definition, enabled, settled_to, look_at)
            select $1, 's-' || n, gen_random_uuid(), 1, 1, $3::json, true, date_trunc('day', clock_timestamp(), 'UTC') - interval '1 day', clock_timestamp()
            from generate_series(1, $2) n
            """, stop,
            new NpgsqlParameter { Value = tenant }, new() { Value = due }, new() { Value = JsonSerializer.Serialize(definition, ContractsJson.Options) });
        await Scratch.UntilAsync("occurrences", async () => await StartedAsync(on, tenant, stop) - before >= due, session.Settings.Span(seconds: 300, quick: 60), stop);
        var seconds = began.Elapsed.TotalSeconds;
        await Scratch.UntilAsync("schedules", () => on.Scratch.ScalarAsync<bool>(
            "select not exists (select from runs.schedule where look_at <= clock_timestamp())", stop), session.Settings.Span(seconds: 60, quick: 60), stop);
        var started = await StartedAsync(on, tenant, stop) - before;
        if (started != due)
            throw new InvalidOperationException($"{started} runs for {due} occurrences");
        session.Report(new("schedules", Part: null, due / seconds, "occurrences/s")
        {
            Inputs = new { due, seconds = Figure.Round(seconds), from = "all due at once, until the last run has completed", runs = started },
        });
    }

    static Task<long> StartedAsync(Installation on, Guid tenant, CancellationToken stop) => on.Scratch.ScalarAsync<long>(
        "select count(*) from runs.run where tenant_id = $1 and terminal", stop, new NpgsqlParameter { Value = tenant });
}
