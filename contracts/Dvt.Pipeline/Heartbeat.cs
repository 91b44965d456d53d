using Dvt.Pipeline.Watching;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.Pipeline;

/// <summary>Says every few seconds that this process lives, and forgets those that have been silent for long.</summary>
/// <param name="server">Tells where the process listens; null for one that does not.</param>
sealed class Heartbeat(ThisProcess process, NpgsqlDataSource postgres, ILogger<Heartbeat> log, IServer? server = null) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Until the web server listens, which it does after the loops have begun.</summary>
    static readonly TimeSpan FirstInterval = TimeSpan.FromMilliseconds(250);

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
                insert into pipeline.process (process_id, holder, role, parts, pid, started_at, seen_at, metrics_address)
                values ($1, $2, $3, $4, $5, clock_timestamp() - $6, clock_timestamp(), $8)
                on conflict (process_id) do update
                set seen_at = excluded.seen_at, metrics_address = excluded.metrics_address
                """);
            foreach (var value in (object[])
                [process.Id, process.Holder, process.Role, process.Parts.ToArray(), Environment.ProcessId, TimeProvider.System.GetElapsedTime(began), Forgotten])
                command.Parameters.Add(new() { Value = value });
            var listening = server?.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
            command.Parameters.Add(new() { Value = (object?)MetricsAddress.Of(listening) ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            await command.ExecuteNonQueryAsync(stop);
            await Task.Delay(server is not null && listening.Count == 0 ? FirstInterval : Interval, stop);
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
