using Dvt.Contracts;

namespace Dvt.Pipeline;

// Orders to the pipeline itself: fences, and what people decide about dead letters.
sealed partial class BatchProcess
{
    async Task RunForPipelineAsync(Delivery delivery, CancellationToken stop)
    {
        var envelope = delivery.Envelope;
        var outcome = envelope.Type switch
        {
            nameof(ReplayDeadLetter) => await ReplayAsync(delivery, ContractsJson.Read<ReplayDeadLetter>(envelope.Body), stop),
            nameof(DiscardDeadLetter) => await DiscardAsync(delivery, ContractsJson.Read<DiscardDeadLetter>(envelope.Body), stop),
            nameof(KeepDeadLetter) => await KeepAsync(delivery, ContractsJson.Read<KeepDeadLetter>(envelope.Body), stop),
            _ => new Outcome(envelope.Id, Outcome.Done),
        };
        await ReplyAsync(envelope, outcome, stop);
    }

    /// <summary>What the broker gave up on, as if it had failed here.</summary>
    async Task<Outcome> KeepAsync(Delivery order, KeepDeadLetter kept, CancellationToken stop)
    {
        var dead = order with { Envelope = kept.Message, Queue = kept.Queue };
        if (blocked.ContainsKey(dead.OrderKey))
            await PatientlyAsync(() => deadLetters.HoldBackAsync([dead], stop), stop);
        else
            await BuryAsync(dead, tries: 0, kept.Code, kept.Detail, static _ => Task.CompletedTask, stop);
        return new Outcome(order.Envelope.Id, Outcome.Done);
    }

    /// <summary>The dead letter first, then in order what waits behind it, all before anything newer of the key.</summary>
    async Task<Outcome> ReplayAsync(Delivery by, ReplayDeadLetter order, CancellationToken stop)
    {
        var open = await PatientlyAsync(() => deadLetters.OpenAsync(order.DeadLetterId, by.Envelope.TenantId, stop), stop);
        if (open.Count == 0)
            return new Outcome(by.Envelope.Id, Outcome.Refused, "DEAD_LETTER_CLOSED", "it was replayed or discarded before", by.Envelope.Resource);
        if (open[0].Envelope is not { } first)
            return new Outcome(by.Envelope.Id, Outcome.Refused, "NOT_DECODABLE", "it is no message that anyone understands; it can only be discarded", by.Envelope.Resource);
        if (order.Body is { } edited)
            open[0] = open[0] with { Envelope = first with { Body = edited } };
        foreach (var (id, queue, envelope) in open)
        {
            // A step kind's queue has workers of its own.
            if (queue != by.Queue)
                await PatientlyAsync(() => publisher.PublishAsync(queue, envelope!, stop), stop);
            else if (await TryAsync([by with { Envelope = envelope! }], stop) is { } fault)
            {
                await PatientlyAsync(() => deadLetters.ReopenAsync(id, fault.GetType().Name, Safe(fault), stop), stop);
                return new Outcome(by.Envelope.Id, Outcome.Refused, "REPLAY_FAILED", Safe(fault), by.Envelope.Resource);
            }
            await PatientlyAsync(() => deadLetters.CloseAsync(id, "replayed", by.Envelope.Actor, reason: null, stop), stop);
        }
        blocked.TryRemove((by.Queue, by.Envelope.TenantId, order.Key), out _);
        return new Outcome(by.Envelope.Id, Outcome.Done, Resource: by.Envelope.Resource);
    }

    async Task<Outcome> DiscardAsync(Delivery by, DiscardDeadLetter order, CancellationToken stop)
    {
        var open = await PatientlyAsync(() => deadLetters.OpenAsync(order.DeadLetterId, by.Envelope.TenantId, stop), stop);
        if (open.Count == 0)
            return new Outcome(by.Envelope.Id, Outcome.Refused, "DEAD_LETTER_CLOSED", "it was replayed or discarded before", by.Envelope.Resource);
        await PatientlyAsync(() => deadLetters.CloseAsync(open[0].Id, "discarded", by.Envelope.Actor, order.Reason, stop), stop);
        if (open.Count > 1)
            return await ReplayAsync(by, await PromoteAsync(open[1].Id, order.Key, stop), stop);
        blocked.TryRemove((by.Queue, by.Envelope.TenantId, order.Key), out _);
        return new Outcome(by.Envelope.Id, Outcome.Done, Resource: by.Envelope.Resource);
    }

    /// <summary>The first that waited becomes the open one, so that a crash leaves the key held back.</summary>
    async Task<ReplayDeadLetter> PromoteAsync(Guid id, string key, CancellationToken stop)
    {
        await PatientlyAsync(() => deadLetters.ReopenAsync(id, "WAITED", "it waited behind a dead letter that was discarded", stop), stop);
        return new ReplayDeadLetter(id, key, Body: null);
    }

    async Task ReplyAsync(Envelope envelope, Outcome outcome, CancellationToken stop)
    {
        if (envelope.ReplyTo is { } queue)
            await publisher.ReplyAsync(queue, Replies.Encode([outcome]), stop);
    }
}
