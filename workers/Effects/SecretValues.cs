using System.Buffers;
using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Workers.Effects;

sealed record SecretValue(string Value, IReadOnlyList<string> Hosts)
{
    public override string ToString() => "…";
}

/// <summary>The secrets of one call: put where the plan names them, and taken out of what the answer repeats.</summary>
sealed class SecretValues(IReadOnlyList<SecretUse> uses, IReadOnlyDictionary<string, SecretValue> values)
{
    public static readonly SecretValues None = new([], new Dictionary<string, SecretValue>());

    /// <summary>The headers of one request. Only a header that the plan says a secret for is looked at.</summary>
    /// <param name="isAllowed">The tenant names the host as one inside, where there may be no https.</param>
    /// <exception cref="HttpInputException"><c>HTTP_SECRET_REFUSED</c>: it is not for this host, or the connection is open to all.</exception>
    public IEnumerable<KeyValuePair<string, string>> Fill(HttpStepRequest asked, bool isAllowed) =>
        uses.Count == 0 ? asked.Headers : [.. asked.Headers.Select(h => KeyValuePair.Create(h.Key, Filled(h.Key, h.Value, asked.Url, isAllowed)))];

    string Filled(string header, string text, Uri url, bool isAllowed)
    {
        foreach (var use in uses.Where(u => u.Header.Equals(header, StringComparison.OrdinalIgnoreCase)))
        {
            var reference = SecretUse.Reference(use.Name);
            if (!text.Contains(reference, StringComparison.Ordinal))
                continue;
            var secret = values[use.Name];
            if (!secret.Hosts.Any(host => IsOf(host, url)))
                throw Refused($"secret {use.Name} is not for {HttpStepAnswer.Origin(url)}");
            if (url.Scheme != Uri.UriSchemeHttps && !isAllowed)
                throw Refused($"secret {use.Name} is not sent without https to {HttpStepAnswer.Origin(url)}");
            text = text.Replace(reference, secret.Value, StringComparison.Ordinal);
        }
        return text;
    }

    /// <summary>A host alone stands for its scheme's usual port.</summary>
    static bool IsOf(string host, Uri url)
    {
        foreach (var named in (string[])[url.IdnHost, url.Host])
            if (host.Equals($"{named}:{url.Port}", StringComparison.OrdinalIgnoreCase) || (url.IsDefaultPort && host.Equals(named, StringComparison.OrdinalIgnoreCase)))
                return true;
        return false;
    }

    static HttpInputException Refused(string message) => new("HTTP_SECRET_REFUSED", message);

    /// <summary>An answer that repeats a secret says its name instead: what is kept of it is shown to many.</summary>
    public HttpStepResult Hide(HttpStepResult result)
    {
        if (uses.Count == 0 || result.Outcome is not StepOutcome.Succeeded done)
            return result;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, done.Result);
        return result with { Outcome = done with { Result = JsonElement.Parse(buffer.WrittenSpan) } };
    }

    void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    writer.WritePropertyName(Hidden(member.Name));
                    Write(writer, member.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(Hidden(value.GetString()!));
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    string Hidden(string text)
    {
        foreach (var (name, secret) in values)
            text = text.Replace(secret.Value, SecretUse.Reference(name), StringComparison.Ordinal);
        return text;
    }
}
