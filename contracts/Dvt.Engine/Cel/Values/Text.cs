using System.Globalization;

namespace Dvt.Engine.Cel;

/// <summary>Text by code points, as the language counts it, over UTF-16, as it is kept.</summary>
static class Text
{
    public static int Length(string text)
    {
        var length = text.Length;
        if (IsPlain(text))
            return length;
        for (var at = 0; at + 1 < text.Length; at++)
            if (char.IsSurrogatePair(text[at], text[at + 1]))
            {
                length--;
                at++;
            }
        return length;
    }

    /// <summary>Where in UTF-16 the code point `place` begins; `place` is between 0 and the length.</summary>
    public static int Offset(string text, int place)
    {
        if (IsPlain(text))
            return place;
        var at = 0;
        for (; place > 0; place--)
            at += Step(text, at);
        return at;
    }

    /// <summary>Which code point begins at the UTF-16 offset.</summary>
    public static int Place(string text, int offset) => IsPlain(text) ? offset : Length(text[..offset]);

    /// <summary>How many UTF-16 units the code point at the offset has.</summary>
    public static int Step(string text, int offset) =>
        offset + 1 < text.Length && char.IsSurrogatePair(text[offset], text[offset + 1]) ? 2 : 1;

    /// <summary>Order of code points, which UTF-16 has not: surrogates come before U+E000.</summary>
    public static int Compare(string left, string right)
    {
        var same = left.AsSpan().CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
            return left.Length.CompareTo(right.Length);
        var (mine, theirs) = (left[same], right[same]);
        return char.IsSurrogate(mine) == char.IsSurrogate(theirs) ? mine.CompareTo(theirs) : char.IsSurrogate(mine) ? 1 : -1;
    }

    /// <summary>The shortest text that reads back the same, as ECMAScript writes numbers.</summary>
    public static string Of(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        if (mark < 0)
            return text;
        var exponent = int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var sign = text[0] == '-' ? "-" : "";
        var digits = text[sign.Length..mark].Replace(".", "", StringComparison.Ordinal);
        return exponent switch
        {
            >= 0 and < 21 => sign + Spread(digits, exponent + 1),
            < 0 and >= -7 => sign + "0." + new string('0', -exponent - 1) + digits,
            _ => text[..mark] + (exponent < 0 ? "e-" : "e+") + Math.Abs(exponent).ToString(CultureInfo.InvariantCulture),
        };
    }

    static string Spread(string digits, int whole) =>
        digits.Length <= whole ? digits.PadRight(whole, '0') : $"{digits[..whole]}.{digits[whole..]}";

    static bool IsPlain(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0;
}
