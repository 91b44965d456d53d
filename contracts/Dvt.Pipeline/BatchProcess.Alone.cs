using Dvt.Contracts;

namespace Dvt.Pipeline;

// A message by itself: a suspect, one that failed, an order to the pipeline.
sealed partial class BatchProcess
{
    async Task RunAloneAsync(Delivery delivery, Func<IReadOnlyCollection<Delivery>, Task> settle, CancellationToken stop)
    {
        if (IsForPipeline(delivery))
        {
            await RunForPipelineAsync(delivery, stop);
            await settle([delivery]);
            return;
        }
        if (blocked.ContainsKey(delivery.OrderKey))
        {
            await RunPlainAsync([delivery], settle, stop);
            return;
        }
        var kills = known.GetValueOrDefault(delivery.Envelope.Id);
        if (kills >= MaxTries)
        {
            await BuryAsync(delivery, kills, "PROCESS_KILLED", "the process died each time this message was in work", settle, stop);
            await PatientlyAsync(() => suspects.ClearAsync([delivery], stop), stop);
            known.TryRemove(delivery.Envelope.Id, out _);
            return;
        }
        var isSuspect = kills > 0;
        if (isSuspect)
            await PatientlyAsync(() => suspects.RecordAsync([delivery], stop), stop);
        var fault = await TryAsync([delivery], stop);
        if (isSuspect)
        {
            await PatientlyAsync(() => suspects.ClearAsync([delivery], stop), stop);
            known.TryRemove(delivery.Envelope.Id, out _);
        }
        if (fault is null)
            await SucceedAsync(delivery, settle, stop);
        else
            await FailAgainAsync(delivery, fault, settle, stop);
    }

    async Task SucceedAsync(Delivery delivery, Func<IReadOnlyCollection<Delivery>, Task> settle, CancellationToken stop)
    {
        await settle([delivery]);
        if (failing.TryRemove(delivery.OrderKey, out var waiting))
            await RunPlainAsync([.. waiting.Waiting.Skip(1)], settle, stop);
    }

    async Task FailAgainAsync(Delivery delivery, Exception fault, Func<IReadOnlyCollection<Delivery>, Task> settle, CancellationToken stop)
    {
        if (!failing.TryGetValue(delivery.OrderKey, out var waiting))
        {
            await FailAsync(delivery, fault, settle);
            return;
        }
        waiting.Tries++;
        PipelineLog.MessageFailed(log, fault, delivery.Envelope.Id, delivery.Envelope.Type, waiting.Tries);
        PipelineMeters.Retried.Add(1);
        var pause = FirstBackoff * (1L << Math.Min(waiting.Tries, 6));
        waiting.RetryAt = Environment.TickCount64 + (long)pause.TotalMilliseconds;
        if (waiting.Tries < MaxTries)
        {
            RetryMeters.Again(RetryMeters.Command, pause);
            return;
        }
        await BuryAsync(delivery, waiting.Tries, fault.GetType().Name, Safe(fault), settle, stop);
        failing.TryRemove(delivery.OrderKey, out _);
        await RunPlainAsync([.. waiting.Waiting.Skip(1)], settle, stop);
    }

    async Task BuryAsync(Delivery delivery, int tries, string code, string detail, Func<IReadOnlyCollection<Delivery>, Task> settle, CancellationToken stop)
    {
        PipelineLog.DeadLettered(log, delivery.Envelope.Id, delivery.Envelope.Type, code);
        PipelineMeters.DeadLetters.Add(1);
        RetryMeters.GiveUp(RetryMeters.Command);
        await PatientlyAsync(() => deadLetters.BuryAsync(delivery, tries, code, detail, stop), stop);
        blocked[delivery.OrderKey] = 0;
        await ReplyAsync(delivery.Envelope, new Outcome(delivery.Envelope.Id, Outcome.Failed, code, detail, delivery.Envelope.Resource), stop);
        await settle([delivery]);
    }

    /// <summary>The first line of a message only, and bounded: details of data stay in the logs of nobody.</summary>
    static string Safe(Exception fault)
    {
        var line = fault.Message.AsSpan();
        var end = line.IndexOfAny('\r', '\n');
        return (end < 0 ? line : line[..end]).ToString() is { Length: > 500 } text ? text[..500] : (end < 0 ? line : line[..end]).ToString();
    }
}
