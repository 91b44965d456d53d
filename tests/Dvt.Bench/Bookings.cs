using System.Collections.Concurrent;
using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Dvt.Bench;

/// <summary>
/// 200 clients fight over the nights of 20 units: each asks for a stay and waits to be told, and gives half of what it won back.
/// A decision is a hold won or refused, or a cancellation.
/// </summary>
static class Bookings
{
    const int Clients = 200;
    const int Units = 20;
    const int Window = 120;

    static readonly UnitDefinition Cabin = new(
        "Cabin", "cabin", Capacity: 4, "12000.00", "ARS", "UTC", "15:00", "11:00", MinNights: 1, MaxNights: null, WeekendMultiplier: 1.5m, ["sat", "sun"],
        Seasons: [], LengthDiscounts: [], IncludedGuests: 4, ExtraGuestPrice: "0.00", DepositPercent: 30, CleaningFee: "0.00", Amenities: [],
        Cancellation: [], Policies: new Dictionary<string, string>(), Active: true);

    public static async Task RunAsync(Session session, CancellationToken stop)
    {
        await using var on = await Installation.StartAsync(session, "bookings", new Roles(), stop);
        using var replies = new Replies(on.Scratch.Broker, NullLogger<Replies>.Instance);
        await replies.StartAsync(stop);
        var tenant = Guid.CreateVersion7();
        var units = Enumerable.Range(0, Units).Select(_ => Guid.CreateVersion7()).ToArray();
        var desk = new Desk(on, replies, tenant);
        foreach (var unit in units)
            await desk.AskAsync(new CreateUnit(unit, Cabin), unit, new Resource("unit", unit.ToString()), stop);
        await FightAsync(desk, units, session.Settings.Span(seconds: 3, quick: 0.5), stop); // Warm: compiled, connected, prepared.
        await Statements.ForgetAsync(on.Scratch, stop);
        var time = session.Settings.Span(seconds: 20, quick: 1);
        var (decided, won, overlaps, latency) = await FightAsync(desk, units, time, stop);
        Session.Say(await Statements.DearestAsync(on.Scratch, stop));
        await CheckAsync(on, tenant, stop);
        session.Report(new("bookings", Part: null, decided / time.TotalSeconds, "decisions/s")
        {
            Wanted = Target.ValueAtLeast(1_000),
            Inputs = new { clients = Clients, units = Units, nights = Window, won, overlaps, seconds = Figure.Round(time.TotalSeconds), loop = "closed", besides = "one worker and the projectors" },
        });
        session.Report(new("bookings", "told-p99", latency.P99, "ms")
        {
            Wanted = Target.ValueAtMost(500),
            Inputs = new { clients = Clients, p50Ms = Figure.Round(latency.P50), maxMs = Figure.Round(latency.Max), from = "publish to reply" },
        });
        await replies.StopAsync(CancellationToken.None);
    }

    static async Task<(int Decided, int Won, int Overlaps, Percentiles Latency)> FightAsync(Desk desk, Guid[] units, TimeSpan time, CancellationToken stop)
    {
        var today = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(2);
        var (won, overlaps, took) = (0, 0, new ConcurrentBag<double>());
        var began = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            var random = new Random(client);
            while (TimeProvider.System.GetElapsedTime(began) < time)
            {
                var (unit, day, nights) = (units[random.Next(units.Length)], today.AddDays(random.Next(Window)), random.Next(1, 5));
                var id = BookingIds.Of(Guid.CreateVersion7(), desk.TenantId, unit);
                var resource = new Resource("booking", id.ToString());
                var outcome = await TimedAsync(new HoldBooking(id, unit, day, day.AddDays(nights), 2, new Guest($"Guest {client}", $"+5491155{client:000000}"), BookingChannels.Direct), unit, resource);
                if (outcome.Code == "date_overlap")
                    Interlocked.Increment(ref overlaps);
                else if (outcome.Status == Outcome.Done && Interlocked.Increment(ref won) > 0 && random.Next(2) == 0)
                    await TimedAsync(new CancelBooking(id, unit, Reason: null), unit, resource);
            }

            async Task<Outcome> TimedAsync<T>(T command, Guid unit, Resource resource)
            {
                var asked = TimeProvider.System.GetTimestamp();
                var outcome = await desk.AskAsync(command, unit, resource, stop);
                took.Add(TimeProvider.System.GetElapsedTime(asked).TotalMilliseconds);
                return outcome;
            }
        }, stop)));
        return (took.Count, won, overlaps, new Percentiles(took));
    }

    /// <summary>No night has two winners, by the bookings themselves.</summary>
    static async Task CheckAsync(Installation on, Guid tenant, CancellationToken stop)
    {
        var shared = await on.Scratch.ScalarAsync<long>(
            """
            with taken as (
              select unit_id, booking_id, daterange((state -> 'stay' ->> 'checkIn')::date, (state -> 'stay' ->> 'checkOut')::date) as stay
              from bookings.booking
              where tenant_id = $1
                and status in ('held', 'confirmed', 'checked_in')
            )
            select count(*)
            from taken a
            join taken b on b.unit_id = a.unit_id
              and b.booking_id > a.booking_id
              and b.stay && a.stay
            """, stop, new NpgsqlParameter { Value = tenant });
        if (shared > 0)
            throw new InvalidOperationException($"{shared} nights have two winners");
    }

    /// <summary>Sends commands as the API does and waits for their outcomes.</summary>
    sealed class Desk(Installation on, Replies replies, Guid tenantId)
    {
        public Guid TenantId => tenantId;

        public async Task<Outcome> AskAsync<T>(T command, Guid unit, Resource resource, CancellationToken stop)
        {
            var envelope = new Envelope(
                Guid.CreateVersion7(), typeof(T).Name, tenantId, unit.ToString(), "user:bench", DateTimeOffset.UtcNow, ContractsJson.Element(command),
                ReplyTo: replies.Queue, Resource: resource);
            using var waiter = replies.Expect(envelope.Id)!;
            await on.Scratch.PublishAsync(Slot.Queue(Slot.Of(Domain.Bookings, tenantId, envelope.Key)), envelope, stop);
            return await waiter.Outcome.WaitAsync(TimeSpan.FromSeconds(60), stop);
        }
    }
}
