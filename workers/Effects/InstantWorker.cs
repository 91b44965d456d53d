using System.Threading.Channels;
using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging;

namespace Dvt.Workers.Effects;

/// <summary>Carries out a kind that touches nothing outside: no intents, whole batches as they come.</summary>
sealed class InstantWorker(IStepKindWorker kind, Publish publish, ILogger<InstantWorker> log) : IWorkHandler
{
    public string Queue => Topology.StepQueue(kind.Kind);

    public int Concurrency => kind.Concurrency;

    public async Task RunAsync(ChannelReader<Delivery> work, Func<IReadOnlyCollection<Delivery>, Task> done, CancellationToken stop)
    {
        while (await work.WaitToReadAsync(stop))
        {
            var batch = new List<Delivery>();
            while (batch.Count < kind.Concurrency && work.TryRead(out var delivery))
                batch.Add(delivery);
            var messages = new List<(string, Envelope)>(batch.Count);
            foreach (var delivery in batch)
                if (await CloseAsync(delivery.Envelope, stop) is { } close)
                    messages.Add(close);
            // A fault of the broker ends this session unacked, and everything comes again.
            await publish(messages, stop);
            await done(batch);
        }
    }

    async Task<(string, Envelope)?> CloseAsync(Envelope envelope, CancellationToken stop)
    {
        try
        {
            var step = ContractsJson.Read<CallStep>(envelope.Body);
            var outcome = await kind.CallAsync(new StepCall(envelope.TenantId, step, TimeSpan.Zero), stop);
            return Closing.Of(envelope, step, outcome switch
            {
                StepOutcome.Succeeded s => new RecordedOutcome(s.Result, Error: null, s.Cost),
                StepOutcome.Failed f => new RecordedOutcome(Result: null, f.Error, f.Cost),
                StepOutcome.Unknown u => new RecordedOutcome(Result: null, StepOutcome.StaysUnknown(u.Reason, Repetition.AnyKey).Error),
                _ => throw new InvalidOperationException("no such outcome"),
            });
        }
        catch (System.Text.Json.JsonException)
        {
            // The engine offers a step again that nobody closes.
            EffectsLog.NoStep(log, envelope.Id, Queue);
            return null;
        }
    }
}
