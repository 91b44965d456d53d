using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;
using static Dvt.Pipeline.Sql;

namespace Dvt.ReadModels;

/// <summary>What runs in the installation. Nothing of any tenant is in it.</summary>
public sealed record Installation(
    DateTimeOffset At, IReadOnlyList<RunningProcess> Processes, IReadOnlyList<HeldSlot> Slots, IReadOnlyList<SeenQueue> Queues, IReadOnlyList<StandingJob> Jobs);

/// <param name="Name">Its role and its process id; where it runs is not told.</param>
/// <param name="Parts">What it works for, where its role can be shared out.</param>
/// <param name="State"><c>up</c>, or <c>silent</c> when nothing was heard of it for a while.</param>
/// <param name="Slots">How many it holds.</param>
public sealed record RunningProcess(
    Guid ProcessId, string Name, string Role, IReadOnlyList<string> Parts, string State, DateTimeOffset StartedAt, DateTimeOffset SeenAt, int Slots);

/// <param name="Queue">Where its commands wait.</param>
/// <param name="State"><c>held</c>, or <c>free</c> when its lease has lapsed.</param>
/// <param name="Process">Who holds it.</param>
/// <param name="Epoch">Grows with each change of owner.</param>
public sealed record HeldSlot(string Domain, int Slot, string Queue, string State, string? Process, Guid? ProcessId, long Epoch, DateTimeOffset? LeaseUntil);

/// <param name="Messages">In the broker, as a worker saw it last.</param>
/// <param name="Parked">Accepted for it while the broker could not take them; 10,000 at the most.</param>
/// <param name="DeadLetters">Open ones and those waiting behind them; 10,000 at the most.</param>
public sealed record SeenQueue(string Name, long Messages, int Consumers, long Parked, long DeadLetters, DateTimeOffset SeenAt);

/// <param name="State"><c>waiting</c>, <c>running</c>, <c>paused</c>, <c>completed</c>, or <c>stopped</c> when the scheduler gave up on it.</param>
/// <param name="LastRun">Null before the first one.</param>
public sealed record StandingJob(string Name, double? EverySeconds, string State, DateTimeOffset? NextAt, DateTimeOffset? PreviousAt, JobRun? LastRun);

/// <param name="Outcome"><c>done</c> or <c>failed</c>.</param>
/// <param name="Fault">Its kind.</param>
public sealed record JobRun(string Outcome, DateTimeOffset EndedAt, double Seconds, string? Fault);

/// <summary>Tells what runs: what the roles say of themselves, leases, and what workers saw of broker and scheduler.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class InstallationQueries(NpgsqlDataSource api)
{
    static readonly string[] Domains = [.. Slot.Worked.Select(d => d.ToString().ToLowerInvariant())];

    public async Task<Installation> FindAsync(CancellationToken stop)
    {
        await using var batch = api.CreateBatch();
        batch.BatchCommands.Add(Command("select clock_timestamp()"));
        batch.BatchCommands.Add(Command(
            """
            select process_id, role, parts, pid, started_at, seen_at, seen_at > clock_timestamp() - $1
            from pipeline.process
            order by role, started_at, process_id
            """, ThisProcess.Silence));
        batch.BatchCommands.Add(Command(
            """
            select l.domain, l.slot, s.epoch, nullif(l.lease_until, '-infinity'), l.lease_until > clock_timestamp(), p.process_id, p.role, p.pid
            from log.lease l
            join log.slot s on s.slot = l.slot
            left join pipeline.process p on p.holder = split_part(l.owner, '/', 1)
            where l.domain = any ($1)
            order by l.slot
            """, (object)Domains));
        batch.BatchCommands.Add(Command(
            """
            select queue, messages, consumers, parked, dead_letters, seen_at
            from pipeline.queues()
            order by queue
            """));
        batch.BatchCommands.Add(Command(
            """
            select job, every_seconds, state, next_at, previous_at, ended_at, seconds, fault
            from pipeline.jobs()
            order by job
            """));
        await using var reader = await batch.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        var at = reader.Time(0);
        await reader.NextResultAsync(stop);
        var processes = await ListAsync(reader, ProcessOf, stop);
        await reader.NextResultAsync(stop);
        var slots = await ListAsync(reader, SlotOf, stop);
        await reader.NextResultAsync(stop);
        var queues = await ListAsync(reader, static row => new SeenQueue(row.GetString(0), row.GetInt64(1), row.GetInt32(2), row.GetInt64(3), row.GetInt64(4), row.Time(5)), stop);
        await reader.NextResultAsync(stop);
        var jobs = await ListAsync(reader, JobOf, stop);
        var held = slots.Where(s => s.ProcessId is not null).CountBy(s => s.ProcessId!.Value).ToDictionary();
        return new(at, [.. processes.Select(p => p with { Slots = held.GetValueOrDefault(p.ProcessId) })], slots, queues, jobs);
    }

    static RunningProcess ProcessOf(NpgsqlDataReader row) => new(
        row.GetGuid(0), NameOf(row.GetString(1), row.GetInt32(3)), row.GetString(1), row.GetFieldValue<string[]>(2),
        row.GetBoolean(6) ? "up" : "silent", row.Time(4), row.Time(5), Slots: 0);

    static HeldSlot SlotOf(NpgsqlDataReader row)
    {
        var (slot, isHeld) = (row.GetInt32(1), row.GetBoolean(4));
        var isKnown = isHeld && !row.IsDBNull(5);
        return new(row.GetString(0), slot, Slot.Queue(slot), isHeld ? "held" : "free", isKnown ? NameOf(row.GetString(6), row.GetInt32(7)) : null,
            isKnown ? row.GetGuid(5) : null, row.GetInt64(2), row.TimeOrNull(3));
    }

    static StandingJob JobOf(NpgsqlDataReader row) => new(
        row.GetString(0), row.IsDBNull(1) ? null : row.GetDouble(1), row.GetString(2), row.TimeOrNull(3), row.TimeOrNull(4),
        row.TimeOrNull(5) is { } ended ? new(row.IsDBNull(7) ? "done" : "failed", ended, row.GetDouble(6), row.TextOrNull(7)) : null);

    static string NameOf(string role, int pid) => $"{role}-{pid}";

    static async Task<List<T>> ListAsync<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read, CancellationToken stop)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(stop))
            rows.Add(read(reader));
        return rows;
    }
}
