using Dvt.Contracts;

namespace Dvt.Bench;

/// <summary>Fills the log with histories copied from a real run, far faster than running them.</summary>
sealed class LogFilling(Installation on, BenchPlan plan, Guid tenantId)
{
    const int RunsAtOnce = 50_000;

    string? template;
    int filled;

    /// <summary>Adds so many runs of nine events each; the views are not told.</summary>
    public async Task AddAsync(int runs, CancellationToken stop)
    {
        template ??= await RunOneAsync(stop);
        for (var left = runs; left > 0; left -= RunsAtOnce)
            await CopyAsync(Math.Min(left, RunsAtOnce), stop);
        // What follows is measured: it must not pay for this. The copies are told to be sealed, since nobody verifies them.
        await on.Scratch.ExecuteAsync(
            """
            insert into log.sealed (slot, "offset")
            select slot, head from log.slot
            on conflict (slot) do update
            set "offset" = excluded."offset"
            """, stop);
        await on.Scratch.ExecuteAsync("vacuum (analyze) log.entry", stop);
        await on.Scratch.ExecuteAsync("checkpoint", stop);
    }

    async Task<string> RunOneAsync(CancellationToken stop)
    {
        await RunLoad.MeasureAsync(on, plan, [tenantId], runs: 1, stop);
        return await on.Scratch.ScalarAsync<string>(
            "select stream from log.events where tenant_id = $1 and type = $2 order by recorded_at desc limit 1", stop,
            new() { Value = tenantId }, new() { Value = nameof(RunCompleted) });
    }

    async Task CopyAsync(int runs, CancellationToken stop)
    {
        await on.Scratch.ExecuteAsync(
            """
            with moved as (
              update log.slot
              set head = head + $6 * (select count(*) from generate_series(0, $3 - 1) n where n % 16 = slot)
              where domain = 'runs'
              returning slot, head - $6 * (select count(*) from generate_series(0, $3 - 1) n where n % 16 = slot) as head
            )
            insert into log.entry (slot, "offset", count, tenant_id, stream, first_seq, events, stream_id, command_id, correlation_id, actor, occurred_at)
            select m.slot, m.head + (n / 16) * $6 + t.first_seq + t.count - 1, t.count, t.tenant_id, 'run-copy-' || lpad(($4 + n)::text, 12, '0'), t.first_seq,
              t.events, gen_random_uuid(), case when t.command_id is not null then md5($5 || ($4 + n))::uuid end, t.correlation_id, t.actor,
              t.occurred_at - make_interval(secs => ($3 - n) / 100.0)
            from generate_series(0, $3 - 1) n
            join moved m on m.slot = n % 16
            cross join (select * from log.entry where tenant_id = $1 and stream = $2) t
            order by n, t.first_seq
            """, stop,
            new() { Value = tenantId }, new() { Value = template! }, new() { Value = runs }, new() { Value = filled },
            new() { Value = "command-" }, new() { Value = Yardstick.EventsPerRun });
        filled += runs;
    }
}
