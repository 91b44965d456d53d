using Dvt.Contracts;
using Dvt.ReadModels;
using Xunit;
using static Dvt.Tests.ReadModels.BookingHistories;

namespace Dvt.Tests.ReadModels;

public sealed class StayViewTests(ReadModelsDatabase database) : IClassFixture<ReadModelsDatabase>
{
    static readonly DateOnly First = new(2026, 12, 28);

    readonly Guid tenant = Guid.NewGuid();
    readonly Guid unit = Guid.NewGuid();
    readonly CancellationToken stop = CancellationToken.None;

    CalendarQueries Calendars => new(database.Api);

    OccupancyQueries Occupancy => new(database.Api);

    async Task AddUnitAsync(Guid unitId, string name, bool active = true)
    {
        await database.AppendAsync(OfUnit(tenant, unitId, name, active));
        await database.ProjectAsync();
    }

    async Task AppendAsync(Guid bookingId, long fromSeq, params (string, object)[] events)
    {
        await database.AppendAsync(OfBooking(tenant, unit, bookingId, events, fromSeq));
        await database.ProjectAsync();
    }

    async Task<UnitCalendar> CalendarAsync(DateOnly from, DateOnly to) =>
        Assert.Single((await Calendars.ListAsync(tenant, unit, from, to, withGuests: true, 20, null, stop)).Value.Items);

    static IEnumerable<string> States(UnitCalendar unit, DateOnly from, DateOnly to) => CalendarDays.Of(unit.Entries, from, to).Select(d => d.State);

    [PostgresFact]
    public async Task A_calendar_tells_of_each_day_who_has_it()
    {
        await AddUnitAsync(unit, "Cabin 7");
        var (held, confirmed, block) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await AppendAsync(held, 1, Held(held, unit, First, 1));
        await AppendAsync(confirmed, 1, Held(confirmed, unit, First.AddDays(1), 2, code: "RES260105ABCDEF"), Is(new BookingConfirmed()));
        await database.AppendAsync(OfBlock(tenant, unit, block, [new BlockCreated(block, unit, BlockSources.Manual, First.AddDays(3), First.AddDays(4), "paint", true)]));
        await database.ExecuteAsync($"insert into bookings.guest (tenant_id, booking_id, guest_id, name) values ('{tenant}', '{confirmed}', '{confirmed}', 'Ana')");
        await database.ProjectAsync();
        var calendar = await CalendarAsync(First.AddDays(-1), First.AddDays(5));
        Assert.Equal(["free", "held", "confirmed", "confirmed", "blocked", "free"], States(calendar, First.AddDays(-1), First.AddDays(5)));
        Assert.Equal(["held", "confirmed", "blocked"], calendar.Entries.Select(e => e.Status));
        Assert.Equal(("RES260105ABCDEF", "Ana", "direct", 2), (calendar.Entries[1].Code, calendar.Entries[1].Guest, calendar.Entries[1].Channel, calendar.Entries[1].Guests));
        Assert.Equal(("manual", "paint"), (calendar.Entries[2].Source, calendar.Entries[2].Text));
        Assert.Equal(Histories.Noon.AddMinutes(30), calendar.Entries[0].ExpiresAt);
        Assert.Empty((await CalendarAsync(First.AddDays(4), First.AddDays(9))).Entries);
        var unnamed = (await Calendars.ListAsync(tenant, unit, First, First.AddDays(3), withGuests: false, 20, null, stop)).Value.Items;
        Assert.All(Assert.Single(unnamed).Entries, e => Assert.Null(e.Guest));
    }

    [PostgresFact]
    public async Task Nights_are_free_once_a_hold_is_over_and_taken_again_when_it_is_confirmed_after_all()
    {
        await AddUnitAsync(unit, "Cabin 7");
        var id = Guid.NewGuid();
        await AppendAsync(id, 1, Held(id, unit, First, 1));
        await AppendAsync(id, 2, Is(new BookingExpired()));
        Assert.Empty((await CalendarAsync(First, First.AddDays(1))).Entries);
        await AppendAsync(id, 3, Is(new BookingConfirmed(Retook: true)));
        Assert.Equal("confirmed", Assert.Single((await CalendarAsync(First, First.AddDays(1))).Entries).Status);
    }

    [PostgresFact]
    public async Task A_feeds_block_that_meets_a_booking_is_a_conflict_until_it_claims_its_nights()
    {
        await AddUnitAsync(unit, "Cabin 7");
        var (booking, block) = (Guid.NewGuid(), Guid.NewGuid());
        await AppendAsync(booking, 1, Held(booking, unit, First, 1));
        await database.AppendAsync(OfBlock(tenant, unit, block,
            [new BlockCreated(block, unit, BlockSources.Feed, First, First.AddDays(2), "Airbnb", Claims: false, Guid.NewGuid(), "u1", "airbnb")]));
        await database.ProjectAsync();
        var days = CalendarDays.Of((await CalendarAsync(First, First.AddDays(3))).Entries, First, First.AddDays(3));
        Assert.Equal([("held", true), ("free", true), ("free", false)], days.Select(d => (d.State, d.Conflict)));
        await AppendAsync(booking, 2, Is(new BookingExpired()));
        await database.AppendAsync(OfBlock(tenant, unit, block, [new BlockClaimed(unit)], fromSeq: 2));
        await database.ProjectAsync();
        Assert.Equal(["blocked", "blocked", "free"], States(await CalendarAsync(First, First.AddDays(3)), First, First.AddDays(3)));
        await database.AppendAsync(OfBlock(tenant, unit, block, [new BlockMoved(unit, First.AddDays(2), First.AddDays(3), null, true), new BlockRemoved(unit)], fromSeq: 3));
        await database.ProjectAsync();
        Assert.Empty((await CalendarAsync(First, First.AddDays(3))).Entries);
    }

    [PostgresFact]
    public async Task Revenue_of_a_stay_across_months_is_told_by_the_night()
    {
        await AddUnitAsync(unit, "Cabin 7");
        var id = Guid.NewGuid();
        // 28 December to 3 January: four nights and two; 600 less 10 % and 50 for cleaning.
        await AppendAsync(id, 1, Held(id, unit, First, 6, "whatsapp", price: Price(First, 6, discountPercent: 10, cleaning: 50)), Is(new BookingConfirmed()));
        var december = (await Occupancy.MonthAsync(tenant, null, new(2026, 12, 1), new(2027, 1, 1), stop)).Value;
        var january = (await Occupancy.MonthAsync(tenant, null, new(2027, 1, 1), new(2027, 2, 1), stop)).Value;
        Assert.Equal(new SoldNights(unit, "whatsapp", "DOP", 4, 0, 410m, 1), Assert.Single(december.Sold));
        Assert.Equal(new SoldNights(unit, "whatsapp", "DOP", 2, 0, 180m, 0), Assert.Single(january.Sold));
    }

    [PostgresFact]
    public async Task Held_and_blocked_nights_are_counted_apart_and_overlapping_blocks_once()
    {
        await AddUnitAsync(unit, "Cabin 7");
        await AddUnitAsync(Guid.NewGuid(), "Closed", active: false);
        var (held, cancelled, a, b) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await AppendAsync(held, 1, Held(held, unit, new(2026, 12, 1), 2));
        await AppendAsync(cancelled, 1, Held(cancelled, unit, new(2026, 12, 5), 2), Is(new BookingConfirmed()));
        await database.AppendAsync(OfBooking(tenant, unit, cancelled, [Is(new BookingCancelled(null, 100m, "0"))], fromSeq: 3));
        await database.AppendAsync(OfBlock(tenant, unit, a, [new BlockCreated(a, unit, BlockSources.Feed, new(2026, 12, 10), new(2026, 12, 13), null, true)]));
        await database.AppendAsync(OfBlock(tenant, unit, b, [new BlockCreated(b, unit, BlockSources.Feed, new(2026, 12, 12), new(2026, 12, 14), null, true)]));
        await database.ProjectAsync();
        var month = (await Occupancy.MonthAsync(tenant, null, new(2026, 12, 1), new(2027, 1, 1), stop)).Value;
        Assert.Equal(new SoldNights(unit, "direct", "DOP", 0, 2, 0m, 0), Assert.Single(month.Sold));
        Assert.Equal(4, month.BlockedNights[unit]);
        Assert.Equal("Cabin 7", Assert.Single(month.Units).Name);
    }

    [PostgresFact]
    public async Task Conversions_tell_what_became_of_each_hold()
    {
        await AddUnitAsync(unit, "Cabin 7");
        (string, object)[][] ends = [[], [Is(new BookingConfirmed())], [Is(new BookingExpired())], [Is(new BookingExpired()), Is(new BookingConfirmed(true))],
            [Is(new BookingCancelled(null, 100m, "0"))], [Is(new BookingConfirmed()), Is(new BookingCancelled(null, 100m, "0"))], [Is(new BookingConfirmed()), Is(new BookingNoShow())]];
        foreach (var (end, i) in ends.Select((e, i) => (e, i)))
        {
            var id = Guid.NewGuid();
            await AppendAsync(id, 1, [Held(id, unit, First.AddDays(i), 1), .. end]);
        }
        var day = DateOnly.FromDateTime(Histories.Noon.UtcDateTime);
        var rows = (await Occupancy.ConversionsAsync(tenant, null, day, day.AddDays(1), stop)).Value;
        Assert.Equal(new HoldOutcomes(day, "direct", Held: 7, Confirmed: 4, Expired: 1, CancelledHolds: 1, CancelledLater: 1, NoShows: 1, Open: 1), Assert.Single(rows));
        Assert.Empty((await Occupancy.ConversionsAsync(tenant, null, day.AddDays(1), day.AddDays(2), stop)).Value);
    }

    [PostgresFact]
    public async Task A_booking_shows_the_same_however_its_events_are_cut_into_batches()
    {
        (string, object)[] Events(Guid id, string code) =>
        [
            Held(id, unit, First, 2, code: code), (nameof(BookingExtended), new { expiresAt = Histories.Noon.AddHours(1) }), Is(new BookingConfirmed()),
            Is(new BookingDatesChanged(First.AddDays(3), First.AddDays(6), 3, Price(First.AddDays(3), 3), PaymentStatus.Pending)), Is(new BookingCheckedIn()),
            Is(new BookingCompleted()),
        ];
        var (whole, cut) = (Guid.NewGuid(), Guid.NewGuid());
        await AppendAsync(whole, 1, Events(whole, "A"));
        foreach (var (e, i) in Events(cut, "B").Select((e, i) => (e, i)))
            await AppendAsync(cut, i + 1, e);
        Assert.Equal(1, await database.ScalarAsync<long>(
            $"select count(distinct to_jsonb(s) - 'booking_id') from read.stay s where tenant_id = '{tenant}'"));
        Assert.Equal("[2026-12-31,2027-01-03) completed 300.00 {100.00,100.00,100.00}", await database.ScalarAsync<string>(
            $"select concat_ws(' ', nights, status, total, revenue) from read.stay where booking_id = '{cut}'"));
        Assert.Empty(await Invariants.ViewsEqualRebuildAsync(database.Options, stop));
    }

    [PostgresFact]
    public async Task Units_are_paged_by_name_and_no_tenant_sees_anothers()
    {
        foreach (var name in (string[])["Cabin 2", "Cabin 1", "Cabin 3"])
            await AddUnitAsync(Guid.NewGuid(), name);
        var first = (await Calendars.ListAsync(tenant, null, First, First.AddDays(1), withGuests: true, 2, null, stop)).Value;
        var second = (await Calendars.ListAsync(tenant, null, First, First.AddDays(1), withGuests: true, 2, first.NextCursor, stop)).Value;
        Assert.Equal(["Cabin 1", "Cabin 2", "Cabin 3"], first.Items.Concat(second.Items).Select(u => u.Name));
        Assert.Null(second.NextCursor);
        Assert.Empty((await Calendars.ListAsync(Guid.NewGuid(), null, First, First.AddDays(1), withGuests: true, 20, null, stop)).Value.Items);
    }
}
