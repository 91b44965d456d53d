using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Dvt.Engine.Cel;

/// <summary>JSON numbers by value, not by spelling: `2.0` and `1e2` are whole.</summary>
static class JsonNumber
{
    // Longer than 64 bits can say, so a number with more digits than this before the point is a double.
    const int MaxDigits = 19;

    public static CelValue Read(JsonElement element) =>
        element.TryGetInt64(out var whole) || TryWhole(JsonMarshal.GetRawUtf8Value(element), out whole)
            ? CelValue.Of(whole)
            : CelValue.Of(element.GetDouble());

    static bool TryWhole(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        var mark = text.IndexOfAny((byte)'e', (byte)'E');
        var exponent = 0;
        if (mark >= 0 && !int.TryParse(text[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
            return false;
        var mantissa = mark >= 0 ? text[..mark] : text;
        var negative = mantissa[0] == '-';
        mantissa = negative ? mantissa[1..] : mantissa;
        var point = mantissa.IndexOf((byte)'.');
        var whole = point >= 0 ? mantissa[..point] : mantissa;
        var fraction = point >= 0 ? mantissa[(point + 1)..].TrimEnd((byte)'0') : [];
        var digits = (System.Text.Encoding.ASCII.GetString(whole) + System.Text.Encoding.ASCII.GetString(fraction)).TrimStart('0');
        var shift = (long)exponent - fraction.Length;
        if (digits.Length == 0)
            return true;
        if (shift < 0)
        {
            var kept = digits.TrimEnd('0');
            if (digits.Length - kept.Length < -shift)
                return false;
            digits = digits[..^(int)-shift];
            shift = 0;
        }
        return digits.Length + shift <= MaxDigits
            && long.TryParse((negative ? "-" : "") + digits.PadRight(digits.Length + (int)shift, '0'),
                NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }
}
