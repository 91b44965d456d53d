using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.ReadModels;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static Dvt.Tests.ReadModels.Histories;

namespace Dvt.Tests.ReadModels;

public sealed class LiveTailTests(ReadModelsDatabase database) : IClassFixture<ReadModelsDatabase>
{
    readonly Guid tenant = Guid.NewGuid();

    LiveTail NewTail()
    {
        var broker = new RabbitMq(new RabbitMqOptions { Uri = "amqp://127.0.0.1:1" }, "test", NullLogger<RabbitMq>.Instance);
        return new LiveTail(database.Projector, new LogGrowth(broker, NullLogger<LogGrowth>.Instance), NullLogger<LiveTail>.Instance);
    }

    static async Task<List<LiveItem>> TakeAsync(IAsyncEnumerable<LiveItem> items, int count)
    {
        var taken = new List<LiveItem>();
        await foreach (var item in items)
        {
            taken.Add(item);
            if (taken.Count == count)
                break;
        }
        return taken;
    }

    async Task<LogPosition> HeadsAsync()
    {
        await using var command = database.Worker.CreateCommand("select slot, head from log.slot");
        await using var reader = await command.ExecuteReaderAsync();
        return await TenantQuery.ReadPositionAsync(reader, CancellationToken.None);
    }

    [PostgresFact]
    public async Task Readers_get_their_tenants_events_and_resume_without_gap_or_repeat()
    {
        using var tail = NewTail();
        await tail.StartAsync(CancellationToken.None);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await database.AppendAsync(OfRun(tenant, "r", [Queued()]));
        var start = await HeadsAsync();
        var listening = TakeAsync(tail.Subscribe(tenant, _ => true, start, limit.Token), 4);
        await database.AppendAsync(OfRun(Guid.NewGuid(), "foreign", Whole()));
        await database.AppendAsync(OfRun(tenant, "r", Whole().Skip(1).Take(4), fromSeq: 2));
        var first = await listening;
        Assert.Equal([2L, 3, 4, 5], first.Select(i => i.Event!.Seq));

        await database.AppendAsync(OfRun(tenant, "r", Whole().Skip(5), fromSeq: 6));
        var rest = await TakeAsync(tail.Subscribe(tenant, _ => true, first[1].Position, limit.Token), 6);
        Assert.Equal([4L, 5, 6, 7, 8, 9], rest.Select(i => i.Event!.Seq));
        await tail.StopAsync(CancellationToken.None);
    }

    [PostgresFact]
    public async Task A_position_too_old_is_reset()
    {
        using var tail = NewTail();
        await tail.StartAsync(CancellationToken.None);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        for (var i = 0; i < 12; i++)
            await database.AppendAsync(Enumerable.Range(0, 100).SelectMany(n => OfRun(tenant, $"r{i}-{n}", Whole())));
        var item = Assert.Single(await TakeAsync(tail.Subscribe(tenant, _ => true, new LogPosition(), limit.Token), 1));
        Assert.True(item.Reset);
        await tail.StopAsync(CancellationToken.None);
    }

    [PostgresFact]
    public async Task A_reader_that_does_not_read_is_dropped()
    {
        using var tail = NewTail();
        await tail.StartAsync(CancellationToken.None);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await using var slow = tail.Subscribe(tenant, _ => true, from: null, limit.Token).GetAsyncEnumerator(limit.Token);
        var first = slow.MoveNextAsync();
        // Joining takes a moment; events before it would be none of this reader's.
        for (var n = 0; !first.IsCompleted; n++)
        {
            await database.AppendAsync(OfRun(tenant, $"first-{n}", [Queued()]));
            await Task.Delay(20);
        }
        Assert.True(await first);
        var before = await HeadsAsync();
        for (var i = 0; i < 4; i++)
            await database.AppendAsync(Enumerable.Range(0, 100).SelectMany(n => OfRun(tenant, $"s{i}-{n}", Whole())));
        await TakeAsync(tail.Subscribe(tenant, e => e.Stream == "run-s3-99" && e.Seq == 9, before, limit.Token), 1);
        var count = 0;
        while (await slow.MoveNextAsync())
            count++;
        Assert.InRange(count, 1_900, 2_100);
        await tail.StopAsync(CancellationToken.None);
    }
}
