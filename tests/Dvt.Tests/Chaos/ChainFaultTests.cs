using Dvt.Contracts;
using Dvt.Pipeline;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Chaos;

/// <summary>Runs that go on as others, while workers die and messages get lost between the commit of one and the start of the next. Two chains of a key go on at a time.</summary>
public sealed class ChainFaultTests(ChaosServers servers, ITestOutputHelper output) : ChaosTest(servers, output)
{
    const int Links = 60;

    static readonly string Chain = $$$"""
        {"planId":"chain","version":"1.0.0","concurrency":{"key":"${input.chain % 6}","limit":2},"steps":[{"stepId":"a","kind":"noop"}],
         "continueAs":{"when":"${input.n < {{{Links}}} }","input":{"chain":"${input.chain}","n":"${input.n + 1}"} } }
        """;

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task A_chain_goes_on_once_although_workers_die_and_starts_are_lost_behind_their_commit() => RunAsync(["workers", "workers"], async (system, random) =>
    {
        const int Chains = 24;
        var tenant = await system.Orders.TenantAsync();
        await system.Orders.PublishPlansAsync(tenant, Chain);
        await system.Orders.SendAllAsync(Enumerable.Range(0, Chains).Select(n => Orders.Start(tenant, $"chain-{n}", "chain", new { chain = n, n = 1 })));
        await Eventually.HoldsAsync(async () => await system.Orders.CompletedAsync(tenant) > Chains, Seconds(30), "no chain has begun");
        // Chains are nearly always between two links: a kill falls between a commit and its publish for some of them.
        for (var kills = 0; kills < 4; kills++)
        {
            await Task.Delay(random.Next(100, 700));
            await DvtSystem.ReplaceAsync(system.Workers[random.Next(2)]);
        }
        // And here for certain: what was published and not yet taken is gone, as if it had never been published.
        await Task.WhenAll(system.Workers.Select(w => w.KillAsync()));
        await PurgeAsync(system);
        foreach (var worker in system.Workers)
            worker.StartAgain();
        await system.Orders.AllCompleteAsync(tenant, Chains * Links, Seconds(180));
        Assert.Empty(await system.RowsAsync(
            """
            select data -> 'input' ->> 'chain', data -> 'input' ->> 'n', count(*)
            from log.events
            where tenant_id = $1 and type = 'RunQueued'
            group by 1, 2
            having count(*) <> 1
            """, tenant));
        Assert.Equal(Chains, await system.ReadAsync<long>(
            "select count(*) from log.events where tenant_id = $1 and type = 'RunQueued' and (data -> 'input' ->> 'n')::int = $2", tenant, Links));
        // A chain that has begun has its slot until its last link: a third one of its key begins only then.
        Assert.Empty(await system.RowsAsync(
            """
            with chain as (
              select (q.data #>> '{input,chain}')::int as n, min(a.recorded_at) as began, max(e.recorded_at) as ended
              from log.events q
              join log.events a on a.tenant_id = q.tenant_id and a.stream = q.stream and a.type = 'RunAdmitted'
              join log.events e on e.tenant_id = q.tenant_id and e.stream = q.stream and e.type = 'RunCompleted'
              where q.tenant_id = $1 and q.type = 'RunQueued'
              group by 1
            )
            select c.n
            from chain c
            where (select count(*) from chain o where o.n % 6 = c.n % 6 and o.n <> c.n and o.began < c.began and o.ended > c.began) > 1
            """, tenant));
        Assert.Equal(0, await system.ReadAsync<long>("select count(*) from runs.concurrency_run"));
    });

    static async Task PurgeAsync(DvtSystem system)
    {
        await using var channel = await system.Orders.Broker.OpenChannelAsync(channel: null, CancellationToken.None);
        foreach (var slot in Slot.All(Domain.Runs))
            await channel.QueuePurgeAsync(Slot.Queue(slot));
    }
}
