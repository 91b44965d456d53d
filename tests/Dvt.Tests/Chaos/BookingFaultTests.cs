using Dvt.Contracts;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;
using Stays = Dvt.Tests.Rules.Bookings.Stays;

namespace Dvt.Tests.Chaos;

public sealed class BookingFaultTests(ChaosServers servers, ITestOutputHelper output) : ChaosTest(servers, output)
{
    const int Units = 20;

    [ServersFact]
    [Trait("Category", "Slow")]
    public Task Two_hundred_clients_never_share_a_night_while_workers_are_killed() => FightAsync(commands: 4, kills: 3);

    [ServersFact]
    [Trait("Category", "Chaos")]
    public Task Thousands_of_orders_never_share_a_night_while_workers_are_killed() => FightAsync(commands: 30, kills: 10);

    /// <summary>Each client asks for stays in the same two months, and confirms, moves, extends or gives back what it asked for, won or not.</summary>
    Task FightAsync(int commands, int kills) => RunAsync(["workers", "workers", "readmodels"], async (system, random) =>
    {
        var tenant = await system.Orders.TenantAsync();
        var units = Enumerable.Range(0, Units).Select(_ => Guid.CreateVersion7()).ToArray();
        foreach (var unit in units)
            await system.Orders.SendBookingAsync(Orders.Envelope(tenant, new CreateUnit(unit, Stays.Cabin), unit.ToString(), new Resource("unit", unit.ToString())));
        var seeds = Enumerable.Range(0, 200).Select(_ => random.Next()).ToList();
        var fight = Parallel.ForEachAsync(seeds, new ParallelOptions { MaxDegreeOfParallelism = 200 }, async (seed, _) =>
        {
            var chance = new Random(seed);
            for (var n = 0; n < commands; n++)
                foreach (var envelope in Ask(tenant, units, chance))
                    await system.Orders.SendBookingAsync(envelope);
        });
        for (var n = 0; n < kills; n++)
        {
            await Task.Delay(random.Next(200, 1_500));
            await DvtSystem.ReplaceAsync(system.Workers[random.Next(system.Workers.Count)]);
        }
        await fight;
        await Invariants.CommandsHaveOneResultAsync(system);
        var held = await system.ReadAsync<long>("select count(*) from log.events where type = 'BookingHeld'");
        var overlaps = await system.ReadAsync<long>("select count(*) from log.events where type = 'CommandRefused' and data ->> 'code' = 'date_overlap'");
        Output.WriteLine($"{held} won, {overlaps} came too late");
        Assert.True(held > Units && overlaps > Units, $"{held} won, {overlaps} came too late");
        Assert.Empty(await system.RowsAsync(
            """
            select stream, data
            from log.events
            where type = 'CommandRefused'
              and data ->> 'code' = 'date_overlap'
              and coalesce(jsonb_array_length(data #> '{data,alternatives}'), 0) = 0
            """));
    });

    static IEnumerable<Envelope> Ask(Guid tenant, Guid[] units, Random chance)
    {
        var unit = units[chance.Next(units.Length)];
        var id = BookingIds.Of(Guid.CreateVersion7(), tenant, unit);
        var (day, nights) = (DateOnly.FromDateTime(DateTime.UtcNow).AddDays(2 + chance.Next(60)), chance.Next(1, 6));
        Envelope To<T>(T command) => Orders.Envelope(tenant, command, unit.ToString(), new Resource("booking", id.ToString()));
        yield return To(new HoldBooking(id, unit, day, day.AddDays(nights), 2, new Guest("Ana", $"+54911{chance.Next(1_000_000):0000000}"), "direct"));
        switch (chance.Next(6))
        {
            case 0:
                yield return To(new ConfirmBooking(id, unit));
                break;
            case 1:
                yield return To(new CancelBooking(id, unit, "changed my mind"));
                break;
            case 2:
                yield return To(new ChangeBookingDates(id, unit, day.AddDays(1), day.AddDays(nights + 2)));
                break;
            case 3:
                yield return To(new RecordBookingPayment(id, unit, "p", "9999999.00", OutsidePayment.Approved));
                yield return To(new CancelBooking(id, unit, Reason: null));
                break;
            case 4:
                yield return To(new ExtendBooking(id, unit));
                break;
        }
    }
}
