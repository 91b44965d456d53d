using System.Collections.Concurrent;
using Dvt.Contracts;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Pipeline;

/// <summary>The channel of a batch went away while the infrastructure was; all of it will be delivered again.</summary>
sealed class ChannelGoneException(Exception cause) : Exception("the channel of this batch is gone", cause);

/// <summary>
/// How a batch comes to its end: handed over whole; split in halves when it fails, until the culprit stands alone; retried
/// with backoff while its key waits; then made a dead letter that holds its key back. Faults of the infrastructure only pause.
/// </summary>
sealed partial class BatchProcess(ISlotHandler handler, NpgsqlDataSource postgres, Publisher publisher, ILogger log)
{
    /// <summary>Failed tries of one message before it is a dead letter, the first included.</summary>
    const int MaxTries = 6;

    static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan InfrastructurePause = TimeSpan.FromMilliseconds(250);

    readonly Suspects suspects = new(postgres);
    readonly DeadLetters deadLetters = new(postgres);
    readonly OrderResults orders = new(postgres);
    readonly ConcurrentDictionary<Guid, int> known = new();
    readonly ConcurrentDictionary<(string Queue, Guid, string), byte> blocked = new();
    readonly ConcurrentDictionary<(string Queue, Guid, string), Failing> failing = new();

    /// <summary>A key whose first message failed and will be tried again; the others of the key wait in order.</summary>
    sealed class Failing(Delivery first)
    {
        public int Slot { get; } = first.Slot;
        public Queue<Delivery> Waiting { get; } = new([first]);
        public int Tries { get; set; } = 1;
        public long RetryAt { get; set; }
    }

    /// <summary>What is known about a queue from before: suspects, and keys behind a dead letter.</summary>
    public async Task LoadAsync(string queue, CancellationToken stop)
    {
        foreach (var (id, tries) in await suspects.LoadAsync(queue, stop))
            known[id] = tries;
        foreach (var key in blocked.Keys.Where(k => k.Queue == queue))
            blocked.TryRemove(key, out _);
        foreach (var key in await deadLetters.BlockedAsync(queue, stop))
            blocked[key] = 0;
    }

    public Task KeepUndecodableAsync(string queue, byte[] body, string detail) =>
        deadLetters.KeepUndecodableAsync(queue, body, "UNDECODABLE", detail, CancellationToken.None);

    public bool HoldsBack(int slot) => failing.Values.Any(f => f.Slot == slot);

    public bool HoldsBack((string Queue, Guid TenantId, string Key) key) => failing.ContainsKey(key);

    public void Clear() => failing.Clear();

    /// <summary>Time until the next retry; null when none waits.</summary>
    public TimeSpan? NextRetry => failing.IsEmpty
        ? null
        : TimeSpan.FromMilliseconds(Math.Max(1, failing.Values.Min(f => f.RetryAt) - Environment.TickCount64));

    public void TakeDueRetries(List<Delivery> batch)
    {
        foreach (var (_, waiting) in failing)
            if (waiting.RetryAt <= Environment.TickCount64)
                batch.Add(waiting.Waiting.Peek());
    }

    /// <summary>Runs a batch to its end. <paramref name="settle"/> acks what is finished, one way or another.</summary>
    public async Task RunAsync(List<Delivery> batch, Func<IReadOnlyCollection<Delivery>, Task> settle, CancellationToken stop)
    {
        PipelineMeters.BatchSize.Record(batch.Count);
        var plain = new List<Delivery>(batch.Count);
        foreach (var delivery in batch)
        {
            var isRetry = failing.TryGetValue(delivery.OrderKey, out var waiting) && ReferenceEquals(waiting.Waiting.Peek(), delivery);
            if (waiting is not null && !isRetry)
            {
                await WaitAsync(waiting, delivery, settle);
                continue;
            }
            var alone = isRetry || known.ContainsKey(delivery.Envelope.Id) || IsForPipeline(delivery) || handler.GoesAlone(delivery);
            if (alone)
            {
                await RunPlainAsync(plain, settle, stop);
                plain.Clear();
                await RunAloneAsync(delivery, settle, stop);
            }
            else
                plain.Add(delivery);
        }
        await RunPlainAsync(plain, settle, stop);
    }

    static bool IsForPipeline(Delivery delivery) =>
        delivery.Envelope.Type is nameof(Fence) or nameof(ReplayDeadLetter) or nameof(DiscardDeadLetter) or nameof(KeepDeadLetter);

    async Task RunPlainAsync(List<Delivery> batch, Func<IReadOnlyCollection<Delivery>, Task> settle, CancellationToken stop)
    {
        if (!blocked.IsEmpty && batch.Where(d => blocked.ContainsKey(d.OrderKey)).ToList() is { Count: > 0 } heldBack)
        {
            await PatientlyAsync(() => deadLetters.HoldBackAsync(heldBack, stop), stop);
            await settle(heldBack);
            batch = [.. batch.Except(heldBack)];
        }
        if (batch.Count == 0)
            return;
        var again = batch.Where(d => d.Redelivered).ToList();
        if (again.Count > 0)
        {
            await PatientlyAsync(() => suspects.RecordAsync(again, stop), stop);
            await SplitAsync(batch, SettleClearedAsync, stop);
            await PatientlyAsync(() => suspects.ClearAsync(again, stop), stop);
        }
        else
            await SplitAsync(batch, settle, stop);

        // Cleared before the ack: after it nobody would come back to clear them.
        async Task SettleClearedAsync(IReadOnlyCollection<Delivery> done)
        {
            await PatientlyAsync(() => suspects.ClearAsync(done, stop), stop);
            await settle(done);
        }
    }

    async Task SplitAsync(List<Delivery> batch, Func<IReadOnlyCollection<Delivery>, Task> settle, CancellationToken stop)
    {
        // A key that failed in the half before keeps its later messages waiting.
        if (!failing.IsEmpty)
        {
            foreach (var delivery in batch)
                if (failing.TryGetValue(delivery.OrderKey, out var waiting))
                    await WaitAsync(waiting, delivery, settle);
            batch = batch.FindAll(d => !failing.ContainsKey(d.OrderKey));
        }
        if (batch.Count == 0)
            return;
        if (await TryAsync(batch, stop) is not { } fault)
        {
            await settle(batch);
            return;
        }
        if (batch.Count == 1)
        {
            await FailAsync(batch[0], fault, settle);
            return;
        }
        PipelineLog.BatchSplit(log, fault, batch.Count);
        await SplitAsync(batch[..(batch.Count / 2)], settle, stop);
        await SplitAsync(batch[(batch.Count / 2)..], settle, stop);
    }

    /// <summary>One try of the handler; infrastructure faults are waited out. Returns what was the handler's own fault.</summary>
    async Task<Exception?> TryAsync(List<Delivery> batch, CancellationToken stop)
    {
        for (var races = 0; ;)
        {
            try
            {
                await handler.HandleAsync(batch, stop);
                return null;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                throw;
            }
            catch (LostRaceException race) when (race.SlotLost)
            {
                PipelineMeters.LostRaces.Add(1);
                throw;
            }
            catch (LostRaceException race)
            {
                PipelineMeters.LostRaces.Add(1);
                foreach (var slot in batch.Select(d => d.Slot).Distinct())
                    handler.Forget(slot);
                if (++races >= 3)
                    return race;
            }
            catch (Exception fault) when (Postgres.IsUnavailable(fault) || RabbitMq.IsUnavailable(fault))
            {
                PipelineLog.Paused(log, batch[0].Queue, fault.Message);
                foreach (var slot in batch.Select(d => d.Slot).Distinct())
                    handler.Forget(slot);
                if (!batch.Any(d => d.IsLive))
                    throw new ChannelGoneException(fault);
                await Task.Delay(InfrastructurePause, stop);
            }
            catch (Exception fault)
            {
                foreach (var slot in batch.Select(d => d.Slot).Distinct())
                    handler.Forget(slot);
                return fault;
            }
        }
    }

    /// <summary>What does not wait here comes again behind what does.</summary>
    static async Task WaitAsync(Failing before, Delivery delivery, Func<IReadOnlyCollection<Delivery>, Task> settle)
    {
        if (delivery.Source.TryTakeBack(delivery.Tag))
            await settle([delivery]);
        else
            before.Waiting.Enqueue(delivery);
    }

    async Task FailAsync(Delivery delivery, Exception fault, Func<IReadOnlyCollection<Delivery>, Task> settle)
    {
        PipelineLog.MessageFailed(log, fault, delivery.Envelope.Id, delivery.Envelope.Type, @try: 1);
        PipelineMeters.Retried.Add(1);
        RetryMeters.Again(RetryMeters.Command, FirstBackoff);
        if (delivery.Source.TryTakeBack(delivery.Tag))
            await settle([delivery]);
        else
            failing[delivery.OrderKey] = new Failing(delivery) { RetryAt = Environment.TickCount64 + (long)FirstBackoff.TotalMilliseconds };
    }

    /// <summary>Repeats bookkeeping until the infrastructure lets it through.</summary>
    async Task PatientlyAsync(Func<Task> work, CancellationToken stop) =>
        await PatientlyAsync(async () => { await work(); return true; }, stop);

    async Task<T> PatientlyAsync<T>(Func<Task<T>> work, CancellationToken stop)
    {
        while (true)
            try
            {
                return await work();
            }
            catch (PostgresException fault) when (LostRaceException.TryFrom(fault, out var race))
            {
                throw race;
            }
            catch (Exception fault) when (Postgres.IsUnavailable(fault) || RabbitMq.IsUnavailable(fault))
            {
                PipelineLog.Paused(log, "bookkeeping", fault.Message);
                await Task.Delay(InfrastructurePause, stop);
            }
    }
}
