using System.Globalization;
using System.Numerics;

namespace Dvt.Engine.Cel;

/// <summary>Doubles in decimal, rounded from their exact value, halves to even.</summary>
static class Decimals
{
    public static string Fixed(double value, int precision)
    {
        var digits = Scaled(Math.Abs(value), precision).ToString(CultureInfo.InvariantCulture).PadLeft(precision + 1, '0');
        return Sign(value) + Point(digits, digits.Length - precision);
    }

    public static string Scientific(double value, int precision)
    {
        var size = Math.Abs(value);
        var exponent = size == 0 ? 0 : (int)Math.Floor(Math.Log10(size));
        var digits = Scaled(size, precision - exponent).ToString(CultureInfo.InvariantCulture);
        // The logarithm may be one off, and rounding may carry into a new digit.
        if (size != 0 && digits.Length != precision + 1)
        {
            exponent += digits.Length > precision + 1 ? 1 : -1;
            digits = Scaled(size, precision - exponent).ToString(CultureInfo.InvariantCulture);
        }
        return $"{Sign(value)}{Point(digits.PadRight(precision + 1, '0'), 1)}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):D2}";
    }

    /// <summary>`value` × 10^`power`, rounded.</summary>
    static BigInteger Scaled(double value, int power)
    {
        const int FractionBits = 52;
        var bits = BitConverter.DoubleToInt64Bits(value);
        var biased = (int)(bits >> FractionBits) & 0x7FF;
        var mantissa = bits & (1L << FractionBits) - 1 | (biased == 0 ? 0 : 1L << FractionBits);
        var exponent = Math.Max(biased, 1) - 1075;
        var top = mantissa * BigInteger.Pow(10, Math.Max(power, 0)) << Math.Max(exponent, 0);
        var bottom = BigInteger.Pow(10, Math.Max(-power, 0)) << Math.Max(-exponent, 0);
        var quotient = BigInteger.DivRem(top, bottom, out var rest);
        var half = (rest * 2).CompareTo(bottom);
        return half > 0 || half == 0 && !quotient.IsEven ? quotient + 1 : quotient;
    }

    static string Sign(double value) => double.IsNegative(value) ? "-" : "";

    static string Point(string digits, int whole) => digits.Length == whole ? digits : $"{digits[..whole]}.{digits[whole..]}";
}
