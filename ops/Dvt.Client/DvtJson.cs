using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Dvt.Client;

/// <summary>How the client reads and writes JSON.</summary>
public static class DvtJson
{
    /// <summary>Lenient about what an older or newer API leaves out or adds.</summary>
    public static JsonSerializerOptions Options { get; } = MakeOptions();

    /// <summary>Any value as free JSON, such as the input of a run: <c>DvtJson.Of(new { name = "Ana" })</c>.</summary>
    public static JsonElement Of<T>(T value) => JsonSerializer.SerializeToElement(value, Options);

    /// <summary>Free JSON as a type of yours, such as the output of a run.</summary>
    public static T? As<T>(this JsonElement json) => json.Deserialize<T>(Options);

    static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            NumberHandling = JsonNumberHandling.Strict,
            MaxDepth = 900,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { WantNothing } },
        };
        options.MakeReadOnly();
        return options;
    }

    // What must be given is for the writer of a request; an answer is read as it comes.
    static void WantNothing(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
            property.IsRequired = false;
    }
}

/// <summary>A word of a list that may grow: known ones have names, others are kept as they are.</summary>
public interface IOpenWord<TSelf> where TSelf : struct, IOpenWord<TSelf>
{
    /// <summary>As it travels.</summary>
    string Value { get; }

    /// <summary>Known or not.</summary>
    static abstract TSelf Of(string value);
}

sealed class OpenWordConverter<T> : JsonConverter<T> where T : struct, IOpenWord<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => T.Of(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
