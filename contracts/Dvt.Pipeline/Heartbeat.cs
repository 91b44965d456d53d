using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Pipeline;

/// <summary>Says every few seconds that this process lives, and forgets those that have been silent for long.</summary>
sealed class Heartbeat(ThisProcess process, NpgsqlDataSource postgres, ILogger<Heartbeat> log) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Long enough for somebody to see that one has died.</summary>
    static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(5);

    static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(2);

    readonly long began = TimeProvider.System.GetTimestamp();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Loop.RunAsync("heartbeat", log, BeatAsync, stoppingToken);
        await LeaveAsync();
    }

    async Task BeatAsync(CancellationToken stop)
    {
        while (true)
        {
            // Those that another one forgets at the same moment are left to it, so that no two wait for each other.
            await using var command = postgres.CreateCommand(
                """
                with gone as (
                  delete from pipeline.process
                  where process_id in (
                    select process_id
                    from pipeline.process
                    where process_id <> $1
                      and seen_at < clock_timestamp() - $7
                    for update skip locked
                  )
                )
                insert into pipeline.process (process_id, holder, role, parts, pid, started_at, seen_at)
                values ($1, $2, $3, $4, $5, clock_timestamp() - $6, clock_timestamp())
                on conflict (process_id) do update set seen_at = excluded.seen_at
                """);
            foreach (var value in (object[])
                [process.Id, process.Holder, process.Role, process.Parts.ToArray(), Environment.ProcessId, TimeProvider.System.GetElapsedTime(began), Forgotten])
                command.Parameters.Add(new() { Value = value });
            await command.ExecuteNonQueryAsync(stop);
            await Task.Delay(Interval, stop);
        }
    }

    /// <summary>Who ends by itself is not missed.</summary>
    async Task LeaveAsync()
    {
        using var limit = new CancellationTokenSource(LeavePatience);
        try
        {
            await using var command = postgres.CreateCommand("delete from pipeline.process where process_id = $1");
            command.Parameters.Add(new() { Value = process.Id });
            await command.ExecuteNonQueryAsync(limit.Token);
        }
        catch (Exception fault) when (fault is OperationCanceledException || Postgres.IsUnavailable(fault))
        {
            PipelineLog.Paused(log, "leaving", fault.Message);
        }
    }
}
