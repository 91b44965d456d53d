using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Dvt.Engine.Json;

/// <summary>
/// A JSON number exactly as written: sign × 0.digits × 10^point, digits without zeros at either end. Comparing never
/// expands an exponent, so `1e999999999` costs as much as `1`.
/// </summary>
readonly record struct ExactNumber(int Sign, string Digits, long Point) : IComparable<ExactNumber>
{
    // Past any number that a body can spell; keeps sums of points inside a long.
    const long MaxPoint = 1L << 60;
    const int MaxDivisionDigits = 10_000;

    internal bool IsInteger => Digits.Length <= Point || Sign == 0;

    internal static ExactNumber Of(JsonElement number)
    {
        var raw = JsonMarshal.GetRawUtf8Value(number);
        var sign = 1;
        if (raw[0] == '-')
        {
            sign = -1;
            raw = raw[1..];
        }
        var point = 0L;
        var mark = raw.IndexOfAny((byte)'e', (byte)'E');
        if (mark >= 0)
        {
            point = Exponent(raw[(mark + 1)..]);
            raw = raw[..mark];
        }
        var dot = raw.IndexOf((byte)'.');
        point += dot < 0 ? raw.Length : dot;
        var digits = dot < 0 ? Encoding.ASCII.GetString(raw) : string.Concat(Encoding.ASCII.GetString(raw[..dot]), Encoding.ASCII.GetString(raw[(dot + 1)..]));
        var significant = digits.AsSpan().TrimStart('0');
        point -= digits.Length - significant.Length;
        significant = significant.TrimEnd('0');
        return significant.IsEmpty ? new(0, "", 0) : new(sign, significant.ToString(), point);
    }

    public int CompareTo(ExactNumber other)
    {
        if (Sign != other.Sign)
            return Sign.CompareTo(other.Sign);
        var magnitude = Point != other.Point ? Point.CompareTo(other.Point) : string.CompareOrdinal(Digits, other.Digits);
        return Sign * magnitude;
    }

    /// <summary>Whether this is a whole number of times `divisor`, which is not 0; null where the digits are too many to tell.</summary>
    internal bool? IsMultipleOf(ExactNumber divisor)
    {
        if (Sign == 0)
            return true;
        if (Digits.Length > MaxDivisionDigits || divisor.Digits.Length > MaxDivisionDigits)
            return null;
        var dividend = BigInteger.Parse(Digits, CultureInfo.InvariantCulture);
        var modulus = BigInteger.Parse(divisor.Digits, CultureInfo.InvariantCulture);
        var shift = Point - Digits.Length - (divisor.Point - divisor.Digits.Length);
        if (shift >= 0)
            return (dividend % modulus * BigInteger.ModPow(10, shift, modulus) % modulus).IsZero;
        // The divisor would be larger than the dividend.
        if (-shift > Digits.Length)
            return false;
        return (dividend % (modulus * BigInteger.Pow(10, (int)-shift))).IsZero;
    }

    static long Exponent(ReadOnlySpan<byte> text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent))
            return Math.Clamp(exponent, -MaxPoint, MaxPoint);
        return text[0] == '-' ? -MaxPoint : MaxPoint;
    }
}
