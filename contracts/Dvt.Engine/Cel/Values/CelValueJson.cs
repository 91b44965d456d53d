using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Dvt.Engine.Cel;

public readonly partial struct CelValue
{
    // Deeper than any value can be built, so that reading back what was written never fails.
    const int JsonDepth = 512;

    /// <summary>Wraps objects and arrays without copying. Numbers that are whole by value and fit 64 bits are ints, others doubles.</summary>
    public static CelValue FromJson(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => Of(new JsonMap(element)),
        JsonValueKind.Array => Of(new JsonList(element)),
        JsonValueKind.String => TextOf(element),
        JsonValueKind.Number => JsonNumber.Read(element),
        JsonValueKind.True => True,
        JsonValueKind.False => False,
        _ => Null,
    };

    /// <summary>Throws `CelEvaluationException` for NaN, infinities and keys whose texts are equal.</summary>
    public void WriteJson(Utf8JsonWriter writer)
    {
        switch (Kind)
        {
            case CelKind.Null: writer.WriteNullValue(); break;
            case CelKind.Bool: writer.WriteBooleanValue(IsTrue); break;
            case CelKind.Int: writer.WriteNumberValue(AsInt()); break;
            case CelKind.Uint: writer.WriteNumberValue(AsUint()); break;
            case CelKind.Double when !double.IsFinite(AsDouble()):
                throw new CelEvaluationException($"{Text.Of(AsDouble())} has no JSON form");
            case CelKind.Double: writer.WriteNumberValue(AsDouble()); break;
            case CelKind.Bytes: writer.WriteBase64StringValue(Bytes); break;
            case CelKind.List: List.WriteJson(writer); break;
            case CelKind.Map: Map.WriteJson(writer); break;
            case CelKind.Optional when IsNone: writer.WriteNullValue(); break;
            case CelKind.Optional: Inner.WriteJson(writer); break;
            case CelKind.Error: throw new CelEvaluationException(Message);
            default: writer.WriteStringValue(ToDisplayText()); break;
        }
    }

    public JsonElement ToJson()
    {
        if (Kind == CelKind.Map && Map is JsonMap map)
            return map.Element;
        if (Kind == CelKind.List && List is JsonList list)
            return list.Element;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            WriteJson(writer);
        using var document = JsonDocument.Parse(buffer.WrittenMemory, new JsonDocumentOptions { MaxDepth = JsonDepth });
        return document.RootElement.Clone();
    }

    /// <summary>The text that interpolation puts inside other text: strings as they are, lists and maps as compact JSON.</summary>
    public string ToDisplayText() => Kind switch
    {
        CelKind.Null => "null",
        CelKind.Bool => IsTrue ? "true" : "false",
        CelKind.Int => AsInt().ToString(CultureInfo.InvariantCulture),
        CelKind.Uint => AsUint().ToString(CultureInfo.InvariantCulture),
        CelKind.Double => Text.Of(AsDouble()),
        CelKind.String or CelKind.Type => Name,
        CelKind.Bytes => Convert.ToBase64String(Bytes),
        CelKind.Timestamp => Time.Format(this),
        CelKind.Duration => Time.FormatDuration(this),
        CelKind.Optional => IsNone ? "null" : Inner.ToDisplayText(),
        CelKind.Error => throw new CelEvaluationException(Message),
        _ => CompactJson(),
    };

    internal static void Copy(JsonElement element, Utf8JsonWriter writer)
    {
        try
        {
            element.WriteTo(writer);
        }
        // A lone surrogate is JSON but no text.
        catch (InvalidOperationException)
        {
            throw new CelEvaluationException("a string is not valid Unicode");
        }
    }

    string CompactJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Readable))
            WriteJson(writer);
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    // Text goes into messages and addresses, never into HTML as it is, so é stays é.
    static readonly JsonWriterOptions Readable = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    static CelValue TextOf(JsonElement element)
    {
        try
        {
            return Of(element.GetString()!);
        }
        // A lone surrogate is JSON but no text.
        catch (InvalidOperationException)
        {
            return Error("the string is not valid Unicode");
        }
    }
}
