using Dvt.Contracts;
using Dvt.Pipeline;
using Xunit;

namespace Dvt.Tests.Support;

/// <summary>What must hold whatever has happened, asked of the database and the broker once things have come to rest.</summary>
static class Invariants
{
    static readonly TimeSpan Rest = TimeSpan.FromSeconds(60);

    /// <summary>All of them.</summary>
    /// <param name="deadLetters">Messages whose failure the test wanted.</param>
    public static async Task HoldAsync(DvtSystem system, params IReadOnlyCollection<Guid> deadLetters)
    {
        await QueuesDrainAsync(system);
        await BacklogDrainsAsync(system);
        await CommandsHaveOneResultAsync(system);
        await HistoriesAreContiguousAsync(system);
        await Folds.EqualStateAsync(system);
        await SchedulesAreFoldsAsync(system);
        await LodgingInvariants.HoldAsync(system);
        await SlotsOfKeysAreCountedAsync(system);
        await SubRunsEndWithTheirParentsAsync(system);
        await NothingIsOverdueAsync(system);
        await DeadLettersAreExplainedAsync(system, deadLetters);
        await TenantsSeeNothingOfOthersAsync(system);
        if (system.HasViews)
            await ViewsEqualRebuildAsync(system);
    }

    /// <summary>1: each accepted command ended once: in one stream, and in its own with one result.</summary>
    public static async Task CommandsHaveOneResultAsync(DvtSystem system)
    {
        var accepted = system.Orders.Accepted.ToArray();
        await Eventually.HoldsAsync(async () => (await WithoutResultAsync(system, accepted)).Count == 0, Rest, async () =>
            "accepted but without a result: " + string.Join(", ", (await WithoutResultAsync(system, accepted)).Take(10)));
        Assert.Empty(await system.RowsAsync(
            """
            select command_id, string_agg(distinct stream, ' ')
            from log.events
            where command_id = any ($1)
              and type not in ('CommandFailed')
            group by command_id
            having count(distinct stream) > 1
            """, accepted));
        Assert.Empty(await system.RowsAsync(
            """
            select stream, count(*)
            from log.events
            where type in ('RunQueued', 'CommandDone', 'CommandRefused')
            group by tenant_id, stream
            having count(*) > 1
            """));
    }

    static Task<List<string>> WithoutResultAsync(DvtSystem system, Guid[] accepted) => system.RowsAsync(
        """
        select a.id
        from unnest($1) as a(id)
        where not exists (select from log.events e where e.command_id = a.id)
        """, accepted);

    /// <summary>2: streams from 1 without gaps, slots dense to their head, the end of a run once and last, no completion twice.</summary>
    public static async Task HistoriesAreContiguousAsync(DvtSystem system)
    {
        Assert.Empty(await system.RowsAsync(
            """
            select stream, min(seq), max(seq), count(*)
            from log.events
            group by tenant_id, stream
            having min(seq) <> 1 or max(seq) <> count(*)
            """));
        Assert.Empty(await system.RowsAsync(
            """
            select s.slot, s.head, min(e."offset"), max(e."offset"), count(e.slot)
            from log.slot s
            left join log.events e on e.slot = s.slot
            group by s.slot, s.head
            having count(e.slot) <> s.head or coalesce(max(e."offset"), 0) <> s.head or coalesce(min(e."offset"), 1) <> 1
            """));
        Assert.Empty(await system.RowsAsync(
            """
            select r.run_id, r.terminal, r.seq, count(e.seq), max(e.seq)
            from runs.run r
            left join log.events e on e.tenant_id = r.tenant_id and e.stream = 'run-' || r.run_id
              -- Nothing but the asking for another run comes behind the end.
              and (e.type in ('RunCompleted', 'RunFailed', 'RunCancelled') or (e.type = 'SignalAccepted' and e.data ->> 'signalType' = 'RETRY_RUN'))
            where r.deleted_at is null
            group by r.tenant_id, r.run_id, r.terminal, r.seq
            having count(*) filter (where e.type <> 'SignalAccepted') <> r.terminal::int
                or (r.terminal and max(e.seq) filter (where e.type <> 'SignalAccepted') + count(*) filter (where e.type = 'SignalAccepted') <> r.seq)
            """));
        Assert.Empty(await system.RowsAsync(
            """
            select r.run_id
            from runs.run r
            join log.entry e on e.tenant_id = r.tenant_id and e.stream = 'run-' || r.run_id
            where r.deleted_at is not null
            """));
        Assert.Empty(await system.RowsAsync(
            """
            select stream, data ->> 'stepId', count(*)
            from log.events
            where type = 'StepCompleted'
            group by tenant_id, stream, data ->> 'stepId'
            having count(*) > 1
            """));
    }

    /// <summary>2: the stored definition of every schedule is the one its history came to.</summary>
    public static async Task SchedulesAreFoldsAsync(DvtSystem system) => Assert.Empty(await system.RowsAsync(
        """
        select s.schedule_id, s.seq, s.revision, s.definition
        from runs.schedule s
        join log.events e on e.tenant_id = s.tenant_id and e.stream = 'schedule-' || s.schedule_id
        group by s.tenant_id, s.schedule_id
        having s.seq <> max(e.seq)
            or s.revision <> max((e.data ->> 'revision')::bigint)
            or s.deleted <> bool_or(e.type = 'ScheduleDeleted')
            or s.definition::jsonb <> (array_agg(e.data -> 'definition' order by e.seq desc) filter (where jsonb_exists(e.data, 'definition')))[1]
        """));

    /// <summary>Slots of concurrency keys are held by runs that go on, one each, and by no others.</summary>
    public static async Task SlotsOfKeysAreCountedAsync(DvtSystem system)
    {
        Assert.Empty(await system.RowsAsync(
            """
            select c.key, c.held, c.waiting, count(r.run_id)
            from runs.concurrency_key c
            left join runs.concurrency_run r using (tenant_id, plan_id, key)
            group by c.tenant_id, c.plan_id, c.key
            having c.held <> count(r.run_id) filter (where r.state <> 'waiting') or c.waiting <> count(r.run_id) filter (where r.state = 'waiting')
            """));
        Assert.Empty(await system.RowsAsync(
            """
            select t.run_id, t.state
            from runs.concurrency_run t
            join runs.run r using (tenant_id, run_id)
            where r.terminal
            """));
    }

    /// <summary>2: a sub-run that goes on is known as such, and none goes on for long without its parent.</summary>
    public static async Task SubRunsEndWithTheirParentsAsync(DvtSystem system)
    {
        Assert.Empty(await system.RowsAsync(
            """
            select c.run_id
            from runs.child c
            left join runs.run r using (tenant_id, run_id)
            where r.terminal is not false
            """));
        await Eventually.HoldsAsync(
            async () => await system.ReadAsync<long>(
                """
                select count(*)
                from runs.child c
                join runs.run p on p.tenant_id = c.tenant_id and p.run_id = c.parent_run_id
                where p.terminal
                """) == 0, Rest, "sub-runs go on without their parent");
    }

    /// <summary>5: each view has come up to the log and is, row for row, what a rebuild gives.</summary>
    public static async Task ViewsEqualRebuildAsync(DvtSystem system)
    {
        await Eventually.HoldsAsync(
            async () => await system.ReadAsync<long>("""select count(*) from read.lag() where "offset" < head and tail = 'live'""") == 0,
            Rest, "the views did not catch up with the log");
        Assert.Empty(await Dvt.ReadModels.Invariants.ViewsEqualRebuildAsync(system.Options, CancellationToken.None));
    }

    /// <summary>6: nothing waits in a queue or is parked; nobody is under suspicion any more.</summary>
    public static async Task QueuesDrainAsync(DvtSystem system)
    {
        await Eventually.HoldsAsync(async () => (await WaitingAsync(system)).Count == 0, Rest,
            async () => "left in the queues: " + string.Join(", ", await WaitingAsync(system)));
        await Eventually.HoldsAsync(async () => await system.ReadAsync<long>("select count(*) from pipeline.mailbox") == 0, Rest, "commands are still parked");
        await Eventually.HoldsAsync(
            async () => await system.ReadAsync<long>("select count(*) from pipeline.suspect") == 0, Rest,
            async () => "under suspicion: " + string.Join(", ", await system.RowsAsync("select queue, message_id, tries from pipeline.suspect")));
    }

    /// <summary>6: nothing that was moved aside is left there.</summary>
    public static Task BacklogDrainsAsync(DvtSystem system) => Eventually.HoldsAsync(
        async () => await system.ReadAsync<long>("select count(*) from pipeline.backlog") == 0, Rest,
        async () => "left in the backlog: " + string.Join(", ", await system.RowsAsync("select queue, count(*) from pipeline.backlog group by queue")));

    static async Task<List<string>> WaitingAsync(DvtSystem system)
    {
        await using var channel = await system.Orders.Broker.OpenChannelAsync(channel: null, CancellationToken.None);
        foreach (var domain in Slot.Worked)
            await Topology.DeclareDomainAsync(channel, domain, CancellationToken.None);
        var waiting = new List<string>();
        foreach (var queue in (string[])[.. Slot.Worked.SelectMany(Slot.All).Select(Slot.Queue), .. Slot.Worked.Select(Topology.DeadQueue)])
            if (await channel.QueueDeclarePassiveAsync(queue) is { MessageCount: > 0 } state)
                waiting.Add($"{queue} {state.MessageCount}");
        return waiting;
    }

    /// <summary>6: no timer that should have been dealt with is still there.</summary>
    public static Task NothingIsOverdueAsync(DvtSystem system) => Eventually.HoldsAsync(
        async () => await system.ReadAsync<long>("select count(*) from pipeline.timers where due < clock_timestamp() - interval '1 second'") == 0,
        Rest, async () => "overdue: " + string.Join(", ", await system.RowsAsync(
            "select key, due, fire_at from pipeline.timers where due < clock_timestamp() - interval '1 second' limit 5")));

    /// <summary>6: only what the test wanted to fail has failed.</summary>
    public static async Task DeadLettersAreExplainedAsync(DvtSystem system, IReadOnlyCollection<Guid> wanted) => Assert.Empty(await system.RowsAsync(
        """
        select type, message_id, error_code, error_detail
        from pipeline.dead_letter
        where message_id <> all ($1)
          and status = 'open'
        """, wanted.ToArray()));

    /// <summary>7: as the API's role, without a tenant nothing is seen, and with one nothing of another.</summary>
    public static async Task TenantsSeeNothingOfOthersAsync(DvtSystem system)
    {
        await using var api = Postgres.Open(system.Options, Postgres.ApiRole);
        await using var connection = await api.OpenConnectionAsync();
        var tables = await system.RowsAsync(
            """
            select quote_ident(n.nspname) || '.' || quote_ident(c.relname)
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
            where c.relkind in ('r', 'v')
              and (n.nspname in ('log', 'runs', 'read', 'hooks') or (n.nspname, c.relname) = ('pipeline', 'dead_letter'))
              and has_table_privilege('dvt_api', c.oid, 'select')
            """);
        Assert.Contains("log.entry", tables);
        Assert.Contains("log.events", tables);
        foreach (var tenant in (string[])["", .. await system.RowsAsync("select distinct tenant_id from log.events limit 3")])
        {
            var foreign = tenant.Length == 0 ? "true" : $"tenant_id <> '{tenant}'";
            await using var look = new Npgsql.NpgsqlCommand(
                $"begin; select set_config('dvt.tenant', '{tenant}', true);"
                + string.Concat(tables.Select(t => $"select '{t}', count(*) from {t} where {foreign};")) + "commit", connection);
            await using var reader = await look.ExecuteReaderAsync();
            while (await reader.NextResultAsync())
                while (await reader.ReadAsync())
                    Assert.True(reader.GetInt64(1) == 0, $"'{tenant}' sees {reader.GetInt64(1)} rows of others in {reader.GetString(0)}");
        }
    }
}
