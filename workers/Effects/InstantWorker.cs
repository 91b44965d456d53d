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
        using var session = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var answering = new List<Task>();
        try
        {
            while (await work.WaitToReadAsync(session.Token))
            {
                var batch = new List<Delivery>();
                while (batch.Count < kind.Concurrency && work.TryRead(out var delivery))
                    batch.Add(delivery);
                answering.RemoveAll(a => a.IsCompletedSuccessfully);
                answering.Add(AnswerAsync(batch, done, session));
            }
        }
        catch (OperationCanceledException) when (session.IsCancellationRequested)
        {
            // The fault, if it is one, is an answer's.
        }
        await Task.WhenAll(answering);
    }

    /// <summary>Beside the next batch, since an answer is there only once it is committed. A fault of the broker ends the session unacked, and everything comes again.</summary>
    async Task AnswerAsync(List<Delivery> batch, Func<IReadOnlyCollection<Delivery>, Task> done, CancellationTokenSource session)
    {
        try
        {
            var messages = new List<(string, Envelope)>(batch.Count);
            foreach (var delivery in batch)
                if (await CloseAsync(delivery, session.Token) is { } close)
                    messages.Add(close);
            await publish(messages, session.Token);
            await done(batch);
        }
        catch
        {
            await session.CancelAsync();
            throw;
        }
    }

    async Task<(string, Envelope)?> CloseAsync(Delivery delivery, CancellationToken stop)
    {
        var envelope = delivery.Envelope;
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
            }, delivery.Redelivered);
        }
        catch (System.Text.Json.JsonException)
        {
            // The engine offers a step again that nobody closes.
            EffectsLog.NoStep(log, envelope.Id, Queue);
            return null;
        }
    }
}
