using System.Globalization;
using static Dvt.Engine.Cel.CelType;

namespace Dvt.Engine.Cel;

/// <summary>Functions named after types, `size` and the encoders.</summary>
static class Conversions
{
    // Doubles at or beyond these have no 64-bit int or uint.
    const double IntEnd = 9223372036854775808.0;
    const double UintEnd = 18446744073709551616.0;

    static readonly System.Text.UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static IEnumerable<Overload> All =>
    [
        new("dyn", Dyn, [Open('A')], (a, _) => a[0]),
        new("type", CelType.Type, [Open('A')], (a, _) => CelValue.OfType(a[0].TypeName)),

        new("bool", Bool, [Bool], (a, _) => a[0]),
        new("bool", Bool, [CelType.String], (a, _) => BoolOf(a[0].Name)),

        new("int", Int, [Int], (a, _) => a[0]),
        new("int", Int, [Uint], (a, _) => a[0].AsUint() <= long.MaxValue ? CelValue.Of((long)a[0].AsUint()) : OutOfRange(a[0], "int")),
        new("int", Int, [CelType.Double], (a, _) => a[0].AsDouble() is > -IntEnd and < IntEnd ? CelValue.Of((long)a[0].AsDouble()) : OutOfRange(a[0], "int")),
        new("int", Int, [CelType.String], (a, e) => IntOf(a[0], e)),
        new("int", Int, [Timestamp], (a, _) => CelValue.Of(a[0].Seconds)),

        new("uint", Uint, [Uint], (a, _) => a[0]),
        new("uint", Uint, [Int], (a, _) => a[0].AsInt() >= 0 ? CelValue.Of((ulong)a[0].AsInt()) : OutOfRange(a[0], "uint")),
        new("uint", Uint, [CelType.Double], (a, _) => a[0].AsDouble() is >= 0 and < UintEnd ? CelValue.Of((ulong)a[0].AsDouble()) : OutOfRange(a[0], "uint")),
        new("uint", Uint, [CelType.String], (a, e) => UintOf(a[0], e)),

        new("double", CelType.Double, [CelType.Double], (a, _) => a[0]),
        new("double", CelType.Double, [Int], (a, _) => CelValue.Of((double)a[0].AsInt())),
        new("double", CelType.Double, [Uint], (a, _) => CelValue.Of((double)a[0].AsUint())),
        new("double", CelType.Double, [CelType.String], (a, e) => DoubleOf(a[0], e)),

        new("string", CelType.String, [CelType.String], (a, _) => a[0]),
        new("string", CelType.String, [Bool], (a, _) => CelValue.Of(a[0].ToDisplayText())),
        new("string", CelType.String, [Int], (a, _) => CelValue.Of(a[0].ToDisplayText())),
        new("string", CelType.String, [Uint], (a, _) => CelValue.Of(a[0].ToDisplayText())),
        new("string", CelType.String, [CelType.Double], (a, _) => CelValue.Of(a[0].ToDisplayText())),
        new("string", CelType.String, [CelType.Bytes], TextOf),
        new("string", CelType.String, [Timestamp], (a, _) => CelValue.Of(a[0].ToDisplayText())),
        new("string", CelType.String, [Duration], (a, _) => CelValue.Of(a[0].ToDisplayText())),

        new("bytes", CelType.Bytes, [CelType.Bytes], (a, _) => a[0]),
        new("bytes", CelType.Bytes, [CelType.String], BytesOf),

        .. Sizes("size"),
        .. Sizes(".size"),

        new("base64.encode", CelType.String, [CelType.Bytes], (a, e) =>
        {
            e.ChargeText(a[0].Bytes.Length);
            return e.Build(Convert.ToBase64String(a[0].Bytes));
        }),
        new("base64.decode", CelType.Bytes, [CelType.String], Decode),
    ];

    static IEnumerable<Overload> Sizes(string name) =>
    [
        new(name, Int, [CelType.String], (a, e) =>
        {
            e.ChargeText(a[0].Name.Length);
            return CelValue.Of((long)Text.Length(a[0].Name));
        }),
        new(name, Int, [CelType.Bytes], (a, _) => CelValue.Of((long)a[0].Bytes.Length)),
        new(name, Int, [ListOf(Open('A'))], (a, _) => CelValue.Of((long)a[0].List.Count)),
        new(name, Int, [MapOf(Open('A'), Open('B'))], (a, _) => CelValue.Of((long)a[0].Map.Count)),
    ];

    static CelValue BoolOf(string text) => text switch
    {
        "1" or "t" or "true" or "TRUE" or "True" => CelValue.True,
        "0" or "f" or "false" or "FALSE" or "False" => CelValue.False,
        _ => Unreadable("bool"),
    };

    static CelValue IntOf(CelValue text, Evaluation evaluation)
    {
        evaluation.ChargeText(text.Name.Length);
        return long.TryParse(text.Name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? CelValue.Of(number)
            : Unreadable("int");
    }

    static CelValue UintOf(CelValue text, Evaluation evaluation)
    {
        evaluation.ChargeText(text.Name.Length);
        return ulong.TryParse(text.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? CelValue.Of(number)
            : Unreadable("uint");
    }

    static CelValue DoubleOf(CelValue text, Evaluation evaluation)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        evaluation.ChargeText(text.Name.Length);
        if (text.Name is "NaN" or "Infinity" or "+Infinity" or "-Infinity")
            return CelValue.Of(text.Name is "NaN" ? double.NaN : text.Name[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity);
        return double.TryParse(text.Name, Style, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? CelValue.Of(number)
            : Unreadable("double");
    }

    static CelValue TextOf(CelValue[] arguments, Evaluation evaluation)
    {
        try
        {
            return evaluation.Build(StrictUtf8.GetString(arguments[0].Bytes));
        }
        catch (System.Text.DecoderFallbackException)
        {
            return CelValue.Error("the bytes are not UTF-8 text");
        }
    }

    static CelValue BytesOf(CelValue[] arguments, Evaluation evaluation)
    {
        evaluation.ChargeText(3L * arguments[0].Name.Length);
        return CelValue.Of(System.Text.Encoding.UTF8.GetBytes(arguments[0].Name));
    }

    static CelValue Decode(CelValue[] arguments, Evaluation evaluation)
    {
        var text = arguments[0].Name.TrimEnd('=');
        evaluation.ChargeText(2L * text.Length);
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var length)
            ? CelValue.Of(bytes[..length])
            : CelValue.Error("the text is not base64");
    }

    static CelValue OutOfRange(CelValue value, string type) => CelValue.Error($"{value.ToDisplayText()} does not fit {type}");

    static CelValue Unreadable(string type) => CelValue.Error($"the text is no {type}");
}
