using System.Buffers;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Engine.Runs;
using Dvt.Pipeline;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Workers.Runs;

/// <summary>A stored run as bytes, before its plan is at hand: a snapshot at <paramref name="Seq"/> and what has happened since.</summary>
/// <param name="Deleted">Its history is gone for good; all that is known is that there was such a run.</param>
sealed record StoredRun(
    Guid TenantId, string RunId, int Slot, long Seq, Guid CommandId, Guid? KeyId, string PlanId, string PlanVersion,
    byte[] State, DateTimeOffset? TimerDue, bool Owes, int Deferred, bool Deleted)
{
    /// <summary>Only of runs too large for one document.</summary>
    public List<(int Ordinal, ReadOnlyMemory<byte> State)> Steps { get; } = [];

    /// <summary>Of maps only: their items, some to a block.</summary>
    public List<(int Ordinal, int Block, ReadOnlyMemory<byte> State)> Items { get; } = [];

    readonly List<(long Seq, IEvent Event, DateTimeOffset OccurredAt)> since = [];

    /// <summary>Takes what an entry of the log has from behind the snapshot.</summary>
    public void Happened(byte[] events, long firstSeq, long behind, DateTimeOffset occurredAt)
    {
        var entry = new LogEntryReader(events);
        for (var seq = firstSeq; entry.Next(); seq++)
            if (seq > behind)
                since.Add((seq, RunEvents.Read(entry.Type, JsonElement.Parse(entry.Data)), occurredAt));
    }

    /// <summary>The run as its history has it.</summary>
    /// <exception cref="LostRaceException">Snapshot and events do not meet: somebody else stored the run meanwhile.</exception>
    public Run Restore(Plan plan)
    {
        var run = State.Length == 0 ? Run.New(RunId, plan) : Run.Read(RunId, plan, State, Steps, Items);
        foreach (var (seq, e, occurredAt) in since)
        {
            if (seq != run.Seq + 1)
                throw new LostRaceException($"run {RunId} was stored anew while it was read", slotLost: false);
            run.Apply(e, occurredAt);
        }
        return run;
    }
}

/// <summary>The SQL of <c>runs.run</c> and <c>runs.step</c>.</summary>
static class RunTable
{
    public static async Task<List<StoredRun>> LoadAsync(
        NpgsqlDataSource postgres, IReadOnlyCollection<(Guid TenantId, string RunId)> keys, CancellationToken stop)
    {
        await using var batch = postgres.CreateBatch();
        batch.BatchCommands.Add(Keyed(
            """
            select r.tenant_id, r.run_id, r.slot, r.seq, r.command_id, r.key_id, r.plan_id, r.plan_version, r.state, r.timer_due, r.owes, r.deferred,
              r.deleted_at is not null
            from unnest($1, $2) as k(tenant_id, run_id)
            join runs.run r using (tenant_id, run_id)
            """, keys));
        batch.BatchCommands.Add(Keyed(
            """
            select s.tenant_id, s.run_id, s.ordinal, s.state
            from unnest($1, $2) as k(tenant_id, run_id)
            join runs.step s using (tenant_id, run_id)
            order by s.tenant_id, s.run_id, s.ordinal
            """, keys));
        batch.BatchCommands.Add(Keyed(NestedTable.SelectItems, keys));
        batch.BatchCommands.Add(Keyed(
            $"""
            select r.tenant_id, r.run_id, e.first_seq, e.events, e.occurred_at, s.seq
            from unnest($1, $2) as k(tenant_id, run_id)
            join runs.run r using (tenant_id, run_id)
            -- Of an archived run the row holds no state: all of it is in the history.
            cross join lateral (select case when r.state = '' then 0 else r.seq end) as s(seq)
            join log.entry e
              on e.tenant_id = r.tenant_id
             and e.stream = 'run-' || r.run_id
             and e.first_seq > s.seq - {LogEntry.MaxEvents}
             and e.first_seq + e.count > s.seq + 1
            order by e.tenant_id, e.stream, e.first_seq
            """, keys));
        var runs = new Dictionary<(Guid, string), StoredRun>();
        await using var reader = await batch.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            var run = new StoredRun(
                reader.GetGuid(0), reader.GetString(1), reader.GetInt32(2), reader.GetInt64(3), reader.GetGuid(4),
                reader.IsDBNull(5) ? null : reader.GetGuid(5), reader.GetString(6), reader.GetString(7), reader.GetFieldValue<byte[]>(8),
                reader.IsDBNull(9) ? null : new DateTimeOffset(reader.GetDateTime(9)), reader.GetBoolean(10), reader.GetInt32(11),
                reader.GetBoolean(12));
            runs[(run.TenantId, run.RunId)] = run;
        }
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
            runs[(reader.GetGuid(0), reader.GetString(1))].Steps.Add((reader.GetInt32(2), reader.GetFieldValue<byte[]>(3)));
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
            runs[(reader.GetGuid(0), reader.GetString(1))].Items.Add((reader.GetInt32(2), reader.GetInt32(3), reader.GetFieldValue<byte[]>(4)));
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
            runs[(reader.GetGuid(0), reader.GetString(1))].Happened(
                reader.GetFieldValue<byte[]>(3), reader.GetInt64(2), behind: reader.GetInt64(5), new DateTimeOffset(reader.GetDateTime(4)));
        return [.. runs.Values];
    }

    static NpgsqlBatchCommand Keyed(string sql, IReadOnlyCollection<(Guid TenantId, string RunId)> keys) => new(sql)
    {
        Parameters =
        {
            EventLog.Array(NpgsqlDbType.Uuid, keys.Select(k => k.TenantId).ToArray()),
            EventLog.Array(NpgsqlDbType.Text, keys.Select(k => k.RunId).ToArray()),
        },
    };

    /// <summary>
    /// Adds what stores the runs that need it: new rows, rows that are still as they were read, changed steps, timers. A row
    /// that moved on or exists already fails the transaction. The others are in the log; their rows follow later.
    /// </summary>
    /// <returns>The runs that are stored.</returns>
    public static IReadOnlyCollection<RunRow> AddSave(NpgsqlBatch batch, IReadOnlyCollection<RunRow> rows)
    {
        var timers = new List<Dvt.Pipeline.Timer>();
        var cleared = new List<(Guid, string)>();
        var ordered = rows.Where(row => MoveTimer(row, timers, cleared) | row.IsSnapshotDue)
            .OrderBy(r => r.TenantId).ThenBy(r => r.Run.RunId, StringComparer.Ordinal).ToList();
        AddRemoval(batch, ordered.FindAll(r => r.IsRepaired));
        AddInsert(batch, ordered.FindAll(r => r.StoredSeq == 0));
        AddUpdate(batch, ordered.FindAll(r => r.StoredSeq > 0));
        AddSteps(batch, ordered);
        NestedTable.AddItems(batch, ordered);
        NestedTable.AddChildren(batch, ordered);
        Timers.AddSet(batch, timers);
        Timers.AddClear(batch, cleared);
        return ordered;
    }

    /// <summary>A timer that fires early costs one idle wake; moving it at every step would cost a write each.</summary>
    /// <returns>True when the timer is set or cleared.</returns>
    static bool MoveTimer(RunRow row, List<Dvt.Pipeline.Timer> timers, List<(Guid, string)> cleared)
    {
        var due = row.Run.IsTerminal ? null : row.Run.NextDue;
        var hasFired = row.TimerFired;
        row.TimerFired = false;
        if (due is { } moment && (row.TimerDue is null || hasFired || moment < row.TimerDue))
        {
            row.TimerDue = moment;
            timers.Add(new(row.TenantId, row.TimerKey, moment, Slot.Queue(row.Slot), WakeRuns.Message(row.TenantId, row.Run.RunId, row.StreamId)));
            return true;
        }
        if (due is not null || row.TimerDue is null || !(row.Run.IsTerminal || hasFired))
            return false;
        row.TimerDue = null;
        cleared.Add((row.TenantId, row.TimerKey));
        return true;
    }

    /// <summary>Steps and items that the history may know nothing of.</summary>
    static void AddRemoval(NpgsqlBatch batch, List<RunRow> rows)
    {
        if (rows.Count == 0)
            return;
        foreach (var table in new[] { "runs.step", "runs.item" })
            batch.BatchCommands.Add(Keyed(
                $"""
                delete from {table} s
                using unnest($1, $2) as k(tenant_id, run_id)
                where s.tenant_id = k.tenant_id
                  and s.run_id = k.run_id
                """, [.. rows.Select(r => (r.TenantId, r.Run.RunId))]));
    }

    static void AddInsert(NpgsqlBatch batch, List<RunRow> rows)
    {
        if (rows.Count == 0)
            return;
        batch.BatchCommands.Add(Filled(
            $"""
            insert into runs.run (tenant_id, run_id, seq, terminal, state, timer_due, owes, deferred, slot, command_id, key_id, plan_id, plan_version)
            select *
            from {Sql.Rows("tenant_id, run_id, seq, terminal, state, timer_due, owes, deferred, slot, command_id, key_id, plan_id, plan_version")} n
            """, rows,
            EventLog.Array(NpgsqlDbType.Integer, rows.Select(r => r.Slot).ToArray()),
            EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.CommandId).ToArray()),
            EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.KeyId).ToArray()),
            EventLog.Array(NpgsqlDbType.Text, rows.Select(r => r.Run.Plan.PlanId).ToArray()),
            EventLog.Array(NpgsqlDbType.Text, rows.Select(r => r.Run.Plan.Version).ToArray())));
    }

    static void AddUpdate(NpgsqlBatch batch, List<RunRow> rows)
    {
        if (rows.Count == 0)
            return;
        batch.BatchCommands.Add(Filled(
            $"""
            with moved as (
              update runs.run r
              set seq = n.seq, terminal = n.terminal, state = n.state, timer_due = n.timer_due, owes = n.owes, deferred = n.deferred,
                touched_at = clock_timestamp()
              from {Sql.Rows("tenant_id, run_id, seq, terminal, state, timer_due, owes, deferred, read_seq")} n
              where r.tenant_id = n.tenant_id
                and r.run_id = n.run_id
                and r.seq = n.read_seq
              returning 1
            )
            select log.expect((select count(*) from moved), $10, 'runs.run')
            """, rows,
            EventLog.Array(NpgsqlDbType.Bigint, rows.Select(r => r.StoredSeq).ToArray()),
            new() { Value = (long)rows.Count }));
    }

    static NpgsqlBatchCommand Filled(string sql, List<RunRow> rows, params NpgsqlParameter[] more)
    {
        var command = new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, rows.Select(r => r.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, rows.Select(r => r.Run.RunId).ToArray()),
                EventLog.Array(NpgsqlDbType.Bigint, rows.Select(r => r.Run.Seq).ToArray()),
                EventLog.Array(NpgsqlDbType.Boolean, rows.Select(r => r.Run.IsTerminal).ToArray()),
                EventLog.Array(NpgsqlDbType.Bytea, rows.Select(StateOf).ToArray()),
                EventLog.Array(NpgsqlDbType.TimestampTz, rows.Select(r => r.TimerDue?.UtcDateTime).ToArray()),
                EventLog.Array(NpgsqlDbType.Boolean, rows.Select(r => r.Run.HasInlineWork).ToArray()),
                EventLog.Array(NpgsqlDbType.Integer, rows.Select(r => r.Run.DeferredSignals).ToArray()),
            },
        };
        foreach (var parameter in more)
            command.Parameters.Add(parameter);
        return command;
    }

    [ThreadStatic]
    static ArrayBufferWriter<byte>? buffer;

    static byte[] StateOf(RunRow row)
    {
        var state = buffer ??= new ArrayBufferWriter<byte>(4096);
        state.ResetWrittenCount();
        row.Run.WriteState(state);
        return state.WrittenSpan.ToArray();
    }

    static void AddSteps(NpgsqlBatch batch, List<RunRow> rows)
    {
        var changed = rows.SelectMany(r => r.Run.TakeChangedSteps().Select(s => (Row: r, s.Ordinal, s.State))).ToList();
        if (changed.Count == 0)
            return;
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
            insert into runs.step (tenant_id, run_id, ordinal, state)
            select *
            from {Sql.Rows("tenant_id, run_id, ordinal, state")} s
            on conflict (tenant_id, run_id, ordinal) do update set state = excluded.state
            """)
        {
            Parameters =
            {
                EventLog.Array(NpgsqlDbType.Uuid, changed.Select(c => c.Row.TenantId).ToArray()),
                EventLog.Array(NpgsqlDbType.Text, changed.Select(c => c.Row.Run.RunId).ToArray()),
                EventLog.Array(NpgsqlDbType.Integer, changed.Select(c => c.Ordinal).ToArray()),
                EventLog.Array(NpgsqlDbType.Bytea, changed.Select(c => c.State).ToArray()),
            },
        });
    }
}
