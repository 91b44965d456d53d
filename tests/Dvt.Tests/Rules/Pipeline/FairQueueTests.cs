using System.Text.Json;
using Dvt.Contracts;
using Dvt.Pipeline;
using Xunit;

namespace Dvt.Tests.Rules.Pipeline;

public sealed class FairQueueTests
{
    static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_tenant_with_one_message_has_its_turn_next_however_much_another_has()
    {
        var (queue, crowd, single) = (new FairQueue(), Guid.NewGuid(), Guid.NewGuid());
        foreach (var n in Enumerable.Range(0, 1_000))
            queue.Add(Start(crowd, $"a{n}"));
        queue.Add(Start(single, "b"));
        Assert.Equal(1_001, queue.Count);
        var first = Enumerable.Range(0, 2).Select(_ => Read(queue)).ToList();
        Assert.Contains("b", first);
    }

    [Fact]
    public void Within_a_tenant_the_higher_priority_is_first_and_a_level_is_worth_a_second()
    {
        var (queue, tenant) = (new FairQueue(), Guid.NewGuid());
        Add(queue, Start(tenant, "low", priority: 0), seconds: 0);
        Add(queue, Start(tenant, "high", priority: 9), seconds: 8);
        Add(queue, Start(tenant, "late", priority: 9), seconds: 10);
        Add(queue, Start(tenant, "plain"), seconds: 4);
        Assert.Equal(["high", "plain", "low", "late"], Enumerable.Range(0, 4).Select(_ => Read(queue)));
    }

    [Fact]
    public void What_goes_on_with_a_run_comes_before_new_runs_and_never_before_its_own_start()
    {
        var (queue, tenant) = (new FairQueue(), Guid.NewGuid());
        Add(queue, Start(tenant, "new"), seconds: 0);
        Add(queue, Wake(tenant, "begun"), seconds: 3_600);
        Add(queue, Wake(tenant, "new"), seconds: 1);
        Assert.Equal(["begun", "new", "new"], Enumerable.Range(0, 3).Select(_ => Read(queue)));
    }

    [Fact]
    public void What_is_taken_out_is_gone_and_the_rest_keeps_its_order()
    {
        var (queue, tenant) = (new FairQueue(), Guid.NewGuid());
        foreach (var n in Enumerable.Range(0, 10))
            queue.Add(Start(tenant, $"{n}"));
        Assert.Equal((tenant, "q"), Assert.Single(queue.Above(9)));
        Assert.Empty(queue.Above(10));
        var taken = queue.TakeOut(tenant, d => d.Envelope.Key[0] % 2 == 1);
        Assert.Equal(["1", "3", "5", "7", "9"], taken.Select(t => t.Delivery.Envelope.Key));
        queue.Gone(taken);
        Assert.Equal(["0", "2", "4", "6", "8"], Enumerable.Range(0, 5).Select(_ => Read(queue)));
        Assert.False(queue.TryRead(out _));
    }

    [Fact]
    public void What_is_put_back_stands_where_it_stood_before_what_came_meanwhile()
    {
        var (queue, tenant) = (new FairQueue(), Guid.NewGuid());
        Add(queue, Start(tenant, "k") with { Tag = 1 }, seconds: 30);
        Add(queue, Wake(tenant, "k") with { Tag = 2 }, seconds: 30);
        var taken = queue.TakeOut(tenant, d => d.Tag == 2);
        Add(queue, Wake(tenant, "k") with { Tag = 3 }, seconds: 31);
        queue.PutBack(taken);
        Assert.Equal([1UL, 2UL, 3UL], Enumerable.Range(0, 3).Select(_ => queue.TryRead(out var next) ? next.Tag : 0));
    }

    [Fact]
    public void A_tenant_whose_first_message_may_not_go_has_no_turn_and_others_have()
    {
        var (queue, one, other) = (new FairQueue(), Guid.NewGuid(), Guid.NewGuid());
        queue.Add(Start(one, "a"));
        queue.Add(Start(other, "b"));
        Assert.True(queue.TryRead(d => d.Envelope.Key != "a", out var next));
        Assert.Equal("b", next.Envelope.Key);
        Assert.False(queue.TryRead(d => d.Envelope.Key != "a", out _));
        Assert.True(queue.TryRead(out _));
    }

    [Fact]
    public void What_came_from_the_backlog_is_counted_apart_and_can_be_dropped()
    {
        var (queue, tenant) = (new FairQueue(), Guid.NewGuid());
        queue.Add(Start(tenant, "a"));
        queue.Add(Start(tenant, "b") with { Place = 7 });
        Assert.Equal(1, queue.Loaded(tenant, "q"));
        Assert.Empty(queue.Above(1));
        Assert.Equal(1, queue.DropLoaded("q"));
        Assert.Equal("a", Read(queue));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task A_reader_that_waits_is_woken()
    {
        var queue = new FairQueue();
        var waiting = queue.WaitToReadAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        queue.Add(Start(Guid.NewGuid(), "a"));
        Assert.True(await waiting.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Messages_of_a_key_stay_in_order_and_no_tenant_waits_longer_than_a_round()
    {
        var seed = Environment.TickCount & 0xFFFFFF;
        var random = new Random(seed);
        var tenants = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToArray();
        var queue = new FairQueue();
        var sent = new Dictionary<(Guid, string), int>();
        var seen = new Dictionary<(Guid, string), int>();
        var skipped = new Dictionary<Guid, int>();
        var waiting = tenants.ToDictionary(t => t, _ => 0);
        for (var step = 0; step < 20_000; step++)
        {
            if (random.Next(2) == 0 || queue.Count == 0)
            {
                var tenant = tenants[Math.Min(random.Next(5), random.Next(5))];
                var key = $"k{random.Next(8)}";
                var number = sent[(tenant, key)] = sent.GetValueOrDefault((tenant, key)) + 1;
                Add(queue, (random.Next(2) == 0 ? Start(tenant, key, random.Next(10)) : Wake(tenant, key)) with { Tag = (ulong)number }, random.Next(60));
                waiting[tenant]++;
                continue;
            }
            Assert.True(queue.TryRead(out var next));
            var of = (next.Envelope.TenantId, next.Envelope.Key);
            Assert.True((ulong)(seen.GetValueOrDefault(of) + 1) == next.Tag, $"seed {seed}: {next.Tag} after {seen.GetValueOrDefault(of)}");
            seen[of] = (int)next.Tag;
            waiting[next.Envelope.TenantId]--;
            foreach (var tenant in tenants)
                skipped[tenant] = tenant == next.Envelope.TenantId || waiting[tenant] == 0 ? 0 : skipped.GetValueOrDefault(tenant) + 1;
            Assert.All(skipped.Values, s => Assert.True(s < tenants.Length, $"seed {seed}: a tenant was passed over {s} times"));
        }
    }

    static void Add(FairQueue queue, Delivery delivery, int seconds) => queue.Add(delivery, Ranks.Of(delivery.Envelope, Begin.AddSeconds(seconds)));

    static string Read(FairQueue queue) => queue.TryRead(out var next) ? next.Envelope.Key : "nothing";

    static Delivery Start(Guid tenant, string key, int? priority = null) =>
        Of(tenant, key, new StartRun(key, "p", null, null, JsonElement.Parse("{}"), new RunContext(Priority: priority)));

    static Delivery Wake(Guid tenant, string key) => Of(tenant, key, new WakeRun(key));

    static Delivery Of<T>(Guid tenant, string key, T command) => new(
        new Envelope(Guid.NewGuid(), typeof(T).Name, tenant, key, "test", Begin, ContractsJson.Element(command)),
        "q", Slot: 0, Epoch: 1, Redelivered: false, Source: null!, Tag: 0);
}
