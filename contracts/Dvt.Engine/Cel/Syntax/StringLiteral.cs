using System.Globalization;
using System.Text;

namespace Dvt.Engine.Cel;

/// <summary>The inside of a string or bytes literal, escapes undone; CEL language definition, section "String and Bytes Values".</summary>
static class StringLiteral
{
    public static CelValue Read(string text, bool raw, bool bytes, int position)
    {
        if (raw || !text.Contains('\\', StringComparison.Ordinal))
            return bytes ? CelValue.Of(System.Text.Encoding.UTF8.GetBytes(text)) : CelValue.Of(text);
        var builder = new Builder(bytes);
        for (var at = 0; at < text.Length;)
        {
            if (text[at] == '\\')
            {
                at = Escape(text, at + 1, builder, position);
                continue;
            }
            var length = char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
            builder.Append(text.AsSpan(at, length));
            at += length;
        }
        return builder.Build();
    }

    static int Escape(string text, int at, Builder builder, int position)
    {
        const string Letters = "abfnrtv";
        const string Meanings = "\a\b\f\n\r\t\v";
        const string Themselves = "\\?\"'`";
        var letter = text[at];
        if (Letters.IndexOf(letter, StringComparison.Ordinal) is var place and >= 0)
            builder.Append(Meanings.AsSpan(place, 1));
        else if (Themselves.Contains(letter, StringComparison.Ordinal))
            builder.Append(text.AsSpan(at, 1));
        else
            return letter switch
            {
                'x' or 'X' => Number(text, at, at + 1, 2, 16, builder, position),
                'u' when !builder.IsBytes => Number(text, at, at + 1, 4, 16, builder, position),
                'U' when !builder.IsBytes => Number(text, at, at + 1, 8, 16, builder, position),
                >= '0' and <= '3' => Number(text, at, at, 3, 8, builder, position),
                _ => throw Fault(position + at - 1),
            };
        return at + 1;
    }

    static int Number(string text, int escape, int at, int length, int radix, Builder builder, int position)
    {
        if (at + length > text.Length)
            throw Fault(position + escape - 1);
        var value = 0L;
        foreach (var digit in text.AsSpan(at, length))
        {
            if (!char.IsAsciiHexDigit(digit) || Convert.ToInt32(digit.ToString(), 16) is var number && number >= radix)
                throw Fault(position + escape - 1);
            value = value * radix + Convert.ToInt32(digit.ToString(), 16);
        }
        if (builder.IsBytes)
            builder.Append((byte)value);
        else if (value <= int.MaxValue && Rune.TryCreate((int)value, out var rune))
            builder.Append(rune.ToString());
        else
            throw Fault(position + escape - 1);
        return at + length;
    }

    static CelSyntaxException Fault(int position) => new("the escape sequence is not understood", position);

    sealed class Builder(bool bytes)
    {
        readonly StringBuilder text = new();
        readonly List<byte> data = [];

        public bool IsBytes => bytes;

        public void Append(ReadOnlySpan<char> letters)
        {
            if (!bytes)
                text.Append(letters);
            else
                foreach (var item in System.Text.Encoding.UTF8.GetBytes(letters.ToString()))
                    data.Add(item);
        }

        public void Append(byte item) => data.Add(item);

        public CelValue Build() => bytes ? CelValue.Of(data.ToArray()) : CelValue.Of(text.ToString());
    }
}
