using System.Globalization;
using System.Text.Json;
using Dvt.Engine.Cel;

namespace Dvt.Tests.Rules.Cel;

/// <summary>Types and values as the conformance suite writes them.</summary>
static class CelCases
{
    public static CelType TypeOf(string type) => type switch
    {
        "int" => CelType.Int,
        "uint" => CelType.Uint,
        "double" => CelType.Double,
        "bool" => CelType.Bool,
        "string" => CelType.String,
        "bytes" => CelType.Bytes,
        "null_type" => CelType.Null,
        "timestamp" => CelType.Timestamp,
        "duration" => CelType.Duration,
        "list(int)" => CelType.ListOf(CelType.Int),
        "list(string)" => CelType.ListOf(CelType.String),
        "map(string, int)" => CelType.MapOf(CelType.String, CelType.Int),
        "map(string, string)" => CelType.MapOf(CelType.String, CelType.String),
        _ => throw new NotSupportedException(type),
    };

    public static CelValue ValueOf(JsonElement value)
    {
        var (kind, content) = Split(value);
        return kind switch
        {
            "int" => CelValue.Of(long.Parse(content.GetString()!, CultureInfo.InvariantCulture)),
            "uint" => CelValue.Of(ulong.Parse(content.GetString()!, CultureInfo.InvariantCulture)),
            "double" => CelValue.Of(double.Parse(content.GetString()!, CultureInfo.InvariantCulture)),
            "string" => CelValue.Of(content.GetString()!),
            "bool" => CelValue.Of(content.GetBoolean()),
            "bytes" => CelValue.Of(content.GetBytesFromBase64()),
            "null" => CelValue.Null,
            "list" => CelValue.Of(new ArrayList([.. content.EnumerateArray().Select(ValueOf)])),
            "map" => MapOf(content),
            "type" => CelValue.OfType(content.GetString()!),
            "timestamp" => Time.Parse(content.GetString()!),
            "duration" => Time.ParseDuration(content.GetString()!),
            _ => throw new NotSupportedException(kind),
        };
    }

    public static (string Kind, JsonElement Content) Split(JsonElement value)
    {
        var member = value.EnumerateObject().Single();
        return (member.Name, member.Value);
    }

    static CelValue MapOf(JsonElement entries)
    {
        var map = new EntryMap();
        foreach (var entry in entries.EnumerateArray())
            map.Add(ValueOf(entry[0]), ValueOf(entry[1]));
        return CelValue.Of(map);
    }
}

sealed class Bindings(IReadOnlyDictionary<string, CelValue> values) : ICelBindings
{
    public static Bindings None { get; } = new(new Dictionary<string, CelValue>());

    public static Bindings Of(string name, string json) =>
        new(new Dictionary<string, CelValue> { [name] = CelValue.FromJson(JsonSerializer.Deserialize<JsonElement>(json)) });

    public bool TryGet(string name, out CelValue value) => values.TryGetValue(name, out value);
}
