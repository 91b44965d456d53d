using System.Globalization;
using Dvt.Contracts;
using Dvt.Lodging.Bookings;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Rules.Bookings;

/// <summary>One unit, a clock that jumps, and orders at random to bookings in every state.</summary>
public sealed class RandomStayTests(ITestOutputHelper output)
{
    static readonly Guid Unit = Guid.NewGuid();

    readonly TakenNights taken = new();
    readonly List<Booking> bookings = [];
    readonly HashSet<string> codes = [];
    readonly HashSet<string> seen = [];
    DateTimeOffset now = Stays.Now;

    DateOnly Today => DateOnly.FromDateTime(now.UtcDateTime);

    [Fact]
    public void Whatever_is_ordered_no_night_has_two_guests_and_no_money_is_lost()
    {
        var random = Seeded.Start(output);
        for (var step = 0; step < 5_000; step++)
        {
            now += TimeSpan.FromMinutes(random.Next(0, 9));
            for (var i = 0; i < bookings.Count; i++)
                if (bookings[i].IsOver(now))
                    Take(i, bookings[i].Expire(now));
            if (bookings.Count == 0 || random.Next(4) == 0)
                Hold(random);
            else
                Order(random.Next(Math.Max(0, bookings.Count - 40), bookings.Count), random);
            Check();
        }
        // Every answer there is was given.
        Assert.Superset(new HashSet<string> { "date_overlap", "invalid_dates", "expired", "invalid_state" }, codes);
        Assert.Equal(BookingStatus.All.Order(), seen.Order());
    }

    void Hold(Random random)
    {
        var (id, stay) = (Guid.NewGuid(), new Stay(Today.AddDays(random.Next(-1, 40)), Today.AddDays(random.Next(2, 45))));
        var ruling = Booking.Hold(new(id, Unit, stay.CheckIn, stay.CheckOut, 2, new Guest("Ana"), "direct"), Stays.Cabin, taken, "RES261120ABCDEF", id, Today, now);
        if (ruling.Refusal is { } refusal)
        {
            codes.Add(refusal.Code);
            return;
        }
        bookings.Add(Booking.After(before: null, ruling.Events.Single(), now));
        seen.Add(BookingStatus.Held);
        taken.Take(id, id, stay);
    }

    void Order(int place, Random random)
    {
        var b = bookings[place];
        var day = Today.AddDays(random.Next(0, 40));
        Take(place, random.Next(8) switch
        {
            0 => b.Confirm(now),
            1 => b.Extend(now),
            2 => b.Cancel(reason: null, Today, now),
            3 => b.ChangeDates(new(b.BookingId, Unit, day, day.AddDays(random.Next(1, 6))), Stays.Cabin, taken, Today, now),
            4 => b.CheckIn(now),
            5 => b.Complete(now),
            6 => b.GiveUp(now),
            _ => b.RecordPayment(
                new(b.BookingId, Unit, $"p{random.Next(3)}", random.Next(2) == 0 ? b.Price.Deposit : b.Price.Total, OutsidePayment.All[random.Next(OutsidePayment.All.Count)]), taken, Today, now),
        });
    }

    void Take(int place, Ruling ruling)
    {
        if (ruling.Refusal is { } refusal)
            codes.Add(refusal.Code);
        var after = ruling.Events.Aggregate(bookings[place], (b, e) => Booking.After(b, e, now));
        bookings[place] = after;
        seen.Add(after.Status);
        if (after.KeepsNights)
            taken.Take(after.BookingId, after.BookingId, after.Stay);
        else
            taken.Free(after.BookingId);
    }

    void Check()
    {
        var keepers = bookings.Where(b => b.KeepsNights).OrderBy(b => b.Stay.CheckIn).ToList();
        Assert.Equal(keepers.Select(b => b.BookingId).ToHashSet(), taken.Claims.Keys.ToHashSet());
        for (var i = 1; i < keepers.Count; i++)
            Assert.True(keepers[i - 1].Stay.CheckOut <= keepers[i].Stay.CheckIn, $"{keepers[i - 1].Stay} and {keepers[i].Stay}");
        foreach (var b in bookings.TakeLast(40))
        {
            Assert.Equal(Amount(b.Paid), b.Payments.Where(p => p.Status is OutsidePayment.Approved or OutsidePayment.Refunded).Sum(Kept));
            Assert.True(Amount(b.RefundDue) >= (b.Status == BookingStatus.Expired ? Amount(b.Paid) : 0), $"{b.Status}: paid {b.Paid}, due {b.RefundDue}");
        }
    }

    static decimal Kept(BookingPayment payment) => Math.Max(0, Amount(payment.Amount) - Amount(payment.Refunded ?? "0"));

    static decimal Amount(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
