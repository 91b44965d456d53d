using System.Buffers;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.Bench;

/// <summary>A million runs that wait for days: what they cost while they do, against none.</summary>
static class Sleepers
{
    const string PlanId = "sleepers";

    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        var settings = session.Settings;
        await using var on = await Installation.StartAsync(session, "sleepers", new Roles(), stop);
        await Task.Delay(settings.Span(seconds: 10, quick: 1), stop);
        var (cpuWithout, memoryWithout) = await IdleAsync(session, on, stop);
        var asleep = settings.Size(1_000_000, quick: 5_000);
        await FillAsync(on, asleep, stop);
        await on.Scratch.ExecuteAsync("vacuum (analyze) runs.run", stop);
        await on.Scratch.ExecuteAsync("vacuum (analyze) pipeline.timers", stop);
        var (cpuWith, memoryWith) = await IdleAsync(session, on, stop);
        session.Report(new("sleepers", "idle", cpuWith.Values.Sum(), "CPU s/s")
        {
            Wanted = Target.ValueAtMost(Figure.Round(cpuWithout.Values.Sum() + 0.03)),
            Inputs = new { asleep, with = cpuWith, without = cpuWithout },
        });
        session.Report(new("sleepers", "memory", Math.Max(0, memoryWith.Values.Sum() - memoryWithout.Values.Sum()), "MB")
        {
            Wanted = Target.ValueAtMost(20),
            Inputs = new { asleep, with = memoryWith, without = memoryWithout },
        });
    }

    /// <summary>Processor seconds per second of all, and MB resident of our processes.</summary>
    static async Task<(Dictionary<string, double> Cpu, Dictionary<string, double> Memory)> IdleAsync(Session session, Installation on, CancellationToken stop)
    {
        var time = session.Settings.Span(seconds: 20, quick: 2);
        var cpu = new CpuSplit(session.Settings, on.Processes);
        await Task.Delay(time, stop);
        return (
            cpu.Seconds().ToDictionary(c => c.Key, c => Math.Round(c.Value / time.TotalSeconds, 3)),
            on.Processes.ToDictionary(p => p.Name, p => Math.Round(p.Usage.ResidentMb, 1)));
    }

    /// <summary>One run that waits, as the engine stores it, so many times: rows, timers, and lines of the list.</summary>
    static async Task FillAsync(Installation on, int runs, CancellationToken stop)
    {
        var tenant = Guid.CreateVersion7();
        var plan = Plan.Check(System.Text.Json.JsonElement.Parse(
            $$"""{"planId":"{{PlanId}}","version":"1.0.0","steps":[{"stepId":"a","kind":"wait","with":{"duration":"P30D"} }]}"""), StepKinds.BuiltIn).Plan!;
        var run = Run.New("sleeper", plan);
        run.Start(new StartRun("sleeper", PlanId, plan.Version, plan.Digest, System.Text.Json.JsonElement.Parse("{}"), new RunContext()), DateTimeOffset.UtcNow);
        var state = new ArrayBufferWriter<byte>();
        run.WriteState(state);
        await on.Scratch.ExecuteAsync(
            """
            insert into runs.run (tenant_id, run_id, slot, seq, terminal, command_id, plan_id, plan_version, state, timer_due)
            select $1, 'sleeper-' || n, n % 16, $2, false, gen_random_uuid(), $3, '1.0.0', $4, clock_timestamp() + interval '30 days'
            from generate_series(1, $5) n
            """, stop, new() { Value = tenant }, new() { Value = run.Seq }, new() { Value = PlanId }, new() { Value = state.WrittenSpan.ToArray() }, new() { Value = runs });
        await on.Scratch.ExecuteAsync(
            """
            insert into pipeline.timers (tenant_id, key, due, fire_at, queue, envelope)
            select tenant_id, 'run:' || run_id, timer_due, timer_due, 'dvt.runs.' || slot, convert_to(replace($2, '#', run_id), 'UTF8')
            from runs.run
            where tenant_id = $1
            """, stop, new() { Value = tenant }, new() { Value = System.Text.Encoding.UTF8.GetString(Wire.Encode(Wake(tenant))) });
        await on.Scratch.ExecuteAsync(
            """
            insert into read.run (tenant_id, run_id, plan_id, plan_version, status, substatus, labels, actor, priority, queued_at, started_at,
              steps_completed, steps_failed, steps_skipped, last_seq, updated_at)
            select tenant_id, run_id, plan_id, plan_version, 'RUNNING', 'WAITING_TIMER', '{}', 'system', 5, touched_at, touched_at, 0, 0, 0, seq, touched_at
            from runs.run
            where tenant_id = $1
            """, stop, new NpgsqlParameter { Value = tenant });
    }

    static Envelope Wake(Guid tenant) =>
        new(Guid.Empty, nameof(WakeRun), tenant, "#", "system", DateTimeOffset.UnixEpoch, ContractsJson.Element(new WakeRun("#")));
}
