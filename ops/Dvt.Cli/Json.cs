using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dvt.Cli;

/// <summary>Reads answers leniently: what an API does not tell is empty.</summary>
static class Json
{
    /// <summary>Deeper than what the API takes, so that it judges.</summary>
    static readonly JsonDocumentOptions Reading = new() { MaxDepth = 900 };

    // Relaxed about letters: control characters stay escaped, so that no answer can speak to the terminal.
    static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    static readonly JsonWriterOptions Indented = Compact with { Indented = true };

    public static JsonElement Parse(ReadOnlySpan<byte> utf8) => JsonElement.Parse(utf8, Reading);

    public static string Line(JsonElement value) => Write(value, Compact);

    public static string Page(JsonElement value) => Write(value, Indented);

    static string Write(JsonElement value, JsonWriterOptions options) =>
        Escaped(Encoding.UTF8.GetString(Object(writer => value.WriteTo(writer), options)));

    /// <summary>Characters that turn the writing round can stand in strings only, where an escape means the same.</summary>
    static string Escaped(string json)
    {
        if (!json.Any(Table.IsFormatting))
            return json;
        var text = new StringBuilder(json.Length);
        foreach (var letter in json)
            _ = Table.IsFormatting(letter) ? text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}") : text.Append(letter);
        return text.ToString();
    }

    /// <summary>UTF-8 of whatever is written.</summary>
    public static byte[] Object(Action<Utf8JsonWriter> write) => Object(write, Compact);

    static byte[] Object(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, options))
            write(writer);
        return stream.ToArray();
    }

    public static JsonElement? Get(this JsonElement value, string name) =>
        value.ValueKind is JsonValueKind.Object && value.TryGetProperty(name, out var found) && found.ValueKind is not JsonValueKind.Null ? found : null;

    /// <summary>A property as text for people; empty when it is not there.</summary>
    public static string Text(this JsonElement value, string name) => value.Get(name) switch
    {
        null => "",
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { } other => Line(other),
    };

    public static DateTimeOffset? Time(this JsonElement value, string name) => value.Get(name) is { } moment ? Moment(moment) : null;

    static DateTimeOffset? Moment(JsonElement told) => told.ValueKind is JsonValueKind.String
        && DateTimeOffset.TryParse(told.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    public static string TimeText(this JsonElement value, string name) => value.Get(name)?.TimeText() ?? "";

    /// <summary>A moment as text for people; empty when it is none.</summary>
    public static string TimeText(this JsonElement moment) => Moment(moment)?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    public static IEnumerable<JsonElement> List(this JsonElement value, string name) =>
        value.Get(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    /// <summary>Writes a property unless there is nothing to write.</summary>
    public static void Optional(this Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    public static void Optional(this Utf8JsonWriter writer, string name, JsonElement? value)
    {
        if (value is not { } given)
            return;
        writer.WritePropertyName(name);
        given.WriteTo(writer);
    }

    /// <summary>Writes a list of strings unless none was given.</summary>
    public static void Texts(this Utf8JsonWriter writer, string name, string[]? values)
    {
        if (values is not { Length: > 0 })
            return;
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}
