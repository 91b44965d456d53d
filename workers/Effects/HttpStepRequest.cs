using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Xml;
using Dvt.Contracts;

namespace Dvt.Workers.Effects;

/// <summary>What an <c>http</c> step asks for, checked; see the kind's schema.</summary>
sealed record HttpStepRequest(
    HttpMethod Method, Uri Url, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[]? Body, string? ContentType,
    IReadOnlyList<int> Expect, TimeSpan? Timeout, bool IsIdempotent)
{
    const int MaxUrl = 8 * 1024;
    const int MaxHeaders = 100;
    const int MaxHeader = 8 * 1024;
    const int MaxBody = 1024 * 1024;

    /// <summary>They belong to the connection or to us; letting a step set them would smuggle requests.</summary>
    static readonly HashSet<string> Refused = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade", "Content-Length", "Expect", "HTTP2-Settings", "Accept-Encoding",
    };

    static readonly HashSet<string> Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    /// <summary>Classes such as 2xx are kept as their first digit.</summary>
    public bool Expects(int status) => Expect.Contains(status) || Expect.Contains(status / 100);

    /// <exception cref="HttpInputException">The step cannot be called as it is.</exception>
    public static HttpStepRequest Read(JsonElement input)
    {
        if (input.ValueKind != JsonValueKind.Object)
            throw Invalid("the input is no object");
        var method = Text(input, "method") ?? "GET";
        if (!Methods.Contains(method))
            throw Invalid("method is none that is supported");
        var headers = ReadHeaders(input);
        var contentType = headers.Find(h => h.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)).Value;
        if (contentType is not null && !MediaTypeHeaderValue.TryParse(contentType, out _))
            throw Invalid("Content-Type is no media type");
        headers.RemoveAll(h => h.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase));
        var (body, defaultType) = ReadBody(input, method);
        return new HttpStepRequest(
            new HttpMethod(method), CheckUrl(Text(input, "url")), headers, body, body is null ? null : contentType ?? defaultType,
            ReadExpect(input), ReadTimeout(input), ReadIdempotent(input));
    }

    /// <summary>Only http and https, and no user in the address: it would end up in logs.</summary>
    /// <exception cref="HttpInputException"/>
    public static Uri CheckUrl(string? text)
    {
        if (text is null || text.Length > MaxUrl || text.AsSpan().ContainsAnyInRange('\0', ' ')
            || !Uri.TryCreate(text, UriKind.Absolute, out var url))
            throw Invalid("url is no absolute URL");
        if (url.Scheme is not ("http" or "https"))
            throw Invalid("url is neither http nor https");
        if (url.UserInfo.Length > 0)
            throw Invalid("url holds a user; use a header");
        if (url.IdnHost.Length == 0)
            throw Invalid("url has no host");
        return url;
    }

    static List<KeyValuePair<string, string>> ReadHeaders(JsonElement input)
    {
        var read = new List<KeyValuePair<string, string>>();
        if (!input.TryGetProperty("headers", out var headers) || headers.ValueKind == JsonValueKind.Null)
            return read;
        if (headers.ValueKind != JsonValueKind.Object)
            throw Invalid("headers is no object");
        foreach (var header in headers.EnumerateObject())
        {
            if (!IsToken(header.Name))
                throw Invalid("a header's name is no token");
            if (Refused.Contains(header.Name))
                throw Invalid($"header {header.Name} may not be set by a step");
            var value = header.Value.ValueKind switch
            {
                JsonValueKind.String => header.Value.GetString()!,
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => header.Value.GetRawText(),
                _ => throw Invalid($"header {header.Name} is no text"),
            };
            if (value.Length > MaxHeader || value.Any(c => c is not '\t' and (< ' ' or > '~')))
                throw Invalid($"header {header.Name} holds characters that no header may hold");
            read.Add(new(header.Name, value));
        }
        return read.Count <= MaxHeaders ? read : throw Invalid($"more than {MaxHeaders} headers");
    }

    static bool IsToken(string name) =>
        name.Length is > 0 and <= 128 && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));

    static (byte[]? Body, string? ContentType) ReadBody(JsonElement input, string method)
    {
        if (!input.TryGetProperty("body", out var body) || body.ValueKind == JsonValueKind.Null)
            return default;
        if (method is "GET" or "HEAD")
            throw Invalid($"a {method} has no body");
        var bytes = Encoding.UTF8.GetBytes(body.ValueKind == JsonValueKind.String ? body.GetString()! : body.GetRawText());
        if (bytes.Length > MaxBody)
            throw Invalid("body is larger than 1 MB");
        return (bytes, body.ValueKind == JsonValueKind.String ? "text/plain; charset=utf-8" : "application/json");
    }

    static List<int> ReadExpect(JsonElement input)
    {
        if (!input.TryGetProperty("expect", out var expect) || expect.ValueKind == JsonValueKind.Null)
            return [2];
        if (expect.ValueKind != JsonValueKind.Array || expect.GetArrayLength() is 0 or > 100)
            throw Invalid("expect is no list of statuses");
        return [.. expect.EnumerateArray().Select(e => e switch
        {
            { ValueKind: JsonValueKind.Number } when e.TryGetInt32(out var status) && status is >= 100 and <= 599 => status,
            { ValueKind: JsonValueKind.String } when e.GetString() is [>= '1' and <= '5' and var first, 'x', 'x'] => first - '0',
            _ => throw Invalid("expect holds something else than a status or a class such as 2xx"),
        })];
    }

    static TimeSpan? ReadTimeout(JsonElement input)
    {
        if (Text(input, "timeout") is not { } text)
            return null;
        try
        {
            var timeout = XmlConvert.ToTimeSpan(text);
            return timeout > TimeSpan.Zero ? timeout : throw Invalid("timeout is not positive");
        }
        catch (Exception fault) when (fault is FormatException or OverflowException)
        {
            throw Invalid("timeout is no ISO 8601 duration");
        }
    }

    static bool ReadIdempotent(JsonElement input) =>
        !input.TryGetProperty("idempotent", out var idempotent) || idempotent.ValueKind switch
        {
            JsonValueKind.True or JsonValueKind.Null => true,
            JsonValueKind.False => false,
            _ => throw Invalid("idempotent is no boolean"),
        };

    static string? Text(JsonElement input, string name) =>
        !input.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Invalid(string.Create(CultureInfo.InvariantCulture, $"{name} is no text"));

    static HttpInputException Invalid(string message) => new("HTTP_INPUT_INVALID", message);
}

/// <summary>A step that can never be called as it is.</summary>
sealed class HttpInputException(string code, string message) : Exception(message)
{
    public StepError Error { get; } = new(code, message, Retryable: false, "USER");
}
