using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dvt.Engine.Json;

namespace Dvt.Engine.JsonSchemas;

sealed class TypeKeyword(string[] types) : IKeyword
{
    static readonly string[] Known = ["null", "boolean", "object", "array", "number", "integer", "string"];

    readonly string message = $"Must be of type {string.Join(" or ", types)}.";

    internal static TypeKeyword? Read(SchemaSite site)
    {
        if (!site.TryGet("type", out var value))
            return null;
        var types = value.ValueKind is JsonValueKind.String ? [value.GetString()!] : site.Texts(value, "type");
        return types.Length > 0 && types.All(type => Known.Contains(type)) ? new(types) : throw site.Fault("type", "Must name JSON Schema types.");
    }

    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        foreach (var type in types)
        {
            if (Is(instance, type))
                return true;
        }
        return evaluation.Fail("type", message);
    }

    static bool Is(JsonElement instance, string type) => instance.ValueKind switch
    {
        JsonValueKind.Null => type == "null",
        JsonValueKind.True or JsonValueKind.False => type == "boolean",
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        JsonValueKind.String => type == "string",
        _ => type == "number" || (type == "integer" && (instance.TryGetInt64(out _) || ExactNumber.Of(instance).IsInteger)),
    };
}

sealed class ConstKeyword(JsonElement only) : IKeyword
{
    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen) =>
        JsonEquality.Instance.Equals(instance, only) || evaluation.Fail("const", "Must be the one allowed value.");
}

sealed class EnumKeyword(JsonElement[] values) : IKeyword
{
    readonly HashSet<JsonElement> allowed = new(values, JsonEquality.Instance);

    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen) =>
        allowed.Contains(instance) || evaluation.Fail("enum", "Must be one of the allowed values.");
}

sealed class BoundKeyword(string code, JsonElement limit, Func<int, bool> holds, string message) : IKeyword
{
    readonly ExactNumber exact = ExactNumber.Of(limit);
    readonly long? whole = limit.TryGetInt64(out var value) ? value : null;

    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        if (instance.ValueKind is not JsonValueKind.Number)
            return true;
        var order = whole is { } bound && instance.TryGetInt64(out var value) ? value.CompareTo(bound) : ExactNumber.Of(instance).CompareTo(exact);
        return holds(order) || evaluation.Fail(code, message);
    }
}

sealed class MultipleOfKeyword(JsonElement divisor) : IKeyword
{
    readonly ExactNumber exact = ExactNumber.Of(divisor);
    readonly long? whole = divisor.TryGetInt64(out var value) ? value : null;

    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        if (instance.ValueKind is not JsonValueKind.Number)
            return true;
        var divides = whole is { } step && instance.TryGetInt64(out var value) ? value % step == 0 : ExactNumber.Of(instance).IsMultipleOf(exact);
        if (divides is null)
            throw new Stopped("too_complex", "A number has too many digits to be divided.");
        return divides.Value || evaluation.Fail("multiple_of", $"Must be a multiple of {divisor.GetRawText()}.");
    }
}

/// <summary>The least and most characters (code points), items or members.</summary>
sealed class SizeKeyword(JsonValueKind kind, long min, long max, string minCode, string maxCode, string unit) : IKeyword
{
    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen)
    {
        if (instance.ValueKind != kind)
            return true;
        var size = kind switch
        {
            JsonValueKind.String => CodePoints(instance),
            JsonValueKind.Array => instance.GetArrayLength(),
            _ => instance.GetPropertyCount(),
        };
        if (size < min)
            return evaluation.Fail(minCode, $"Must have at least {min} {unit}; has {size}.");
        return size <= max || evaluation.Fail(maxCode, $"Must have at most {max} {unit}; has {size}.");
    }

    static int CodePoints(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        if (raw.Contains((byte)'\\'))
        {
            var value = text.GetString()!;
            return value.Length - value.Count(char.IsHighSurrogate);
        }
        var continuations = 0;
        foreach (var unit in raw)
            continuations += (unit & 0xC0) == 0x80 ? 1 : 0;
        return raw.Length - continuations;
    }
}

sealed class PatternKeyword(Regex regex, string pattern) : IKeyword
{
    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen) =>
        instance.ValueKind is not JsonValueKind.String || evaluation.Matches(regex, instance.GetString()!) || evaluation.Fail("pattern", $"Must match {pattern}.");
}

sealed class FormatKeyword(string name, Func<string, bool> matches, bool always) : IKeyword
{
    public bool Holds(JsonElement instance, Evaluation evaluation, Seen? seen) =>
        instance.ValueKind is not JsonValueKind.String
        || !(always || evaluation.AssertFormat)
        || matches(instance.GetString()!)
        || evaluation.Fail("format", $"Must be a {name}.");
}
