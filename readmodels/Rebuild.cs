using Dvt.Pipeline;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.ReadModels;

/// <summary>
/// Fills views from the log in tables beside theirs, then swaps all of them in one transaction at the live tail's
/// checkpoint. Never ahead of the live tail, so that both can meet.
/// </summary>
sealed class Rebuild(NpgsqlDataSource owner, NpgsqlDataSource projector, ILogger log) : IAsyncDisposable
{
    const string Suffix = "_next";

    /// <summary>So few events behind, the rest is done while the live tail waits.</summary>
    const int Near = 2_000;

    readonly CancellationTokenSource leaving = new();
    IReadOnlyList<IView> views = [];
    Follower? follower;
    NpgsqlConnection? reader, writer;
    Task filling = Task.CompletedTask;
    long began;

    /// <summary>True from the start to the swap.</summary>
    public bool IsRunning => views.Count > 0;

    /// <summary>True when only the swap is left.</summary>
    public bool IsNear => IsRunning && filling.IsCompletedSuccessfully;

    public void ThrowIfFailed()
    {
        if (filling.IsFaulted)
            filling.GetAwaiter().GetResult();
    }

    /// <param name="live">Where the live tail is now.</param>
    public async Task StartAsync(IReadOnlyList<IView> wanted, Func<Offsets> live, CancellationToken stop)
    {
        if (wanted.Count == 0)
            return;
        views = wanted;
        began = TimeProvider.System.GetTimestamp();
        ReadModelsLog.Rebuilding(log, Names);
        await using (var connection = await owner.OpenConnectionAsync(stop))
            await MarkAsync(connection, stop);
        filling = FillAsync(live, CancellationTokenSource.CreateLinkedTokenSource(stop, leaving.Token).Token);
    }

    string Names => string.Join(", ", views.Select(v => v.Name));

    async Task FillAsync(Func<Offsets> live, CancellationToken stop)
    {
        await using var connection = await owner.OpenConnectionAsync(stop);
        foreach (var view in views)
            await ViewTables.CreateAsync(connection, view, Suffix, stop);
        reader = await projector.OpenConnectionAsync(stop);
        writer = await projector.OpenConnectionAsync(stop);
        follower = new Follower(Follower.Next, [.. views.Select(v => (v, ViewTables.Table(v, Suffix)))], reader, writer);
        await follower.LoadAsync(stop);
        await CatchUpAsync(follower, live, stop);
        foreach (var view in views)
        {
            // After the bulk of the rows: building an index at once is several times cheaper than row by row.
            await ViewTables.IndexAsync(connection, view, Suffix, stop);
            await ViewTables.AnalyzeAsync(connection, view, Suffix, stop);
        }
        await CatchUpAsync(follower, live, stop);
    }

    /// <summary>Views whose table is older than their definition count as being where they are now, until they are swapped.</summary>
    async Task MarkAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await ViewTables.ExecuteAsync(connection, "delete from read.checkpoint where tail = 'next'", stop);
        await ViewTables.ExecuteAsync(connection,
            """
            insert into read.checkpoint (tail, slot, "offset")
            select 'outdated', slot, "offset"
            from read.checkpoint
            where tail = 'live'
            on conflict (tail, slot) do nothing
            """, stop);
        foreach (var view in views)
        {
            await using var mark = new NpgsqlCommand(
                """
                update read.projection
                set state = 'rebuilding',
                    tail = case when definition = $2 then tail else 'outdated' end,
                    changed_at = clock_timestamp()
                where name = $1
                """, connection)
            {
                Parameters = { new() { Value = view.Name }, new() { Value = ViewTables.DefinitionOf(view) } },
            };
            await using var taken = new NpgsqlCommand("delete from read.rebuild_request where name = $1", connection)
            {
                Parameters = { new() { Value = view.Name } },
            };
            await taken.ExecuteNonQueryAsync(stop);
            await mark.ExecuteNonQueryAsync(stop);
        }
        await transaction.CommitAsync(stop);
    }

    static async Task CatchUpAsync(Follower follower, Func<Offsets> live, CancellationToken stop)
    {
        while (await follower.StepAsync(live(), stop) > Near)
        {
            // Far behind yet.
        }
    }

    /// <summary>Does the rest and swaps; the live tail waits meanwhile. False when queries held the tables for too long.</summary>
    public async Task<bool> TrySwapAsync(Offsets live, CancellationToken stop)
    {
        while (!follower!.Offsets.Covers(live))
            await follower.StepAsync(live, stop);
        try
        {
            await using var connection = await owner.OpenConnectionAsync(stop);
            await using var transaction = await connection.BeginTransactionAsync(stop);
            await ViewTables.ExecuteAsync(connection, "set local lock_timeout = '1s'", stop);
            await using (var sure = new NpgsqlBatch(connection))
            {
                sure.BatchCommands.Add(Follower.Advance(Follower.Live, live, live));
                sure.BatchCommands.Add(Follower.Advance(Follower.Next, follower.Offsets, follower.Offsets));
                await sure.ExecuteNonQueryAsync(stop);
            }
            foreach (var view in views)
            {
                await ViewTables.SwapAsync(connection, view, Suffix, stop);
                await RegisterAsync(connection, view, stop);
            }
            await ViewTables.ExecuteAsync(connection, "delete from read.checkpoint where tail in ('next', 'outdated')", stop);
            await transaction.CommitAsync(stop);
        }
        catch (PostgresException held) when (held.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            ReadModelsLog.SwapPutOff(log, held.MessageText);
            return false;
        }
        ReadModelsLog.Swapped(log, Names, TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        views = [];
        await CloseAsync();
        return true;
    }

    static async Task RegisterAsync(NpgsqlConnection connection, IView view, CancellationToken stop)
    {
        await using var register = new NpgsqlCommand(
            """
            update read.projection
            set definition = $2,
                tail = 'live',
                state = 'live',
                changed_at = clock_timestamp()
            where name = $1
            """, connection)
        {
            Parameters = { new() { Value = view.Name }, new() { Value = ViewTables.DefinitionOf(view) } },
        };
        await register.ExecuteNonQueryAsync(stop);
    }

    async Task CloseAsync()
    {
        if (follower is not null)
            await follower.DisposeAsync();
        if (reader is not null)
            await reader.DisposeAsync();
        if (writer is not null)
            await writer.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await leaving.CancelAsync();
        await filling.ContinueWith(static _ => { }, TaskScheduler.Default);
        await CloseAsync();
        leaving.Dispose();
    }
}
