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
            nameof(ReplayDeadLetter) or nameof(DiscardDeadLetter) => await ObeyAsync(delivery, stop),
            nameof(KeepDeadLetter) => await KeepAsync(delivery, ContractsJson.Read<KeepDeadLetter>(envelope.Body), stop),
            _ => new Outcome(envelope.Id, Outcome.Done),
        };
        await ReplyAsync(envelope, outcome, stop);
    }

    /// <summary>What an earlier delivery of the order came to stands, whatever has happened since.</summary>
    async Task<Outcome> ObeyAsync(Delivery by, CancellationToken stop)
    {
        var envelope = by.Envelope;
        if (await PatientlyAsync(() => orders.EarlierAsync(envelope, stop), stop) is { } before)
            return before;
        var outcome = await PatientlyAsync(() => orders.IsKeyUsedAsync(envelope, stop), stop)
            ? Refused(by, IdempotencyKeys.ReusedCode, IdempotencyKeys.ReusedDetail)
            : envelope.Type == nameof(ReplayDeadLetter)
                ? await ReplayAsync(by, ContractsJson.Read<ReplayDeadLetter>(envelope.Body), stop)
                : await DiscardAsync(by, ContractsJson.Read<DiscardDeadLetter>(envelope.Body), stop);
        var position = await PatientlyAsync(() => orders.RecordAsync(by, outcome, stop), stop);
        await publisher.TellLogGrewAsync(stop);
        return outcome with { Position = position.ToString() };
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
        if (await PatientlyAsync(() => deadLetters.OpenAsync(order.DeadLetterId, by.Envelope, stop), stop) is not { } open)
            return Closed(by);
        if (open is [(_, _, null), ..])
            return Refused(by, "NOT_DECODABLE", "it is no message that anyone understands; it can only be discarded");
        // Not there any more when an earlier delivery of this order came as far as what waits behind it.
        if (order.Body is { } edited && open is [var (id, queue, first), ..] && id == order.DeadLetterId)
            open[0] = (id, queue, first! with { Body = edited });
        return await ReplayAllAsync(by, order.Key, open, stop);
    }

    async Task<Outcome> ReplayAllAsync(Delivery by, string key, List<(Guid Id, string Queue, Envelope? Envelope)> open, CancellationToken stop)
    {
        foreach (var (id, queue, envelope) in open)
        {
            // A step kind's queue has workers of its own.
            if (queue != by.Queue)
                await PatientlyAsync(() => publisher.PublishAsync(queue, envelope!, stop), stop);
            else if (await TryAsync([by with { Envelope = envelope! }], stop) is { } fault)
            {
                await PatientlyAsync(() => deadLetters.ReopenAsync(id, fault.GetType().Name, Safe(fault), stop), stop);
                return Refused(by, "REPLAY_FAILED", Safe(fault));
            }
            await PatientlyAsync(() => deadLetters.CloseAsync(id, "replayed", by.Envelope, reason: null, stop), stop);
        }
        blocked.TryRemove((by.Queue, by.Envelope.TenantId, key), out _);
        return new Outcome(by.Envelope.Id, Outcome.Done, Resource: by.Envelope.Resource);
    }

    async Task<Outcome> DiscardAsync(Delivery by, DiscardDeadLetter order, CancellationToken stop)
    {
        if (await PatientlyAsync(() => deadLetters.OpenAsync(order.DeadLetterId, by.Envelope, stop), stop) is not { } open)
            return Closed(by);
        if (open is [var (id, _, _), ..] && id == order.DeadLetterId)
        {
            await PatientlyAsync(() => deadLetters.CloseAsync(id, "discarded", by.Envelope, order.Reason, stop), stop);
            open.RemoveAt(0);
            // The first that waited becomes the open one, so that a crash leaves the key held back.
            if (open is [var (next, _, _), ..])
                await PatientlyAsync(() => deadLetters.ReopenAsync(next, "WAITED", "it waited behind a dead letter that was discarded", stop), stop);
        }
        return await ReplayAllAsync(by, order.Key, open, stop);
    }

    static Outcome Closed(Delivery by) => Refused(by, "DEAD_LETTER_CLOSED", "it was replayed or discarded before");

    static Outcome Refused(Delivery by, string code, string detail) => new(by.Envelope.Id, Outcome.Refused, code, detail, by.Envelope.Resource);

    async Task ReplyAsync(Envelope envelope, Outcome outcome, CancellationToken stop)
    {
        if (envelope.ReplyTo is { } queue)
            await publisher.ReplyAsync(queue, Replies.Encode([outcome]), stop);
    }
}
