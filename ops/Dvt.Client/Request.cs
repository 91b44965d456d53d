using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Dvt.Client;

/// <summary>A request before it is sent, as often as it must be.</summary>
sealed class Request(HttpMethod method, string path, CallOptions? options, Takes takes)
{
    readonly StringBuilder query = new();
    byte[]? body;
    string? idempotencyKey;

    /// <summary>Sent twice it does what it does once.</summary>
    public bool MayRepeat => method != HttpMethod.Post && method != HttpMethod.Patch || idempotencyKey is not null;

    /// <summary>One segment of a path.</summary>
    public static string Segment(string value) => value is "" or "." or ".."
        ? throw new ArgumentException($"'{value}' is no id", nameof(value))
        : Uri.EscapeDataString(value);

    public static string Segment(Guid value) => value.ToString();

    /// <summary>Refuses options the operation does not know and gives an order without a key one of its own.</summary>
    public Request Checked()
    {
        Refuse(options?.IdempotencyKey is not null, Takes.IdempotencyKey, nameof(CallOptions.IdempotencyKey));
        Refuse(options?.Wait is not null, Takes.Wait, nameof(CallOptions.Wait));
        Refuse(options?.MinPosition is not null, Takes.MinPosition, nameof(CallOptions.MinPosition));
        Refuse(options?.IfMatch is not null, Takes.IfMatch, nameof(CallOptions.IfMatch));
        if (takes.HasFlag(Takes.IdempotencyKey))
            idempotencyKey = options?.IdempotencyKey ?? Guid.NewGuid().ToString();
        return Query("minPosition", options?.MinPosition);
    }

    void Refuse(bool given, Takes known, string name)
    {
        if (given && !takes.HasFlag(known))
            throw new ArgumentException($"{method} {path} takes no {name}", name);
    }

    public Request Query(string name, string? value)
    {
        if (value is not null)
            query.Append(query.Length == 0 ? '?' : '&').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    public Request Query(string name, bool? value) => Query(name, value switch { null => null, true => "true", false => "false" });

    public Request Query(string name, long? value) => Query(name, value?.ToString(CultureInfo.InvariantCulture));

    public Request Query(string name, double? value) => Query(name, value?.ToString("R", CultureInfo.InvariantCulture));

    public Request Query(string name, Guid? value) => Query(name, value?.ToString());

    public Request Query(string name, DateTimeOffset? value) => Query(name, value?.ToString("O", CultureInfo.InvariantCulture));

    public Request Query(string name, DateOnly? value) => Query(name, value?.ToString("O", CultureInfo.InvariantCulture));

    public Request Query<T>(string name, T? value) where T : struct, IOpenWord<T> => Query(name, value?.Value);

    /// <summary>Filters that the caller names: <c>prefix.name=value</c>.</summary>
    public Request Query(string prefix, IReadOnlyDictionary<string, string>? values)
    {
        foreach (var (name, value) in values ?? new Dictionary<string, string>())
            Query($"{prefix}.{name}", value);
        return this;
    }

    public Request Json<T>(T? value) where T : class
    {
        body = value is null ? null : JsonSerializer.SerializeToUtf8Bytes(value, DvtJson.Options);
        return this;
    }

    /// <summary>Free JSON.</summary>
    public Request Json(JsonElement? value)
    {
        body = value is null ? null : JsonSerializer.SerializeToUtf8Bytes(value, DvtJson.Options);
        return this;
    }

    /// <summary>Anew for each time it is sent.</summary>
    public HttpRequestMessage Message(string accept)
    {
        var message = new HttpRequestMessage(method, new Uri(path + query, UriKind.Relative));
        message.Headers.Accept.ParseAdd(accept);
        if (body is not null)
            message.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
        if (idempotencyKey is not null)
            message.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        if (options?.Wait is { } wait)
            message.Headers.TryAddWithoutValidation("Prefer", string.Create(CultureInfo.InvariantCulture, $"wait={Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds))}"));
        if (options?.IfMatch is { } revision)
            message.Headers.TryAddWithoutValidation("If-Match", string.Create(CultureInfo.InvariantCulture, $"\"{revision}\""));
        return message;
    }
}
