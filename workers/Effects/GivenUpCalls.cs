using Microsoft.Extensions.Logging;

namespace Dvt.Workers.Effects;

/// <summary>Ends calls of steps that their runs have cancelled meanwhile, about a second later.</summary>
/// <param name="flights">Those of this process; read under <paramref name="gate"/>.</param>
sealed class GivenUpCalls(EffectTable table, IReadOnlyDictionary<EffectId, Flight> flights, Lock gate, string kind, ILogger log)
{
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken abandon)
    {
        using var timer = new PeriodicTimer(LookEvery);
        while (await timer.WaitForNextTickAsync(CancellationToken.None) && !abandon.IsCancellationRequested)
            if (Flies)
                await LookAsync(abandon);
    }

    bool Flies
    {
        get
        {
            lock (gate)
                return flights.Count > 0;
        }
    }

    Flight? Find(EffectId id)
    {
        lock (gate)
            return flights.GetValueOrDefault(id);
    }

    async Task LookAsync(CancellationToken abandon)
    {
        try
        {
            foreach (var id in await table.GivenUpAsync(abandon))
                if (Find(id) is { } flight)
                    await flight.GiveUpAsync();
        }
        catch (Exception fault)
        {
            EffectsLog.Waits(log, "given up", kind, fault.Message);
        }
    }
}
