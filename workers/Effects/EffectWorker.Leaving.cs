using Dvt.Pipeline;

namespace Dvt.Workers.Effects;

// The end of the process: what can land lands, the rest goes back.
sealed partial class EffectWorker
{
    /// <summary>Calls in flight may end; what is left goes back, unacked, for another worker.</summary>
    async Task LeaveAsync(Stages running)
    {
        Task landed;
        lock (gate)
        {
            empty ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (flights.Count == 0)
                empty.TrySetResult();
            landed = empty.Task;
        }
        if (await Task.WhenAny(landed, Task.Delay(DrainTime, CancellationToken.None)) != landed)
        {
            await abandon.CancelAsync();
            await Task.WhenAny(landed, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
        }
        await abandon.CancelAsync();
        running.Claims.Complete();
        running.Records.Complete();
        running.Closes.Complete();
        var back = givenBack.Where(f => f.Claim.Calls > 0).ToLookup(f => f.IsCalled, f => f.Id);
        if (back.Count == 0)
            return;
        EffectsLog.GivenBack(log, back[true].Count() + back[false].Count(), kind.Kind, back[true].Count());
        try
        {
            await table.ReleaseAsync(back[false], back[true], CancellationToken.None);
        }
        catch (Exception fault) when (Postgres.IsUnavailable(fault))
        {
            EffectsLog.Waits(log, "release", kind.Kind, fault.Message);
        }
    }

    void GiveBack(List<Flight> group)
    {
        lock (gate)
        {
            givenBack.AddRange(group);
            group.ForEach(Remove);
        }
    }

    void Remove(Flight flight)
    {
        flights.Remove(flight.Id);
        if (flights.Count == 0)
            empty?.TrySetResult();
    }
}
