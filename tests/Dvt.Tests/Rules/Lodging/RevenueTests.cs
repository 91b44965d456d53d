using System.Globalization;
using Dvt.Contracts;
using Dvt.Lodging;
using Xunit;

namespace Dvt.Tests.Rules.Lodging;

public sealed class RevenueTests
{
    [Fact]
    public void The_discount_is_shared_and_the_first_night_has_the_cleaning()
    {
        var price = Price("DOP", 2, [100m, 100m, 200m], discountPercent: 10, cleaning: 50);
        Assert.Equal([140m, 90m, 180m], Revenue.PerNight(price));
    }

    [Fact]
    public void Nights_always_add_up_to_the_total()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < 2_000; i++)
        {
            var digits = random.Next(0, 4);
            var nights = Enumerable.Range(0, random.Next(1, 40)).Select(_ => decimal.Round((decimal)random.NextDouble() * random.Next(0, 50_000), digits)).ToArray();
            var price = Price("DOP", digits, nights, random.Next(0, 101), decimal.Round((decimal)random.NextDouble() * 900, digits));
            var revenue = Revenue.PerNight(price);
            Assert.True(revenue.Sum() == decimal.Parse(price.Total, CultureInfo.InvariantCulture), $"seed {seed}, case {i}");
            Assert.True(revenue.All(r => r >= 0 && decimal.Round(r, digits) == r), $"seed {seed}, case {i}");
        }
    }

    static PriceBreakdown Price(string currency, int digits, decimal[] nights, int discountPercent, decimal cleaning)
    {
        var subtotal = nights.Sum();
        var discount = decimal.Round(subtotal * discountPercent / 100, digits, MidpointRounding.ToEven);
        var day = new DateOnly(2026, 12, 1);
        return new(currency, [.. nights.Select((n, i) => new NightPrice(day.AddDays(i), Text(n)))], Text(subtotal), discountPercent, Text(discount), Text(cleaning),
            Text(subtotal - discount + cleaning), "0");

        string Text(decimal amount) => amount.ToString($"F{digits}", CultureInfo.InvariantCulture);
    }
}
