using Dvt.Contracts;

namespace Dvt.Bench;

/// <summary>Follows the growth of the log and of the views by their counters alone, which costs the servers next to nothing.</summary>
sealed class LogWatch
{
    const string Heads = "select sum(head)::bigint from log.slot where domain = 'runs'";

    readonly Installation on;
    readonly long before;
    readonly DateTime beganAt;

    LogWatch(Installation on, long before, DateTime beganAt)
    {
        this.on = on;
        this.before = before;
        this.beganAt = beganAt;
        Began = TimeProvider.System.GetTimestamp();
    }

    public long Began { get; }

    public static async Task<LogWatch> StartAsync(Installation on, CancellationToken stop)
    {
        var before = await on.Scratch.ScalarAsync<long>(Heads, stop);
        return new(on, before, await on.Scratch.ScalarAsync<DateTime>("select clock_timestamp()", stop));
    }

    /// <summary>Returns when the log has so many events more than at the start.</summary>
    public async Task GrownAsync(long events, TimeSpan patience, CancellationToken stop)
    {
        long grown = 0;
        try
        {
            await Scratch.UntilAsync("events", async () =>
            {
                foreach (var process in on.Processes)
                    process.ThrowIfGone();
                return (grown = await on.Scratch.ScalarAsync<long>(Heads, stop) - before) >= events;
            }, patience, stop);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{grown} of {events} events came\n{string.Join('\n', on.Processes.Select(p => $"{p.Name}:\n{p.LogTail()}"))}", late);
        }
    }

    /// <summary>Returns when the views have all that the log has.</summary>
    public Task VisibleAsync(TimeSpan patience, CancellationToken stop) =>
        Scratch.UntilAsync("views", () => on.Scratch.ScalarAsync<bool>(
            """
            select coalesce(bool_and(c."offset" = s.head), false)
            from log.slot s
            join read.checkpoint c on c.tail = 'live' and c.slot = s.slot
            where s.domain = 'runs'
            """, stop), patience, stop);

    /// <summary>Seconds from the start to the last <c>RunCompleted</c>; throws when a run is not complete or has a wrong history.</summary>
    public async Task<double> CheckAsync(int runs, int eventsPerRun, CancellationToken stop)
    {
        await using var command = on.Scratch.Database.CreateCommand(
            """
            select count(*), count(*) filter (where completed and events = $2 and last_seq = $2), coalesce(max(ended), clock_timestamp())
            from (
              select bool_or(type = $3) as completed, count(*) as events, max(seq) as last_seq, max(recorded_at) filter (where type = $3) as ended
              from log.events
              where recorded_at >= $1
                and stream like 'run-%'
              group by tenant_id, stream
            ) run
            """);
        command.Parameters.Add(new() { Value = beganAt });
        command.Parameters.Add(new() { Value = (long)eventsPerRun });
        command.Parameters.Add(new() { Value = nameof(RunCompleted) });
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        if (reader.GetInt64(0) != runs || reader.GetInt64(1) != runs)
            throw new InvalidOperationException($"{runs} runs were started, {reader.GetInt64(0)} are there, {reader.GetInt64(1)} complete with {eventsPerRun} events");
        return (reader.GetDateTime(2) - beganAt).TotalSeconds;
    }
}
