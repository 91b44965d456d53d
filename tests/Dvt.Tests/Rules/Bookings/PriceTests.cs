using System.Globalization;
using Dvt.Contracts;
using Dvt.Lodging.Prices;
using Dvt.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Dvt.Tests.Rules.Bookings;

public sealed class PriceTests(ITestOutputHelper output)
{
    static decimal Amount(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    [Fact]
    public void From_Friday_to_Monday_the_original_asks_48_000()
    {
        var price = StayPrice.Of(Stays.Cabin, Stays.Of("2026-12-04", "2026-12-07"), guests: 2);
        Assert.Equal(["12000.00", "18000.00", "18000.00"], price.Nights.Select(n => n.Amount));
        Assert.Equal(("48000.00", "14400.00"), (price.Total, price.Deposit));
    }

    [Fact]
    public void Unless_told_a_weekend_begins_on_Friday() => Assert.Equal(
        ["18000.00", "18000.00", "12000.00"],
        StayPrice.Of(Stays.Cabin with { WeekendNights = ["fri", "sat"] }, Stays.Of("2026-12-04", "2026-12-07"), 1).Nights.Select(n => n.Amount));

    [Fact]
    public void A_season_holds_its_first_and_its_last_night_and_no_other()
    {
        var unit = Stays.Cabin with { WeekendMultiplier = 1, Seasons = [new(Stays.Day("2026-12-10"), Stays.Day("2026-12-11"), Multiplier: 2)] };
        Assert.Equal(["12000.00", "24000.00", "24000.00", "12000.00"], StayPrice.Of(unit, Stays.Of("2026-12-09", "2026-12-13"), 1).Nights.Select(n => n.Amount));
    }

    [Fact]
    public void A_season_may_have_a_price_and_the_first_that_holds_a_night_decides()
    {
        var unit = Stays.Cabin with
        {
            Seasons =
            [
                new(Stays.Day("2026-12-12"), Stays.Day("2026-12-12"), Price: "50000.00"),
                new(Stays.Day("2026-12-01"), Stays.Day("2026-12-31"), Multiplier: 1.1m),
            ],
        };
        // The 12th is a Saturday: the weekend counts on top of the season.
        Assert.Equal(["13200.00", "75000.00", "19800.00"], StayPrice.Of(unit, Stays.Of("2026-12-11", "2026-12-14"), 1).Nights.Select(n => n.Amount));
    }

    [Fact]
    public void Extra_guests_pay_each_night_and_cleaning_once()
    {
        var unit = Stays.Cabin with { IncludedGuests = 2, ExtraGuestPrice = "1000.00", CleaningFee = "5000.00", WeekendMultiplier = 1 };
        var price = StayPrice.Of(unit, Stays.Of("2026-12-07", "2026-12-09"), guests: 4);
        Assert.Equal(["14000.00", "14000.00"], price.Nights.Select(n => n.Amount));
        Assert.Equal("33000.00", price.Total);
    }

    [Theory]
    [InlineData(6, 0, "72000.00")]
    [InlineData(7, 10, "75600.00")]
    [InlineData(28, 20, "268800.00")]
    public void The_longest_discount_that_a_stay_reaches_counts(int nights, int percent, string total)
    {
        var unit = Stays.Cabin with { WeekendMultiplier = 1, LengthDiscounts = [new(7, 10), new(28, 20)] };
        var price = StayPrice.Of(unit, Stays.After(10, nights), 1);
        Assert.Equal((percent, total), (price.DiscountPercent, price.Total));
    }

    [Theory]
    [InlineData("JPY", "101", "1.5", "152")] // 151.5 goes to the even neighbour.
    [InlineData("JPY", "103", "1.5", "154")] // 154.5 as well.
    [InlineData("KWD", "1.001", "1.5", "1.502")] // 1.5015: to the even third digit.
    [InlineData("USD", "0.05", "1.5", "0.08")] // 0.075
    [InlineData("USD", "0.03", "1.5", "0.04")] // 0.045
    public void Halves_go_to_the_even_neighbour_in_the_minor_unit_of_the_currency(string currency, string @base, string multiplier, string night)
    {
        var unit = Stays.Cabin with
        {
            BasePrice = @base,
            Currency = currency,
            ExtraGuestPrice = "0",
            CleaningFee = "0",
            WeekendMultiplier = Amount(multiplier),
            WeekendNights = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        };
        Assert.Equal(night, StayPrice.Of(unit, Stays.After(1, 1), 1).Total);
    }

    [Fact]
    public void The_parts_add_up_to_the_total_whatever_the_unit()
    {
        var random = Seeded.Start(output);
        for (var i = 0; i < 5_000; i++)
        {
            var unit = RandomUnit(random);
            var price = StayPrice.Of(unit, Stays.After(random.Next(0, 400), random.Next(1, 40)), random.Next(1, unit.Capacity + 1));
            Assert.Equal(Amount(price.Subtotal), price.Nights.Sum(n => Amount(n.Amount)));
            Assert.Equal(Amount(price.Total), Amount(price.Subtotal) - Amount(price.Discount) + Amount(price.Cleaning));
            Assert.InRange(Amount(price.Deposit), 0, Amount(price.Total));
            Assert.All(
                [price.Subtotal, price.Discount, price.Cleaning, price.Total, price.Deposit, .. price.Nights.Select(n => n.Amount)],
                text => Assert.Equal(Currencies.MinorUnits(unit.Currency), (text.Split('.') is [_, var digits] ? digits : "").Length));
        }
    }

    [Fact]
    public void Without_discounts_more_nights_cost_more()
    {
        var random = Seeded.Start(output);
        for (var i = 0; i < 2_000; i++)
        {
            var unit = RandomUnit(random) with { LengthDiscounts = [] };
            var (day, nights, guests) = (random.Next(0, 400), random.Next(1, 40), random.Next(1, unit.Capacity + 1));
            Assert.True(Amount(StayPrice.Of(unit, Stays.After(day, nights), guests).Total) < Amount(StayPrice.Of(unit, Stays.After(day, nights + 1), guests).Total));
        }
    }

    static UnitDefinition RandomUnit(Random random)
    {
        var currency = new[] { "ARS", "USD", "JPY", "KWD", "CLF" }[random.Next(5)];
        string Money(int from, int most) => Currencies.Text(random.Next(from, most) + (decimal)random.NextDouble(), currency);
        return Stays.Cabin with
        {
            Currency = currency,
            Capacity = random.Next(1, 12),
            BasePrice = Money(1, 20_000),
            WeekendMultiplier = 0.5m + (decimal)random.NextDouble() * 2,
            WeekendNights = [.. new[] { "thu", "fri", "sat", "sun" }.Where(_ => random.Next(2) == 0)],
            Seasons =
            [
                .. Enumerable.Range(0, random.Next(4)).Select(_ => Stays.After(random.Next(400), random.Next(1, 90))).Select(s =>
                    random.Next(2) == 0 ? new Season(s.CheckIn, s.CheckOut, Multiplier: 0.3m + (decimal)random.NextDouble() * 3) : new Season(s.CheckIn, s.CheckOut, Price: Money(1, 30_000))),
            ],
            LengthDiscounts = [.. Enumerable.Range(0, random.Next(3)).Select(_ => new LengthDiscount(random.Next(2, 30), random.Next(0, 101)))],
            IncludedGuests = random.Next(1, 6),
            ExtraGuestPrice = Money(0, 900),
            CleaningFee = Money(0, 4_000),
            DepositPercent = random.Next(0, 101),
        };
    }
}
