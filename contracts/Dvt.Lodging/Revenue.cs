using System.Globalization;
using Dvt.Contracts;

namespace Dvt.Lodging;

/// <summary>What each night of a stay brings in, so that revenue can be told by month although stays cross months.</summary>
public static class Revenue
{
    /// <summary>
    /// One amount per night, in order: its price less its share of the discount; the first night has the cleaning as well.
    /// They add up to the total exactly, each rounded as the total is.
    /// </summary>
    public static decimal[] PerNight(PriceBreakdown price)
    {
        var (subtotal, discount, cleaning) = (Amount(price.Subtotal), Amount(price.Discount), Amount(price.Cleaning));
        var revenue = new decimal[price.Nights.Count];
        var (soFar, given) = (0m, 0m);
        for (var i = 0; i < revenue.Length; i++)
        {
            var night = Amount(price.Nights[i].Amount);
            soFar += night;
            // The share is that of all nights up to here, less what those before have: so nothing is lost in rounding.
            var share = subtotal == 0 ? 0 : decimal.Round(discount * soFar / subtotal, price.Total.Length - 1 - PointIn(price.Total), MidpointRounding.ToEven) - given;
            given += share;
            revenue[i] = night - share + (i == 0 ? cleaning : 0);
        }
        return revenue;
    }

    /// <summary>Place of the decimal point; the last place when there is none.</summary>
    static int PointIn(string amount) => amount.IndexOf('.', StringComparison.Ordinal) is >= 0 and var at ? at : amount.Length - 1;

    static decimal Amount(string text) => decimal.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture);
}
