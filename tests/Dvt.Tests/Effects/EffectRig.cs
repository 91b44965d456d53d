using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.Workers.Effects;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dvt.Tests.Effects;

/// <summary>An effect worker between a queue and a publisher in memory.</summary>
sealed class EffectRig : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly Channel<Delivery> work = Channel.CreateUnbounded<Delivery>();
    readonly Channel<Envelope> published = Channel.CreateUnbounded<Envelope>();
    readonly Channel<Delivery> acked = Channel.CreateUnbounded<Delivery>();
    readonly CancellationTokenSource stop = new();
    readonly Task running;
    ulong tag;

    public EffectRig(EffectsDatabase database, IStepKindWorker kind)
    {
        var worker = new EffectWorker(kind, new ThisProcess("workers", []), database.Worker, PublishAsync, NullLogger<EffectWorker>.Instance, stop.Token);
        running = worker.RunAsync(work.Reader, AckAsync, stop.Token);
    }

    /// <summary>Publishing fails this often before it works.</summary>
    public int BrokerFaults { get; set; }

    public static CallStep Step(string runId, object? input = null, string kind = "fake", TimeSpan? left = null, int attempt = 1) => new(
        runId, "step", kind, attempt, EngineAttempt: 1, ContractsJson.Element(input ?? new { }),
        DateTimeOffset.UtcNow + (left ?? TimeSpan.FromSeconds(60)));

    public void Send(Guid tenant, CallStep step, bool redelivered = false) => work.Writer.TryWrite(Delivery(tenant, step, redelivered, ++tag));

    public static Delivery Delivery(Guid tenant, CallStep step, bool redelivered, ulong tag) => new(
        new Envelope(Guid.CreateVersion7(), nameof(CallStep), tenant, step.RunId, "system", DateTimeOffset.UtcNow, ContractsJson.Element(step), "case-1"),
        $"dvt.steps.{step.Kind}", Slot: -1, Epoch: 0, redelivered, Source: null!, tag);

    public async Task<(Envelope Envelope, CloseStep Close)> ClosedAsync()
    {
        var envelope = await published.Reader.ReadAsync().AsTask().WaitAsync(Patience);
        return (envelope, ContractsJson.Read<CloseStep>(envelope.Body));
    }

    public Task<Delivery> AckedAsync() => acked.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public bool HasPublished => published.Reader.TryPeek(out _);

    public bool HasAcked => acked.Reader.TryPeek(out _);

    Task PublishAsync(IReadOnlyCollection<(string Queue, Envelope Envelope)> messages, CancellationToken _)
    {
        if (BrokerFaults-- > 0)
            throw new BrokerUnavailableException("away");
        foreach (var (_, envelope) in messages)
            published.Writer.TryWrite(envelope);
        return Task.CompletedTask;
    }

    Task AckAsync(IReadOnlyCollection<Delivery> done)
    {
        foreach (var delivery in done)
            acked.Writer.TryWrite(delivery);
        return Task.CompletedTask;
    }

    /// <summary>As when the process ends.</summary>
    public Task LeaveAsync()
    {
        stop.Cancel();
        return running;
    }

    public async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        stop.Dispose();
    }
}

/// <summary>A kind that answers as told and keeps what it was asked.</summary>
sealed class FakeKind(Repetition repetition = Repetition.SameKey) : IStepKindWorker
{
    readonly ConcurrentQueue<StepOutcome> answers = new();

    public string Kind => "fake";

    public int Concurrency { get; init; } = 4;

    public ConcurrentQueue<string> Keys { get; } = new();

    /// <summary>Calls wait for it.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public TimeSpan Takes { get; init; }

    public Channel<string> Began { get; } = Channel.CreateUnbounded<string>();

    public void Answer(params StepOutcome[] next) => Array.ForEach(next, answers.Enqueue);

    public Repetition Repeatable(JsonElement input) => repetition;

    public async Task<StepOutcome> CallAsync(StepCall call, CancellationToken stop)
    {
        Keys.Enqueue(call.IdempotencyKey);
        Began.Writer.TryWrite(call.IdempotencyKey);
        await Gate.WaitAsync(stop);
        if (Takes > TimeSpan.Zero)
            await Task.Delay(Takes, stop);
        return answers.TryDequeue(out var told) ? told : new StepOutcome.Succeeded(ContractsJson.Element(new { ok = true }));
    }
}
