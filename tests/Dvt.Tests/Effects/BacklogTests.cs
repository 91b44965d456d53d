using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.Tests.Rules.Pipeline;
using RabbitMQ.Client;
using Xunit;

namespace Dvt.Tests.Effects;

/// <summary>What lies in the backlog, and how it comes back.</summary>
public sealed class BacklogTests(EffectsDatabase database) : IClassFixture<EffectsDatabase>
{
    [EffectsFact]
    public async Task What_cannot_be_sent_again_stays_in_the_backlog()
    {
        var (backlog, tenant, queue) = (new Backlog(database.Worker), Guid.CreateVersion7(), Topology.StepQueue("echo"));
        await backlog.PutAsync(queue, [.. Enumerable.Range(0, 5).Select(n => (Message(tenant, $"{n}"), (long)-n))], CancellationToken.None);
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => backlog.ReturnAsync(
            queue, tenant, 3, _ => throw new BrokerUnavailableException("away"), CancellationToken.None));
        var sent = new List<string>();
        Task SendAsync(List<Shelved> next)
        {
            sent.AddRange(next.Select(n => n.Envelope!.Key));
            return Task.CompletedTask;
        }
        Assert.Equal(3, await backlog.ReturnAsync(queue, tenant, 3, SendAsync, CancellationToken.None));
        Assert.Equal(2, await backlog.ReturnAsync(queue, tenant, 3, SendAsync, CancellationToken.None));
        Assert.Equal(0, await backlog.ReturnAsync(queue, tenant, 3, SendAsync, CancellationToken.None));
        Assert.Equal(["4", "3", "2", "1", "0"], sent);
    }

    [EffectsFact]
    public async Task A_batch_takes_other_work_first_and_of_a_flood_what_fits_into_a_turn()
    {
        const int Flood = 400, Batch = 64;
        var (backlog, overflow, queue) = (new Backlog(database.Worker), new Overflow(database.Worker, Batch), Slot.Queue(3));
        var (crowd, single) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await backlog.PutAsync(queue, [.. Enumerable.Range(0, Flood).Select(n => (Message(crowd, $"{n}"), (long)n))], CancellationToken.None);
        var channel = new ConsumerChannel((IChannel)(object)ConsumerChannelTests.Broker.Make());
        await overflow.OpenAsync(queue, slot: 3, epoch: 1, channel, CancellationToken.None);
        var seen = new List<string>();
        async Task<(int OfBacklog, int All)> NextAsync()
        {
            await overflow.BalanceAsync(_ => Task.CompletedTask, (_, _) => { }, CancellationToken.None);
            var batch = new List<Delivery>();
            var ofBacklog = overflow.Fill(batch);
            seen.AddRange(batch.Select(d => d.Envelope.Key));
            await overflow.DoneAsync([.. batch.Where(d => d.Place != 0)], CancellationToken.None);
            return (ofBacklog, batch.Count);
        }
        overflow.Inbox.Add(new Delivery(Message(single, "single"), queue, Slot: 3, Epoch: 1, Redelivered: false, channel, Tag: 1));
        Assert.Equal((Batch / 8, (Batch / 8) + 1), await NextAsync());
        Assert.Equal("single", seen[0]);
        Assert.Equal((Batch / 2, Batch / 2), await NextAsync());
        overflow.Took(Batch / 2, TimeSpan.FromSeconds(1));
        Assert.Equal((Batch / 4, Batch / 4), await NextAsync());
        overflow.Took(Batch / 4, TimeSpan.FromMilliseconds(1));
        Assert.Equal((Batch / 2, Batch / 2), await NextAsync());
        while ((await NextAsync()).All > 0)
            Assert.InRange(overflow.Inbox.Count, 0, 2 * Batch);
        Assert.Equal(["single", .. Enumerable.Range(0, Flood).Select(n => $"{n}")], seen);
        Assert.False(overflow.IsWanted);
    }

    static Envelope Message(Guid tenant, string key) =>
        new(Guid.CreateVersion7(), nameof(WakeRun), tenant, key, "test", DateTimeOffset.UtcNow, ContractsJson.Element(new WakeRun(key)));
}
