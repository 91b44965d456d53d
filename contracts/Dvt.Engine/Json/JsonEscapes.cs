using System.Text;

namespace Dvt.Engine.Json;

/// <summary>What a JSON string's escapes hide: a character no store accepts, or half a character.</summary>
[Flags]
enum TextFlaw
{
    None = 0,
    Null = 1,
    LoneSurrogate = 2,
}

/// <summary>Reads the escapes of JSON strings that a reader has already found to be well formed.</summary>
static class JsonEscapes
{
    /// <summary>
    /// Writes the unescaped text to `text`, which must be as long as `raw`. A lone surrogate is written in three
    /// bytes, so that two keys which differ still differ.
    /// </summary>
    internal static int Unescape(ReadOnlySpan<byte> raw, Span<byte> text, out TextFlaw flaw)
    {
        flaw = TextFlaw.None;
        var written = 0;
        while (true)
        {
            var plain = raw.IndexOf((byte)'\\');
            if (plain < 0)
            {
                raw.CopyTo(text[written..]);
                return written + raw.Length;
            }
            raw[..plain].CopyTo(text[written..]);
            written += plain;
            raw = raw[plain..];
            if (raw[1] != 'u')
            {
                text[written++] = Short(raw[1]);
                raw = raw[2..];
                continue;
            }
            var scalar = CodePoint(raw, out var length);
            if (scalar == 0)
                flaw |= TextFlaw.Null;
            else if (scalar is >= 0xD800 and <= 0xDFFF)
                flaw |= TextFlaw.LoneSurrogate;
            written += Encode(scalar, text[written..]);
            raw = raw[length..];
        }
    }

    internal static TextFlaw Flaws(ReadOnlySpan<byte> raw)
    {
        var flaw = TextFlaw.None;
        for (var at = raw.IndexOf((byte)'\\'); at >= 0; at = raw.IndexOf((byte)'\\'))
        {
            raw = raw[at..];
            var length = 2;
            if (raw[1] == 'u')
            {
                var scalar = CodePoint(raw, out length);
                if (scalar == 0)
                    flaw |= TextFlaw.Null;
                else if (scalar is >= 0xD800 and <= 0xDFFF)
                    flaw |= TextFlaw.LoneSurrogate;
            }
            raw = raw[length..];
        }
        return flaw;
    }

    static int CodePoint(ReadOnlySpan<byte> raw, out int length)
    {
        length = 6;
        var unit = Unit(raw);
        if (unit is < 0xD800 or > 0xDBFF || raw.Length < 12 || raw[6] != '\\' || raw[7] != 'u')
            return unit;
        var low = Unit(raw[6..]);
        if (low is < 0xDC00 or > 0xDFFF)
            return unit;
        length = 12;
        return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }

    static int Unit(ReadOnlySpan<byte> escape) =>
        (Hex(escape[2]) << 12) | (Hex(escape[3]) << 8) | (Hex(escape[4]) << 4) | Hex(escape[5]);

    static int Hex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    static byte Short(byte letter) => letter switch
    {
        (byte)'b' => 8,
        (byte)'f' => 12,
        (byte)'n' => 10,
        (byte)'r' => 13,
        (byte)'t' => 9,
        _ => letter,
    };

    static int Encode(int scalar, Span<byte> text)
    {
        if (Rune.IsValid(scalar))
            return new Rune(scalar).EncodeToUtf8(text);
        text[0] = (byte)(0xE0 | (scalar >> 12));
        text[1] = (byte)(0x80 | ((scalar >> 6) & 0x3F));
        text[2] = (byte)(0x80 | (scalar & 0x3F));
        return 3;
    }
}
