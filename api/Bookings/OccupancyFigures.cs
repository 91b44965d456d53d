using System.Globalization;
using Dvt.ReadModels;

namespace Dvt.Api;

/// <summary>Sums of a month: of all, by unit and by channel.</summary>
static class OccupancyFigures
{
    public static object Of(string month, int days, MonthOfNights read) => new
    {
        month,
        days,
        total = Sum(unitId: null, name: null, days * read.Units.Count, read.Sold, read.BlockedNights.Values.Sum()),
        units = Units(days, read),
        channels = read.Sold.GroupBy(s => s.Channel).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new
        {
            channel = g.Key,
            confirmedNights = g.Sum(s => s.ConfirmedNights),
            heldNights = g.Sum(s => s.HeldNights),
            arrivals = g.Sum(s => s.Arrivals),
            revenue = Money(g),
        }),
    };

    static IEnumerable<object> Units(int days, MonthOfNights read)
    {
        var sold = read.Sold.ToLookup(s => s.UnitId);
        return read.Units.Select(u => Sum(u.UnitId, u.Name, days, [.. sold[u.UnitId]], read.BlockedNights.GetValueOrDefault(u.UnitId)));
    }

    static object Sum(Guid? unitId, string? name, int nights, IReadOnlyList<SoldNights> rows, int blocked)
    {
        var confirmed = rows.Sum(s => s.ConfirmedNights);
        return new
        {
            unitId,
            name,
            nights,
            confirmedNights = confirmed,
            heldNights = rows.Sum(s => s.HeldNights),
            blockedNights = blocked,
            occupancyRate = Percent(confirmed, nights),
            arrivals = rows.Sum(s => s.Arrivals),
            revenue = Money(rows),
        };
    }

    /// <summary>One amount per currency in which anything was sold.</summary>
    static IEnumerable<object> Money(IEnumerable<SoldNights> sold) => sold
        .Where(s => s.ConfirmedNights > 0)
        .GroupBy(s => s.Currency)
        .OrderBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => new { amount = g.Sum(s => s.Revenue).ToString(CultureInfo.InvariantCulture), currency = g.Key });

    /// <summary>With one decimal; 0 of nothing.</summary>
    public static decimal Percent(long part, long whole) => whole == 0 ? 0 : decimal.Round(100m * part / whole, 1);
}
