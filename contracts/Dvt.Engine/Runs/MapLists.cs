using System.Buffers;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Plans;

namespace Dvt.Engine.Runs;

/// <summary>A map's list and limits, as its <c>with</c> gives them and as its <c>StepStarted</c> tells them.</summary>
static class MapLists
{
    /// <summary>The evaluated <c>with</c> made ready for the event: <c>{collect, concurrency, items, tolerated}</c>; null when it makes no sense.</summary>
    public static JsonElement? Read(JsonElement with, out string fault)
    {
        fault = "";
        if (with.ValueKind != JsonValueKind.Object || !with.TryGetProperty("items", out var items) || items.ValueKind != JsonValueKind.Array)
            return Fault("items must be a list", out fault);
        var total = items.GetArrayLength();
        if (total > MapState.MaxItems)
            return Fault($"{total} items; a map takes at most {MapState.MaxItems}", out fault);
        if (!TryWhole(with, "concurrency", 1, MapState.MaxConcurrency, MapState.DefaultConcurrency, out var concurrency))
            return Fault($"concurrency must be a whole number from 1 to {MapState.MaxConcurrency}", out fault);
        if (!TryWhole(with, "maxFailures", 0, int.MaxValue, total, out var most))
            return Fault("maxFailures must be a whole number from 0", out fault);
        if (!TryShare(with, out var share))
            return Fault("maxFailureShare must be a number from 0 to 1", out fault);
        if (!TryText(with, "onItemError", "fail", "continue", out var continues))
            return Fault("onItemError must be fail or continue", out fault);
        if (!TryText(with, "collect", "results", "summary", out var summary))
            return Fault("collect must be results or summary", out fault);
        return Written(items, concurrency, continues ? Math.Min(most, (int)Math.Floor(share * total)) : 0, summary);
    }

    static JsonElement? Fault(string message, out string fault)
    {
        fault = message;
        return null;
    }

    static bool TryWhole(JsonElement with, string name, int min, int max, int otherwise, out int value)
    {
        value = otherwise;
        return !with.TryGetProperty(name, out var given)
            || (given.ValueKind == JsonValueKind.Number && given.TryGetInt32(out value) && value >= min && value <= max);
    }

    static bool TryShare(JsonElement with, out double share)
    {
        share = 1;
        return !with.TryGetProperty("maxFailureShare", out var given)
            || (given.ValueKind == JsonValueKind.Number && given.TryGetDouble(out share) && share is >= 0 and <= 1);
    }

    static bool TryText(JsonElement with, string name, string first, string second, out bool isSecond)
    {
        var text = with.TryGetProperty(name, out var given) ? given.ValueKind == JsonValueKind.String ? given.GetString() : null : first;
        isSecond = text == second;
        return text == first || isSecond;
    }

    static JsonElement Written(JsonElement items, int concurrency, int tolerated, bool summary)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("collect"u8, summary ? "summary" : "results");
            writer.WriteNumber("concurrency"u8, concurrency);
            writer.WritePropertyName("items"u8);
            writer.WriteRawValue(Values.Raw(items), skipInputValidation: true);
            writer.WriteNumber("tolerated"u8, tolerated);
            writer.WriteEndObject();
        }
        return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = 1000 });
    }

    /// <summary>A new map of what <see cref="Read"/> gave.</summary>
    public static MapState Of(JsonElement list) => new(
        [.. list.GetProperty("items").EnumerateArray()], list.GetProperty("concurrency").GetInt32(), list.GetProperty("tolerated").GetInt32(),
        list.GetProperty("collect").ValueEquals("results"));

    /// <summary>The result of a map that collects none.</summary>
    public static JsonElement Summary(MapState map) =>
        JsonElement.Parse($$"""{"completed":{{map.Completed}},"failed":{{map.Failed}},"total":{{map.Total}}}""");
}
