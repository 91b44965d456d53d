using System.Buffers;
using System.Text.Json;

namespace Dvt.Engine.Plans;

/// <summary>Where a step's input says whom it addresses.</summary>
/// <param name="Member">Of the evaluated <c>with</c>, such as <c>url</c>.</param>
/// <param name="IsUrl">It is an http or https URL; a target may then also be <c>{"host":"name:port"}</c>, which keeps the rest.</param>
public sealed record StepTarget(string Member, bool IsUrl)
{
    const int MaxUrl = 8_192;

    static readonly SearchValues<char> NotInHosts = SearchValues.Create("/?#@\\ ");

    /// <summary>What is wrong with a new target; null when nothing is.</summary>
    public string? FaultOf(JsonElement target)
    {
        if (target.ValueKind == JsonValueKind.String)
            return target.GetString() is not { Length: > 0 and <= MaxUrl } text ? "is empty or too long"
                : !IsUrl || IsHttp(text) ? null
                : "is no http or https URL";
        if (!IsUrl)
            return "must be a text";
        return target.EnumerateObject().Count() == 1 && target.TryGetProperty("host", out var host) && host.ValueKind == JsonValueKind.String
            && IsHttp($"https://{host.GetString()}/") && !host.GetString()!.AsSpan().ContainsAny(NotInHosts)
            ? null
            : "must be a URL or {\"host\":\"name:port\"}";
    }

    static bool IsHttp(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);

    /// <summary>The input aimed at the target; anything but an object stays as it is.</summary>
    public JsonElement Replace(JsonElement input, JsonElement target)
    {
        if (input.ValueKind != JsonValueKind.Object)
            return input;
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var member in input.EnumerateObject())
                if (member.Name != Member)
                    member.WriteTo(writer);
            writer.WriteString(Member, Aimed(input, target));
            writer.WriteEndObject();
        }
        return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = 1000 });
    }

    string Aimed(JsonElement input, JsonElement target)
    {
        if (target.ValueKind == JsonValueKind.String)
            return target.GetString()!;
        var url = input.TryGetProperty(Member, out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : "";
        var from = url.IndexOf("://", StringComparison.Ordinal) + 3;
        if (from < 3)
            return url;
        var rest = url.AsSpan(from).IndexOfAny("/?#");
        return $"{url[..from]}{target.GetProperty("host").GetString()}{(rest < 0 ? "" : url[(from + rest)..])}";
    }
}
