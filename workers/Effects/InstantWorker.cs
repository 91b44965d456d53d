using System.Threading.Channels;
using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging;

namespace Dvt.Workers.Effects;

/// <summary>Carries out a kind that touches nothing outside: no intents, whole batches as they come.</summary>
sealed class InstantWorker(IStepKindWorker kind, Publish publish, ILogger<InstantWorker> log) : IWorkHandler
{
    /// <summary>Batches that wait for their commit at the same time; what comes behind them stays in the queue, where tenants have turns and floods are moved away.</summary>
    const int BatchesInWork = 4;

    public string Queue => Topology.StepQueue(kind.Kind);

    public int Concurrency => kind.Concurrency;

    public async Task RunAsync(ChannelReader<Delivery> work, Func<IReadOnlyCollection<Delivery>, Task> done, CancellationToken stop)
    {
        using var session = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var places = new SemaphoreSlim(BatchesInWork * kind.Concurrency);
        var answering = new List<Task>();
        try
        {
            while (await work.WaitToReadAsync(session.Token))
            {
                await places.WaitAsync(session.Token);
                var batch = Read(work, places);
                answering.RemoveAll(a => a.IsCompletedSuccessfully);
                answering.Add(AnswerAsync(batch, done, places, session));
            }
        }
        catch (OperationCanceledException) when (session.IsCancellationRequested)
        {
            // The fault, if it is one, is an answer's.
        }
        await Task.WhenAll(answering);
    }

    /// <summary>As many as have a place; the first has one.</summary>
    List<Delivery> Read(ChannelReader<Delivery> work, SemaphoreSlim places)
    {
        var batch = new List<Delivery>();
        do
        {
            if (!work.TryRead(out var delivery))
            {
                places.Release();
                break;
            }
            batch.Add(delivery);
        }
        while (batch.Count < kind.Concurrency && places.Wait(0));
        return batch;
    }

    /// <summary>Beside the next batch, since an answer is there only once it is committed; each slot's by themselves, since slots commit apart.</summary>
    Task AnswerAsync(List<Delivery> batch, Func<IReadOnlyCollection<Delivery>, Task> done, SemaphoreSlim places, CancellationTokenSource session) =>
        OrEndAsync(session, async () =>
        {
            var answers = new List<(Delivery Call, (string Queue, Envelope Envelope)? Close)>(batch.Count);
            foreach (var call in batch)
                answers.Add((call, await CloseAsync(call, session.Token)));
            await Task.WhenAll(answers.GroupBy(a => a.Close?.Queue).Select(ofSlot => OrEndAsync(session, async () =>
            {
                List<Delivery> calls = [.. ofSlot.Select(a => a.Call)];
                await publish([.. ofSlot.Where(a => a.Close is not null).Select(a => a.Close!.Value)], session.Token);
                await done(calls);
                places.Release(calls.Count);
            })));
        });

    /// <summary>A fault of the broker ends the session unacked, and everything comes again.</summary>
    static async Task OrEndAsync(CancellationTokenSource session, Func<Task> work)
    {
        try
        {
            await work();
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
