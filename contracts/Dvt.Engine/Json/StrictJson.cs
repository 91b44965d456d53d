using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Dvt.Engine.Json;

/// <summary>
/// Reads a request body the way the promise reads it: one JSON value (RFC 8259), no comments, no member named twice,
/// no text that a store would refuse. Throws <see cref="JsonRefused"/> and nothing else.
/// </summary>
public static class StrictJson
{
    public const int DefaultDepth = 64;

    /// <summary>`utf8` is copied, so the caller may reuse it; `maxDepth` counts nested arrays and objects.</summary>
    public static JsonElement Parse(ReadOnlyMemory<byte> utf8, int maxDepth = DefaultDepth) => Parse(utf8.Span, maxDepth);

    public static JsonElement Parse(ReadOnlySequence<byte> utf8, int maxDepth = DefaultDepth) =>
        utf8.IsSingleSegment ? Parse(utf8.FirstSpan, maxDepth) : Parse(utf8.ToArray(), maxDepth);

    static JsonElement Parse(ReadOnlySpan<byte> utf8, int maxDepth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDepth, 1);
        if (utf8.TrimStart(" \t\r\n"u8).IsEmpty)
            throw new JsonRefused(JsonRefused.Malformed, "", "The body is empty.");
        if (!Utf8.IsValid(utf8))
            throw new JsonRefused(JsonRefused.Malformed, "", "The body is not UTF-8.");
        Judge(utf8, maxDepth);
        return JsonElement.Parse(utf8, new JsonDocumentOptions { MaxDepth = maxDepth });
    }

    static void Judge(ReadOnlySpan<byte> utf8, int maxDepth)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = maxDepth, CommentHandling = JsonCommentHandling.Disallow });
        using var places = new JsonPlaces();
        JsonRefused? invalidText = null;
        try
        {
            while (reader.Read())
            {
                places.Enter(reader.TokenType);
                if (reader.TokenType is JsonTokenType.PropertyName)
                {
                    var flaw = places.Name(utf8, (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length, reader.ValueIsEscaped);
                    if (flaw != TextFlaw.None)
                        invalidText ??= Invalid(flaw, places.Parent(utf8), "A member's name");
                }
                else if (reader.TokenType is JsonTokenType.String && reader.ValueIsEscaped)
                {
                    var flaw = JsonEscapes.Flaws(reader.ValueSpan);
                    if (flaw != TextFlaw.None)
                        invalidText ??= Invalid(flaw, places.Here(utf8), "A text");
                }
                else if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                {
                    places.Leave(utf8, reader.TokenType is JsonTokenType.EndObject);
                }
            }
        }
        catch (JsonException fault)
        {
            throw new JsonRefused(JsonRefused.Malformed, places.Here(utf8), Explain(fault));
        }
        // Told last: a body that is not JSON is a 400 even where its text is also a 422.
        if (invalidText is not null)
            throw invalidText;
    }

    static string Explain(JsonException fault)
    {
        var details = fault.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var message = details < 0 ? fault.Message : fault.Message[..details];
        return $"{message} Line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}.";
    }

    static JsonRefused Invalid(TextFlaw flaw, string pointer, string what) => new(
        JsonRefused.InvalidText,
        pointer,
        flaw.HasFlag(TextFlaw.Null) ? $"{what} holds U+0000." : $"{what} holds a lone surrogate.");
}
