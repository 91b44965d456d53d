using Dvt.Contracts;
using Dvt.Pipeline;

namespace Dvt.Workers.Effects;

// The end of flights: the run is told, then their messages are acked.
sealed partial class EffectWorker
{
    /// <summary>Beside the next groups: an answer is there once its slot has committed it, and no slot waits for another's.</summary>
    Task CloseAsync(List<Flight> group)
    {
        LandAsync(group);
        return Task.CompletedTask;
    }

    /// <summary>A fault ends the process, as one of a gatherer does.</summary>
    async void LandAsync(List<Flight> group)
    {
        var messages = group.ConvertAll(f => f.Close());
        await PatientlyAsync("answer", async () =>
        {
            var sent = messages;
            // Should this try fail, some of them may have been in work.
            messages = sent.ConvertAll(m => (m.Queue, m.Envelope with { Repeated = true }));
            await publish(sent, CancellationToken.None);
        }, CancellationToken.None);
        lock (gate)
            group.ForEach(Remove);
        await SettleAsync(group);
    }

    static async Task SettleAsync(List<Flight> landed)
    {
        foreach (var channel in landed.SelectMany(f => f.Waiting).GroupBy(w => w.Settle, w => w.Delivery))
            await channel.Key([.. channel]);
    }
}
