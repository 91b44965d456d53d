using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Dvt.Tests.Rules.Pipeline;

public sealed class HandedTests
{
    const string Queue = "dvt.runs.3";

    readonly Handed handed = new();

    [Fact]
    public async Task Who_handed_something_over_waits_until_all_of_it_is_done()
    {
        var tags = Hand("a", "b").Select(d => d.Tag).ToList();
        await handed.DoneAsync([tags[1]]);
        Assert.False(handed.Left.IsCompleted);
        Assert.Equal(1, handed.Count);
        await handed.DoneAsync([tags[0]]);
        Assert.Empty(await handed.Left);
        Assert.True(handed.IsLive);
    }

    [Fact]
    public async Task What_is_not_done_when_the_lane_ends_goes_back_and_is_taken_by_nobody_here()
    {
        var deliveries = Hand("a", "b");
        await handed.DoneAsync([deliveries[0].Tag]);
        handed.Drop();
        Assert.Equal(["b"], await KeysLeftAsync());
        Assert.False(deliveries[1].IsLive);
        // It was in work all the same: nobody is told a second time.
        await handed.DoneAsync([deliveries[1].Tag]);
        handed.Drop();
        Assert.Equal(["b"], await KeysLeftAsync());
    }

    [Fact]
    public async Task What_has_to_wait_goes_back_once_the_others_are_done_or_the_lane_ends()
    {
        var tags = Hand("a", "b", "c").Select(d => d.Tag).ToList();
        Assert.True(handed.TryTakeBack(tags[0]));
        await handed.DoneAsync([tags[0]]);
        Assert.False(handed.Left.IsCompleted);
        await handed.DoneAsync([tags[1]]);
        handed.Drop();
        Assert.Equal(["a", "c"], await KeysLeftAsync());
    }

    [Fact]
    public async Task A_message_that_fails_goes_back_and_its_neighbours_are_done()
    {
        var handler = new Handler("b");
        var process = new BatchProcess(handler, postgres: null!, publisher: null!, NullLogger.Instance);
        await process.RunAsync(Hand("a", "b", "c"), SettleAsync, CancellationToken.None);
        Assert.Equal(["b"], await KeysLeftAsync());
        Assert.Equal(["a", "c"], handler.Done);
        Assert.Null(process.NextRetry);
        Assert.False(process.HoldsBack(3));
    }

    [Fact]
    public async Task What_comes_behind_a_message_that_will_be_tried_again_goes_back()
    {
        var handler = new Handler("b") { Heals = true };
        var process = new BatchProcess(handler, postgres: null!, publisher: null!, NullLogger.Instance);
        var queued = new Delivery(Of("b"), Queue, Slot: 3, Epoch: 1, Redelivered: false, new Queued(), Tag: 1);
        await process.RunAsync([queued], SettleAsync, CancellationToken.None);
        Assert.True(process.HoldsBack(queued.OrderKey));
        await process.RunAsync(Hand("a", "b"), SettleAsync, CancellationToken.None);
        Assert.Equal(["b"], await KeysLeftAsync());
        Assert.Equal(["a"], handler.Done);
        Assert.True(process.HoldsBack(queued.OrderKey));
    }

    List<Delivery> Hand(params string[] keys) =>
        [.. keys.Select(key => new Delivery(Of(key), Queue, Slot: 3, Epoch: 1, Redelivered: false, handed, handed.Add(new(Queue, 3, Of(key)))))];

    static Envelope Of(string key) => new(Guid.CreateVersion7(), nameof(CloseStep), Guid.Empty, key, "system", DateTimeOffset.UnixEpoch, default);

    async Task<IEnumerable<string>> KeysLeftAsync() => (await handed.Left.WaitAsync(TimeSpan.FromSeconds(5))).Select(m => m.Envelope.Key);

    static async Task SettleAsync(IReadOnlyCollection<Delivery> done)
    {
        foreach (var ofSource in done.GroupBy(d => d.Source))
            await ofSource.Key.DoneAsync(ofSource.Select(d => d.Tag));
    }

    /// <summary>As a channel does, what has to wait stays.</summary>
    sealed class Queued : IDeliverySource
    {
        public bool IsLive => true;

        public bool TryTakeBack(ulong tag) => false;

        public Task DoneAsync(IEnumerable<ulong> tags) => Task.CompletedTask;
    }

    /// <summary>Fails whole batches with messages of one key.</summary>
    sealed class Handler(string poisoned) : ISlotHandler
    {
        bool healed;

        /// <summary>Fails once only.</summary>
        public bool Heals { get; init; }

        public List<string> Done { get; } = [];

        public Task HandleAsync(IReadOnlyList<Delivery> batch, CancellationToken stop)
        {
            if (!healed && batch.Any(d => d.Envelope.Key == poisoned))
            {
                healed = Heals;
                throw new InvalidOperationException("poison");
            }
            Done.AddRange(batch.Select(d => d.Envelope.Key));
            return Task.CompletedTask;
        }

        public void Forget(int slot)
        {
        }
    }
}
