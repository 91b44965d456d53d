using System.Globalization;

namespace Dvt.Engine.Json;

/// <summary>Numbers as ECMAScript writes them (ECMA-262 §6.1.6.1.20, RFC 8785 §3.2.2.3).</summary>
static class EcmaNumber
{
    internal const int MaxLength = 32;
    const int ExactDigits = 15;

    /// <summary>Whether the text is already what ECMAScript would write, told without parsing.</summary>
    internal static bool IsPlainInteger(ReadOnlySpan<byte> raw)
    {
        var digits = raw[0] == '-' ? raw[1..] : raw;
        if (digits.Length > ExactDigits || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        return digits[0] != '0' || raw.Length == 1;
    }

    internal static int Format(double value, Span<byte> output)
    {
        if (!double.IsFinite(value))
            throw new JsonRefused(JsonRefused.InvalidNumber, "", "A number is outside the range of a double.");
        if (value == 0)
        {
            output[0] = (byte)'0';
            return 1;
        }
        Span<byte> shortest = stackalloc byte[MaxLength];
        value.TryFormat(shortest, out var length, "R", CultureInfo.InvariantCulture);
        Span<byte> digits = stackalloc byte[MaxLength];
        var (count, point) = Split(shortest[..length], digits);
        var start = 0;
        if (value < 0)
            output[start++] = (byte)'-';
        return start + Lay(digits[..count], point, output[start..]);
    }

    /// <summary>Digits without zeros at either end, and where the decimal point stands among them.</summary>
    static (int Count, int Point) Split(ReadOnlySpan<byte> text, Span<byte> digits)
    {
        var exponent = 0;
        var mark = text.IndexOf((byte)'E');
        if (mark >= 0)
        {
            exponent = int.Parse(text[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..mark];
        }
        int count = 0, point = 0;
        var fraction = false;
        foreach (var character in text)
        {
            if (character == '.')
                fraction = true;
            if (character is < (byte)'0' or > (byte)'9')
                continue;
            if (character == '0' && count == 0)
            {
                point -= fraction ? 1 : 0;
                continue;
            }
            digits[count++] = character;
            point += fraction ? 0 : 1;
        }
        while (digits[count - 1] == '0')
            count--;
        return (count, point + exponent);
    }

    static int Lay(ReadOnlySpan<byte> digits, int point, Span<byte> output)
    {
        var count = digits.Length;
        if (count <= point && point <= 21)
        {
            digits.CopyTo(output);
            output[count..point].Fill((byte)'0');
            return point;
        }
        if (point is > 0 and <= 21)
        {
            digits[..point].CopyTo(output);
            output[point] = (byte)'.';
            digits[point..].CopyTo(output[(point + 1)..]);
            return count + 1;
        }
        if (point is > -6 and <= 0)
        {
            "0."u8.CopyTo(output);
            output.Slice(2, -point).Fill((byte)'0');
            digits.CopyTo(output[(2 - point)..]);
            return 2 - point + count;
        }
        output[0] = digits[0];
        var at = 1;
        if (count > 1)
        {
            output[at++] = (byte)'.';
            digits[1..].CopyTo(output[at..]);
            at += count - 1;
        }
        output[at++] = (byte)'e';
        output[at++] = point > 0 ? (byte)'+' : (byte)'-';
        Math.Abs(point - 1).TryFormat(output[at..], out var written, provider: CultureInfo.InvariantCulture);
        return at + written;
    }
}
