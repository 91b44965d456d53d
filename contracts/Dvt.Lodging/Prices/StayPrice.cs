using Dvt.Contracts;

namespace Dvt.Lodging.Prices;

/// <summary>What a stay costs. Each night is rounded by itself, so that the parts add up to the total.</summary>
public static class StayPrice
{
    public static PriceBreakdown Of(UnitDefinition unit, Stay stay, int guests)
    {
        var nights = new List<NightPrice>(stay.Nights);
        var subtotal = 0m;
        for (var night = stay.CheckIn; night < stay.CheckOut; night = night.AddDays(1))
        {
            var amount = OfNight(unit, night, guests);
            subtotal += amount;
            nights.Add(new(night, Text(amount)));
        }
        var percent = unit.LengthDiscounts.Where(d => d.MinNights <= stay.Nights).MaxBy(d => d.MinNights)?.Percent ?? 0m;
        var discount = Currencies.Round(subtotal * percent / 100m, unit.Currency);
        var cleaning = Currencies.Round(Currencies.Amount(unit.CleaningFee), unit.Currency);
        var total = subtotal - discount + cleaning;
        return new(unit.Currency, nights, Text(subtotal), percent, Text(discount), Text(cleaning), Text(total), Text(total * unit.DepositPercent / 100m));

        string Text(decimal amount) => Currencies.Text(amount, unit.Currency);
    }

    /// <summary>The season's price, or the base price times the season's multiplier; times the weekend's; and what extra guests pay.</summary>
    static decimal OfNight(UnitDefinition unit, DateOnly night, int guests)
    {
        var season = Seasons.Of(unit, night);
        var price = season?.Price is { } own ? Currencies.Amount(own) : Currencies.Amount(unit.BasePrice) * (season?.Multiplier ?? 1m);
        if (IsWeekend(unit, night))
            price *= unit.WeekendMultiplier;
        return Currencies.Round(price + (Math.Max(0, guests - unit.IncludedGuests) * Currencies.Amount(unit.ExtraGuestPrice)), unit.Currency);
    }

    static readonly string[] Weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    static bool IsWeekend(UnitDefinition unit, DateOnly night) => unit.WeekendNights.Contains(Weekdays[(int)night.DayOfWeek]);
}

/// <summary>Which season a night belongs to.</summary>
public static class Seasons
{
    /// <summary>The first that holds the night; null outside all.</summary>
    public static Season? Of(UnitDefinition unit, DateOnly night) => unit.Seasons.FirstOrDefault(s => s.From <= night && night <= s.To);
}
