using System.Globalization;
using System.Text;
using static Dvt.Engine.Cel.CelType;

namespace Dvt.Engine.Cel;

/// <summary>`format`: the clauses %s %d %f %e %b %o %x %X, with a precision for %f and %e.</summary>
static class Formats
{
    const int MaxPrecision = 100;
    const int DefaultPrecision = 6;

    public static IEnumerable<Overload> All =>
        [new(".format", CelType.String, [CelType.String, ListOf(Dyn)], (a, e) => Format(a[0].Name, a[1].List, e))];

    static CelValue Format(string text, CelList values, Evaluation evaluation)
    {
        evaluation.ChargeText(text.Length);
        var result = new StringBuilder();
        var next = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '%')
            {
                result.Append(text[at]);
                continue;
            }
            if (++at < text.Length && text[at] == '%')
            {
                result.Append('%');
                continue;
            }
            // Exact decimals need hundreds of digits.
            evaluation.Charge(50);
            var precision = Precision(text, ref at);
            if (at >= text.Length || precision is < 0 or > MaxPrecision)
                return CelValue.Error("a clause of the format is not understood");
            if (next >= values.Count)
                return CelValue.Error($"the format has more clauses than the list's {values.Count} values");
            var value = values[next++];
            var written = Clause(text[at], value, precision ?? DefaultPrecision, evaluation);
            if (written is null)
                return CelValue.Error($"%{text[at]} does not take {value.TypeName}");
            evaluation.ChargeText(written.Length);
            result.Append(written);
        }
        return CelValue.Of(result.ToString());
    }

    /// <summary>Null where there is none, negative where it is no number.</summary>
    static int? Precision(string text, ref int at)
    {
        if (at >= text.Length || text[at] != '.')
            return null;
        var begin = ++at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        return int.TryParse(text.AsSpan(begin, at - begin), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
    }

    static string? Clause(char clause, CelValue value, int precision, Evaluation evaluation) => (clause, value.Kind) switch
    {
        ('s', _) => Plain(value, evaluation),
        ('d' or 'f' or 'e', CelKind.Double) when !double.IsFinite(value.AsDouble()) => Text.Of(value.AsDouble()),
        ('d', CelKind.Int or CelKind.Uint or CelKind.Double) => value.ToDisplayText(),
        ('f', CelKind.Int or CelKind.Uint or CelKind.Double) => Decimals.Fixed(Real(value), precision),
        ('e', CelKind.Int or CelKind.Uint or CelKind.Double) => Decimals.Scientific(Real(value), precision),
        ('b', CelKind.Bool) => value.IsTrue ? "1" : "0",
        ('b' or 'o' or 'x' or 'X', CelKind.Int) => Radix(value.AsInt() < 0, (ulong)Int128.Abs(value.AsInt()), clause),
        ('b' or 'o' or 'x' or 'X', CelKind.Uint) => Radix(negative: false, value.AsUint(), clause),
        ('x', CelKind.String) => Hex(Encoding.UTF8.GetBytes(value.Name), evaluation).ToLowerInvariant(),
        ('X', CelKind.String) => Hex(Encoding.UTF8.GetBytes(value.Name), evaluation),
        ('x', CelKind.Bytes) => Hex(value.Bytes, evaluation).ToLowerInvariant(),
        ('X', CelKind.Bytes) => Hex(value.Bytes, evaluation),
        _ => null,
    };

    static string? Plain(CelValue value, Evaluation evaluation)
    {
        evaluation.Charge(1);
        switch (value.Kind)
        {
            case CelKind.Bytes:
                evaluation.ChargeText(value.Bytes.Length);
                return Encoding.UTF8.GetString(value.Bytes);
            case CelKind.List:
                var items = new List<string>();
                foreach (var item in value.List.Items)
                {
                    if (Plain(item, evaluation) is not { } text)
                        return null;
                    evaluation.ChargeText(text.Length);
                    items.Add(text);
                }
                return $"[{string.Join(", ", items)}]";
            case CelKind.Map:
                var entries = new List<string>();
                foreach (var (key, item) in value.Map.Entries)
                {
                    if (Plain(item, evaluation) is not { } text)
                        return null;
                    evaluation.ChargeText(text.Length);
                    entries.Add($"{key.ToDisplayText()}: {text}");
                }
                entries.Sort(StringComparer.Ordinal);
                return $"{{{string.Join(", ", entries)}}}";
            case CelKind.Optional or CelKind.Error:
                return null;
            default:
                return value.ToDisplayText();
        }
    }

    static double Real(CelValue value) => value.Kind switch
    {
        CelKind.Int => value.AsInt(),
        CelKind.Uint => value.AsUint(),
        _ => value.AsDouble(),
    };

    static string Radix(bool negative, ulong number, char clause)
    {
        var text = clause switch
        {
            'x' => number.ToString("x", CultureInfo.InvariantCulture),
            'X' => number.ToString("X", CultureInfo.InvariantCulture),
            'b' => number.ToString("b", CultureInfo.InvariantCulture),
            _ => Octal(number),
        };
        return negative ? "-" + text : text;
    }

    static string Octal(ulong number)
    {
        var digits = "";
        do
        {
            digits = (char)('0' + (number & 7)) + digits;
            number >>= 3;
        }
        while (number > 0);
        return digits;
    }

    static string Hex(byte[] bytes, Evaluation evaluation)
    {
        evaluation.ChargeText(2L * bytes.Length);
        return Convert.ToHexString(bytes);
    }
}
