using Dvt.Contracts;
using Dvt.Pipeline;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary>How far the views are, and waiting for them. Positions in slots that no view follows count as reached.</summary>
/// <param name="api">Of role <c>dvt_api</c>.</param>
public sealed class Freshness(NpgsqlDataSource api)
{
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(4);

    readonly Lock gate = new();
    readonly List<Waiter> waiters = [];
    bool looking;

    public async Task<LogPosition> CurrentAsync(CancellationToken stop)
    {
        await using var command = api.CreateCommand("""select slot, "offset" from read.position()""");
        await using var reader = await command.ExecuteReaderAsync(stop);
        return await TenantQuery.ReadPositionAsync(reader, stop);
    }

    /// <summary>Where the log itself stands: tables that are written with it hold at least that.</summary>
    public async Task<LogPosition> HeadAsync(CancellationToken stop)
    {
        await using var command = api.CreateCommand("select slot, head from log.slot");
        await using var reader = await command.ExecuteReaderAsync(stop);
        return await TenantQuery.ReadPositionAsync(reader, stop);
    }

    /// <summary>True once the views have what is wanted, false when they did not within the time given.</summary>
    public async Task<bool> WaitAsync(LogPosition wanted, TimeSpan atMost, CancellationToken stop)
    {
        var waiter = new Waiter(wanted);
        lock (gate)
        {
            waiters.Add(waiter);
            if (!looking)
            {
                looking = true;
                _ = LookAsync();
            }
        }
        try
        {
            await waiter.Reached.Task.WaitAsync(atMost, stop);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            lock (gate)
                waiters.Remove(waiter);
        }
    }

    /// <summary>One look for all who wait, for as long as someone does.</summary>
    async Task LookAsync()
    {
        try
        {
            await LookWhileWantedAsync();
        }
        catch
        {
            // Whatever ended it, the next who waits begins anew.
            lock (gate)
                looking = false;
            throw;
        }
    }

    async Task LookWhileWantedAsync()
    {
        while (true)
        {
            try
            {
                var current = await CurrentAsync(CancellationToken.None);
                lock (gate)
                    foreach (var waiter in waiters)
                        if (Reaches(current, waiter.Wanted))
                            waiter.Reached.TrySetResult();
            }
            catch (Exception fault) when (Postgres.IsUnavailable(fault))
            {
                // With the database away nothing becomes visible; those who wait give up by themselves.
            }
            await Task.Delay(Look);
            lock (gate)
                if (waiters.Count == 0)
                {
                    looking = false;
                    return;
                }
        }
    }

    static bool Reaches(LogPosition current, LogPosition wanted) =>
        wanted.Offsets.All(w => !Followed.Contains(w.Key) || current[w.Key] >= w.Value);

    static readonly HashSet<int> Followed = [.. Tail.Slots];

    sealed class Waiter(LogPosition wanted)
    {
        public LogPosition Wanted { get; } = wanted;

        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
