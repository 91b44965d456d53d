using System.Collections.Frozen;
using System.Globalization;

namespace Dvt.Lodging.Prices;

/// <summary>Amounts of a currency: how many digits they have (ISO 4217), and how they are rounded and written.</summary>
public static class Currencies
{
    static readonly FrozenDictionary<string, int> Unusual = new Dictionary<string, int>
    {
        ["BIF"] = 0,
        ["CLP"] = 0,
        ["DJF"] = 0,
        ["GNF"] = 0,
        ["ISK"] = 0,
        ["JPY"] = 0,
        ["KMF"] = 0,
        ["KRW"] = 0,
        ["PYG"] = 0,
        ["RWF"] = 0,
        ["UGX"] = 0,
        ["UYI"] = 0,
        ["VND"] = 0,
        ["VUV"] = 0,
        ["XAF"] = 0,
        ["XOF"] = 0,
        ["XPF"] = 0,
        ["BHD"] = 3,
        ["IQD"] = 3,
        ["JOD"] = 3,
        ["KWD"] = 3,
        ["LYD"] = 3,
        ["OMR"] = 3,
        ["TND"] = 3,
        ["CLF"] = 4,
        ["UYW"] = 4,
    }.ToFrozenDictionary();

    /// <summary>Digits behind the point; two unless the standard says otherwise.</summary>
    public static int MinorUnits(string currency) => Unusual.GetValueOrDefault(currency, 2);

    /// <summary>To the minor unit, halves to the even neighbour.</summary>
    public static decimal Round(decimal amount, string currency) => decimal.Round(amount, MinorUnits(currency), MidpointRounding.ToEven);

    /// <summary>Rounded, with all digits: <c>12000.00</c>, in yen <c>12000</c>.</summary>
    public static string Text(decimal amount, string currency) =>
        Round(amount, currency).ToString("F" + MinorUnits(currency).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <exception cref="FormatException">No decimal number.</exception>
    public static decimal Amount(string text) => decimal.Parse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    /// <summary>False for what is no amount, negative, too large, or finer than the currency's minor unit.</summary>
    public static bool TryAmount(string text, string currency, out decimal amount) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out amount)
        && amount is >= 0 and <= 999_999_999_999m && Round(amount, currency) == amount;
}
