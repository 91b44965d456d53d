using Dvt.Contracts;
using Npgsql;

namespace Dvt.Pipeline;

// Takes floods out of the way, and back in turns, while batches are in work: whoever comes behind a flood waits for neither.
sealed partial class Lane
{
    /// <summary>So that what comes bit by bit is moved with one commit.</summary>
    static readonly TimeSpan BalancePause = TimeSpan.FromMilliseconds(15);

    Task balancing = Task.CompletedTask;
    int inBalance;

    /// <summary>Until there is nothing to balance any more. Throws nothing.</summary>
    async Task BalanceAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && overflow.IsWanted)
            if (!await BalanceOnceAsync(stop))
                await Loop.PauseAsync(BalancePause, stop);
    }

    async Task<bool> BalanceOnceAsync(CancellationToken stop)
    {
        Interlocked.Exchange(ref inBalance, 1);
        try
        {
            return await overflow.BalanceAsync(SettleAsync, Loading, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return false; // Not settled, so it comes again elsewhere.
        }
        catch (PostgresException fault) when (LostRaceException.TryFrom(fault, out var race))
        {
            StartOver(race.Message);
        }
        catch (LostRaceException race)
        {
            StartOver(race.Message);
        }
        catch (Exception fault) when (Postgres.IsUnavailable(fault) || RabbitMq.IsUnavailable(fault))
        {
            // What is at hand can be tried all the same, and waits by itself.
            PipelineLog.Paused(log, $"balance of lane {number}", fault.Message);
            await Loop.PauseAsync(TimeSpan.FromMilliseconds(250), stop);
        }
        catch (Exception fault)
        {
            // Whatever it was, the lane lives: everything unsettled goes back and comes again in order.
            PipelineLog.LoopFailed(log, fault, $"balance of lane {number}");
            StartOver(fault.Message);
        }
        finally
        {
            Interlocked.Exchange(ref inBalance, 0);
        }
        return false;
    }

    void StartOver(string reason)
    {
        resetWanted = reason;
        source?.Abandon();
    }

    void Loading(int slot, int count)
    {
        if (subscriptions.TryGetValue(slot, out var subscription))
            Interlocked.Add(ref subscription.Undone, count);
    }
}
