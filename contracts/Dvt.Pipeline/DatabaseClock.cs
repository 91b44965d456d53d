using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Pipeline;

/// <summary>
/// The database's clock without a round trip per reading: its distance to this machine's monotonic clock is measured
/// each second. Decisions use it, so a worker whose own clock is off by hours decides as the others do.
/// </summary>
public sealed class DatabaseClock(NpgsqlDataSource postgres, ILogger<DatabaseClock> log) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    readonly TaskCompletionSource measured = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long anchorTicks;
    long anchorTimestamp;

    /// <summary>UTC, cut to microseconds, as Postgres keeps it. Waits only before the first measurement.</summary>
    public async ValueTask<DateTimeOffset> NowAsync(CancellationToken stop)
    {
        if (!measured.Task.IsCompleted)
            await measured.Task.WaitAsync(stop);
        return Read();
    }

    DateTimeOffset Read()
    {
        var ticks = Volatile.Read(ref anchorTicks) + TimeProvider.System.GetElapsedTime(Volatile.Read(ref anchorTimestamp)).Ticks;
        return new DateTimeOffset(ticks - ticks % TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
    }

    /// <summary>The same for libraries that ask for a <see cref="TimeProvider"/>; this machine's own clock before the first measurement.</summary>
    public TimeProvider AsTimeProvider => new Provider(this);

    sealed class Provider(DatabaseClock clock) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => clock.measured.Task.IsCompleted ? clock.Read() : base.GetUtcNow();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Loop.RunAsync("database clock", log, MeasureAsync, stoppingToken);

    async Task MeasureAsync(CancellationToken stop)
    {
        while (true)
        {
            await using var command = postgres.CreateCommand("select clock_timestamp()");
            var asked = TimeProvider.System.GetTimestamp();
            var answer = (DateTime)(await command.ExecuteScalarAsync(stop))!;
            var roundTrip = TimeProvider.System.GetElapsedTime(asked);
            Volatile.Write(ref anchorTimestamp, asked);
            Volatile.Write(ref anchorTicks, answer.Ticks - roundTrip.Ticks / 2);
            measured.TrySetResult();
            await Task.Delay(Interval, stop);
        }
    }
}
