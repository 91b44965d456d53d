using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Dvt.ReadModels;

/// <summary>
/// Keeps all views up to the log. One process at a time writes; the others stand by and take over within three seconds.
/// </summary>
/// <param name="projector">Of role <c>dvt_projector</c>.</param>
public sealed class Projector(PostgresOptions options, ThisProcess process, NpgsqlDataSource projector, LogGrowth growth, ILogger<Projector> log) : BackgroundService
{
    static readonly TimeSpan StandBy = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan LongestGivingWay = TimeSpan.FromMilliseconds(600);

    /// <summary>As long as views are no further behind than this, those who write the log come first.</summary>
    static readonly TimeSpan PatientWith = TimeSpan.FromMilliseconds(800);

    /// <summary>From here on a step counts as one of a fast log.</summary>
    const int ManyEvents = 500;

    static readonly TimeSpan LookForRequests = TimeSpan.FromSeconds(1);

    readonly string holder = $"{process.Holder}/{Guid.NewGuid():n}";

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Loop.RunAsync("projector", log, LeadAsync, stoppingToken);

    async Task LeadAsync(CancellationToken stop)
    {
        var lease = new Lease(projector, holder);
        while (!await lease.TryTakeAsync(stop))
            await Loop.PauseAsync(StandBy, stop);
        ReadModelsLog.Leads(log, holder);
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var holding = lease.HoldAsync(leading.Token);
        var following = FollowAsync(leading.Token);
        var first = await Task.WhenAny(holding, following);
        if (first == holding && !stop.IsCancellationRequested)
            ReadModelsLog.LeaseLost(log, holder);
        await leading.CancelAsync();
        try
        {
            await following;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // The lease is lost: stand by again.
        }
        finally
        {
            await holding.ContinueWith(static _ => { }, TaskScheduler.Default);
            await LeaveAsync(lease);
        }
    }

    static async Task LeaveAsync(Lease lease)
    {
        try
        {
            await lease.LeaveAsync();
        }
        catch (Exception fault) when (Postgres.IsUnavailable(fault))
        {
            // It lapses by itself.
        }
    }

    async Task FollowAsync(CancellationToken stop)
    {
        await using var owner = ViewTables.OpenOwner(options);
        var (toFill, outdated) = await PrepareAsync(owner, stop);
        await using var reader = await projector.OpenConnectionAsync(stop);
        await using var writer = await projector.OpenConnectionAsync(stop);
        await using var rebuild = new Rebuild(owner, projector, log);
        var live = await FollowLiveAsync(outdated, reader, writer, stop);
        await rebuild.StartAsync(toFill, () => live.Offsets, stop);
        var lookAt = TimeProvider.System.GetTimestamp();
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var grown = growth.Next;
                var began = TimeProvider.System.GetTimestamp();
                var taken = await live.StepAsync(upTo: null, stop);
                rebuild.ThrowIfFailed();
                if (rebuild.IsNear)
                {
                    if (await rebuild.TrySwapAsync(live.Offsets, stop))
                    {
                        await live.DisposeAsync();
                        live = await FollowLiveAsync(without: [], reader, writer, stop);
                    }
                }
                else if (!rebuild.IsRunning && TimeProvider.System.GetElapsedTime(lookAt) > LookForRequests)
                {
                    lookAt = TimeProvider.System.GetTimestamp();
                    await rebuild.StartAsync(await ReadRequestsAsync(stop), () => live.Offsets, stop);
                }
                if (taken == 0)
                    await LogGrowth.WaitAsync(grown, stop);
                else if (taken >= ManyEvents && grown.IsCompleted && live.Behind < PatientWith)
                    await GiveWayAsync(TimeProvider.System.GetElapsedTime(began), stop);
            }
        }
        finally
        {
            await live.DisposeAsync();
        }
    }

    /// <summary>While the log grows fast those who write it come first; what waits makes the next batch larger and cheaper.</summary>
    static Task GiveWayAsync(TimeSpan step, CancellationToken stop) =>
        Loop.PauseAsync(4 * step < LongestGivingWay ? 4 * step : LongestGivingWay, stop);

    static async Task<Follower> FollowLiveAsync(
        IReadOnlyCollection<IView> without, NpgsqlConnection reader, NpgsqlConnection writer, CancellationToken stop)
    {
        var live = new Follower(Follower.Live, [.. Views.All.Except(without).Select(v => (v, ViewTables.Table(v)))], reader, writer);
        await live.LoadAsync(stop);
        return live;
    }

    /// <summary>Makes missing tables. Tells which views have to be filled anew, and of which the table cannot be kept up meanwhile.</summary>
    internal static async Task<(List<IView> ToFill, List<IView> Outdated)> PrepareAsync(NpgsqlDataSource owner, CancellationToken stop)
    {
        await using var connection = await owner.OpenConnectionAsync(stop);
        var known = new Dictionary<string, (string Definition, string State)>();
        await using (var command = new NpgsqlCommand("select name, definition, state from read.projection", connection))
        await using (var rows = await command.ExecuteReaderAsync(stop))
            while (await rows.ReadAsync(stop))
                known[rows.GetString(0)] = (rows.GetString(1), rows.GetString(2));
        await using var started = new NpgsqlCommand("""select exists (select from read.checkpoint where tail = 'live' and "offset" > 0)""", connection);
        var fromZero = !(bool)(await started.ExecuteScalarAsync(stop))!;
        List<IView> toFill = [], outdated = [];
        foreach (var view in Views.All)
        {
            var definition = ViewTables.DefinitionOf(view);
            if (!known.TryGetValue(view.Name, out var row))
                await AddAsync(connection, view, definition, tail: fromZero ? Follower.Live : Follower.Outdated, stop);
            if (row.Definition is null ? !fromZero : row.Definition != definition)
                outdated.Add(view);
            else if (row.State == "rebuilding")
                toFill.Add(view);
        }
        return ([.. outdated, .. toFill], outdated);
    }

    /// <summary>An empty table answers queries until it is filled, or until its filled twin is swapped in; its position is the beginning.</summary>
    static async Task AddAsync(NpgsqlConnection connection, IView view, string definition, string tail, CancellationToken stop)
    {
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await ViewTables.CreateAsync(connection, view, suffix: "", stop);
        await ViewTables.IndexAsync(connection, view, suffix: "", stop);
        await ViewTables.AddFunctionsAsync(connection, view, stop);
        await using var register = new NpgsqlCommand(
            """
            insert into read.projection (name, definition, tail, state)
            values ($1, $2, $3, case when $3 = 'live' then 'live' else 'rebuilding' end)
            """, connection)
        {
            Parameters = { new() { Value = view.Name }, new() { Value = definition }, new() { Value = tail } },
        };
        await register.ExecuteNonQueryAsync(stop);
        if (tail == Follower.Outdated)
            await ViewTables.ExecuteAsync(connection, "delete from read.checkpoint where tail = 'outdated'", stop);
        await Follower.AddCheckpointsAsync(connection, tail, stop);
        await transaction.CommitAsync(stop);
    }

    async Task<List<IView>> ReadRequestsAsync(CancellationToken stop)
    {
        await using var command = projector.CreateCommand("select name from read.rebuild_request");
        await using var rows = await command.ExecuteReaderAsync(stop);
        var names = new HashSet<string>();
        while (await rows.ReadAsync(stop))
            names.Add(rows.GetString(0));
        return [.. Views.All.Where(v => names.Contains(v.Name))];
    }
}
