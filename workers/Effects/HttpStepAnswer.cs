using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Dvt.Contracts;

namespace Dvt.Workers.Effects;

/// <summary>Turns a response into an outcome.</summary>
static class HttpStepAnswer
{
    /// <summary>Of the whole result as JSON, after decompression.</summary>
    public const int MaxResult = 256 * 1024;

    /// <summary>The most that a <c>Retry-After</c> is believed.</summary>
    static readonly TimeSpan LongestRetryAfter = TimeSpan.FromDays(1);

    /// <summary>As deep as an answer may nest, so that it still fits inside an event inside a message.</summary>
    static readonly JsonDocumentOptions Bounded = new() { MaxDepth = 64 };

    static readonly string[] KeptHeaders =
    [
        "content-type", "content-language", "date", "etag", "last-modified", "location", "retry-after", "x-request-id", "request-id",
        "x-correlation-id", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "ratelimit", "ratelimit-policy", "idempotent-replayed",
    ];

    public static async Task<HttpStepResult> ReadAsync(HttpStepRequest asked, HttpResponseMessage response, CancellationToken stop)
    {
        var status = (int)response.StatusCode;
        if (!asked.Expects(status))
            return Unexpected(status, response, asked.Url);
        // One byte more than allowed is enough to know.
        var body = ArrayPool<byte>.Shared.Rent(MaxResult + 1);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(stop);
            var length = await stream.ReadAtLeastAsync(body.AsMemory(0, MaxResult + 1), MaxResult + 1, throwOnEndOfStream: false, stop);
            return length > MaxResult ? TooLarge : Result(status, response, body.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    static HttpStepResult Result(int status, HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        var buffer = new ArrayBufferWriter<byte>(body.Length + 512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("status", status);
            json.WriteStartObject("headers");
            foreach (var name in KeptHeaders)
                if (response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values))
                    json.WriteString(name, string.Join(", ", values));
            json.WriteEndObject();
            json.WritePropertyName("body");
            if (body.IsEmpty)
                json.WriteNullValue();
            else if (!IsJson(response.Content.Headers.ContentType?.MediaType))
                json.WriteStringValue(Decode(body, response.Content.Headers.ContentType?.CharSet));
            else if (!TryWriteJson(json, body))
                return Malformed;
            json.WriteEndObject();
        }
        if (buffer.WrittenCount > MaxResult)
            return TooLarge;
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return new(new StepOutcome.Succeeded(document.RootElement.Clone(), HttpStepCost.Of(response)), IsAiling: false);
    }

    static bool IsJson(string? mediaType) => mediaType is not null
        && (mediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || mediaType.Equals("text/json", StringComparison.OrdinalIgnoreCase)
            || mediaType.EndsWith("+json", StringComparison.OrdinalIgnoreCase));

    static bool TryWriteJson(Utf8JsonWriter json, ReadOnlySpan<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(
                (body.StartsWith("\uFEFF"u8) ? body[3..] : body).ToArray(), Bounded);
            document.RootElement.WriteTo(json);
            return true;
        }
        // A string of half a surrogate pair parses and cannot be written.
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    static string Decode(ReadOnlySpan<byte> body, string? charset)
    {
        try
        {
            return (charset is null ? Encoding.UTF8 : Encoding.GetEncoding(charset.Trim('"'))).GetString(body);
        }
        catch (ArgumentException)
        {
            return Encoding.UTF8.GetString(body);
        }
    }

    /// <summary>The classes of RFC 9110 §15: what may pass by itself is tried again, the rest is the step's own mistake.</summary>
    static HttpStepResult Unexpected(int status, HttpResponseMessage response, Uri url)
    {
        var retryable = IsRetryable(status);
        var hint = retryable && RetryAfter(response) is { } after
            ? string.Create(CultureInfo.InvariantCulture, $"; Retry-After {Math.Ceiling(after.TotalSeconds)} s")
            : "";
        return new(
            new StepOutcome.Failed(new StepError(
                "HTTP_STATUS", string.Create(CultureInfo.InvariantCulture, $"{Origin(url)} answered {status}{hint}"),
                retryable, retryable ? "SYSTEM" : "USER"), HttpStepCost.Of(response)),
            IsAiling: status >= 500);
    }

    public static bool IsRetryable(int status) => status is 408 or 425 or 429 or >= 500;

    static TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        var after = header?.Delta ?? (header?.Date is { } date ? date - (response.Headers.Date ?? DateTimeOffset.UtcNow) : null);
        return after is null || after < TimeSpan.Zero ? null : after > LongestRetryAfter ? LongestRetryAfter : after;
    }

    /// <summary>Never path or query: they may hold secrets, and errors are shown.</summary>
    public static string Origin(Uri url) => url.GetLeftPart(UriPartial.Authority);

    static HttpStepResult TooLarge => Permanent("RESULT_TOO_LARGE", "the answer is larger than 256 KB");

    static HttpStepResult Malformed => Permanent("HTTP_BODY_MALFORMED", "the answer says it is JSON and is not, or nests too deep");

    static HttpStepResult Permanent(string code, string message) =>
        new(new StepOutcome.Failed(new StepError(code, message, Retryable: false, "USER")), IsAiling: false);
}
