using System.Runtime.InteropServices;
using System.Text.Json;
using Dvt.Engine.Json;

namespace Dvt.Engine.Runs;

/// <summary>JSON values as a run keeps them: in their one byte form, so that live state and folded history agree.</summary>
static class Values
{
    public const int MaxResultBytes = 256 * 1024;
    public const int MaxSignalBytes = 64 * 1024;

    /// <summary>Throws <see cref="JsonRefused"/>.</summary>
    public static JsonElement Canonical(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null)
            return value;
        var canonical = CanonicalJson.Canonicalize(value);
        return canonical.AsSpan().SequenceEqual(Raw(value))
            ? value
            : JsonElement.Parse(canonical, new JsonDocumentOptions { MaxDepth = 1000 });
    }

    public static JsonElement? Canonical(JsonElement? value) => value is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } given ? Canonical(given) : null;

    public static ReadOnlySpan<byte> Raw(JsonElement value) => JsonMarshal.GetRawUtf8Value(value);

    public static int Size(JsonElement value) => Raw(value).Length;

    /// <summary>Text that the log can hold: no U+0000, no half of a surrogate pair.</summary>
    public static bool IsStorable(string text) =>
        !text.Contains('\0', StringComparison.Ordinal)
        && (!text.AsSpan().ContainsAnyInRange('\ud800', '\udfff') || !HasLoneSurrogate(text));

    static bool HasLoneSurrogate(string text)
    {
        for (var at = 0; at < text.Length; at++)
            if (char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
                at++;
            else if (char.IsSurrogate(text[at]))
                return true;
        return false;
    }

    // PostgreSQL's jsonb cannot hold U+0000, so no event may.
    public static bool HoldsNull(JsonElement canonical) => Raw(canonical).IndexOf("\\u0000"u8) >= 0 && HoldsNullText(canonical);

    static bool HoldsNullText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!.Contains('\0', StringComparison.Ordinal),
        JsonValueKind.Array => value.EnumerateArray().Any(HoldsNullText),
        JsonValueKind.Object => value.EnumerateObject().Any(m => m.Name.Contains('\0', StringComparison.Ordinal) || HoldsNullText(m.Value)),
        _ => false,
    };
}
