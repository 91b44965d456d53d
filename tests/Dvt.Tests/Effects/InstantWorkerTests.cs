using System.Collections.Concurrent;
using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.Tests.Support;
using Dvt.Workers.Effects;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Dvt.Tests.Effects;

public sealed class InstantWorkerTests : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    readonly FairQueue work = new();
    readonly ConcurrentQueue<(List<Envelope> Answers, TaskCompletionSource Arrived)> sent = new();
    readonly SemaphoreSlim sending = new(0);
    readonly ConcurrentQueue<string> acked = new();
    readonly CancellationTokenSource stop = new();
    ulong tag;

    [Fact]
    public async Task An_answer_that_waits_for_its_commit_holds_up_no_other()
    {
        var running = Run();
        Call("a");
        var first = await SentAsync();
        Call("b");
        (await SentAsync()).Arrived.SetResult();
        await AckedAsync("b");
        Assert.Equal(["b"], acked);
        first.Arrived.SetResult();
        await AckedAsync("a");
        await EndAsync(running);
    }

    [Fact]
    public async Task Calls_beyond_what_may_be_in_work_stay_in_the_queue()
    {
        const int InWork = 16;
        foreach (var n in Enumerable.Range(0, 40))
            Call($"c{n}");
        var running = Run();
        var open = new List<(List<Envelope> Answers, TaskCompletionSource Arrived)>();
        while (open.Sum(o => o.Answers.Count) < InWork)
            open.Add(await SentAsync());
        Assert.All(open, o => Assert.InRange(o.Answers.Count, 1, 4));
        Assert.False(await sending.WaitAsync(TimeSpan.FromMilliseconds(100)));
        Assert.Equal(40 - InWork, work.Count);
        open[0].Arrived.SetResult();
        for (var left = open[0].Answers.Count; left > 0;)
            left -= (await SentAsync()).Answers.Count;
        Assert.False(await sending.WaitAsync(TimeSpan.FromMilliseconds(100)));
        Assert.Equal(40 - InWork - open[0].Answers.Count, work.Count);
        await EndAsync(running);
    }

    [Fact]
    public async Task An_answer_to_one_slot_does_not_wait_for_those_to_others()
    {
        foreach (var n in Enumerable.Range(0, 4))
            Call($"r{n}");
        var running = Run();
        var open = new List<(List<Envelope> Answers, TaskCompletionSource Arrived)>();
        while (open.Sum(o => o.Answers.Count) < 4)
            open.Add(await SentAsync());
        Assert.All(open, o => Assert.Single(o.Answers.Select(a => Slot.Of(Domain.Runs, a.TenantId, a.Key)).Distinct()));
        Assert.InRange(open.Count, 2, 4);
        open[1].Arrived.SetResult();
        foreach (var answer in open[1].Answers)
            await AckedAsync(answer.Key);
        Assert.Equal(open[1].Answers.Count, acked.Count);
        await EndAsync(running);
    }

    [Fact]
    public async Task A_fault_ends_the_session_with_all_that_is_not_acked()
    {
        var running = Run();
        Call("a");
        var first = await SentAsync();
        Call("b");
        (await SentAsync()).Arrived.SetException(new BrokerUnavailableException("away"));
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => running.WaitAsync(Patience));
        Assert.Empty(acked);
        Assert.False(first.Arrived.Task.IsCompleted);
    }

    [Fact]
    public async Task The_answer_to_a_call_that_was_delivered_before_says_so()
    {
        var running = Run();
        Call("a", redelivered: true);
        Assert.True(Assert.Single((await SentAsync()).Answers).Repeated);
        Call("b");
        Assert.Null(Assert.Single((await SentAsync()).Answers).Repeated);
        await EndAsync(running);
    }

    Task Run() => new InstantWorker(new FakeKind(), SendAsync, NullLogger<InstantWorker>.Instance).RunAsync(work, AckAsync, stop.Token);

    void Call(string runId, bool redelivered = false) => work.Add(EffectRig.Delivery(Guid.Empty, EffectRig.Step(runId), redelivered, ++tag));

    Task SendAsync(IReadOnlyCollection<(string Queue, Envelope Envelope)> messages, CancellationToken end)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        sent.Enqueue(([.. messages.Select(m => m.Envelope)], arrived));
        sending.Release();
        return arrived.Task.WaitAsync(end);
    }

    async Task<(List<Envelope> Answers, TaskCompletionSource Arrived)> SentAsync()
    {
        Assert.True(await sending.WaitAsync(Patience), "nothing was sent");
        return sent.TryDequeue(out var one) ? one : throw new InvalidOperationException("someone else took it");
    }

    Task AckAsync(IReadOnlyCollection<Delivery> done)
    {
        foreach (var delivery in done)
            acked.Enqueue(delivery.Envelope.Key);
        return Task.CompletedTask;
    }

    Task AckedAsync(string runId) => Eventually.HoldsAsync(() => Task.FromResult(acked.Contains(runId)), Patience, $"{runId} was not acked");

    async Task EndAsync(Task running)
    {
        await stop.CancelAsync();
        await Task.WhenAny(running, Task.Delay(Patience));
        Assert.True(running is { IsCompleted: true, IsFaulted: false }, "the end of the process is no fault");
    }

    public void Dispose()
    {
        stop.Dispose();
        sending.Dispose();
    }
}
