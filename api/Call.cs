using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Engine.Json;

namespace Dvt.Api;

/// <summary>One request at one endpoint. Made once per request; no scope of the container is opened for it.</summary>
sealed class Call(HttpContext http, Endpoint endpoint, Backend backend, Caller? caller)
{
    const int MaxWait = 30;

    public HttpContext Http { get; } = http;

    public Endpoint Endpoint { get; } = endpoint;

    public Backend Backend { get; } = backend;

    /// <summary>Throws at endpoints that are open to everyone.</summary>
    public Caller Caller => caller ?? throw new InvalidOperationException($"{Endpoint.Path} knows no caller");

    public CancellationToken Stop => Http.RequestAborted;

    public string Route(string name) => (string)Http.Request.RouteValues[name]!;

    public Guid RouteId(string name) => Guid.TryParse(Route(name), out var id) ? id : throw new ProblemException(Problems.NotFound);

    public string? Query(string name)
    {
        var values = Http.Request.Query[name];
        if (values.Count == 0)
            return null;
        var value = values[0]!;
        return values.Count == 1 && !value.Contains('\0', StringComparison.Ordinal) && value.Length <= 4096
            ? value
            : throw InvalidParameter(name, "must be given once, without U+0000");
    }

    public T? Query<T>(string name) where T : struct, IParsable<T> => Query(name) is not { } text
        ? null
        : T.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : throw InvalidParameter(name, $"is no {typeof(T).Name}");

    public DateTimeOffset? QueryTime(string name) => Query(name) is not { } text
        ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw InvalidParameter(name, "is no RFC 3339 time");

    public bool QueryFlag(string name) => Query(name) switch
    {
        null or "false" => false,
        "true" or "" => true,
        _ => throw InvalidParameter(name, "is neither true nor false"),
    };

    public int Limit()
    {
        var limit = Query<int>("limit") ?? 20;
        return limit is >= 1 and <= 100 ? limit : throw InvalidParameter("limit", "must be from 1 to 100");
    }

    /// <summary>Refuses query parameters that the endpoint does not document: a misspelt filter must not show everything.</summary>
    public void CheckQueryNames(params ReadOnlySpan<string> prefixes)
    {
        foreach (var given in Http.Request.Query.Keys)
        {
            if (given is "minPosition" && Endpoint.Reads || given is "limit" or "cursor" && Endpoint.Lists || Endpoint.Parameters.Any(p => p.In == "query" && p.Name == given))
                continue;
            var known = false;
            foreach (var prefix in prefixes)
                known |= given.StartsWith(prefix, StringComparison.Ordinal);
            if (!known)
                throw InvalidParameter(given, "is not a parameter of this endpoint");
        }
    }

    public static ProblemException InvalidParameter(string name, string message) =>
        new(Problems.InvalidParameter, $"{name} {message}.", [new($"?{name}", "invalid_parameter", message)]);

    /// <summary>Seconds of <c>Prefer: wait=N</c>, at most 30, which is also what a bare <c>wait</c> asks for; null when there is no such wish.</summary>
    public TimeSpan? Wait()
    {
        foreach (var header in Http.Request.Headers["Prefer"])
            foreach (var preference in (header ?? "").Split(',', ';'))
            {
                var parts = preference.Split('=', 2, StringSplitOptions.TrimEntries);
                if (parts is ["wait"])
                    return TimeSpan.FromSeconds(MaxWait);
                if (parts is ["wait", var value] && int.TryParse(value.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0)
                    return TimeSpan.FromSeconds(Math.Min(seconds, MaxWait));
            }
        return null;
    }

    /// <summary>The revision that <c>If-Match</c> names; null without the header or for <c>*</c>.</summary>
    public long? IfMatch()
    {
        string? header = Http.Request.Headers.IfMatch;
        if (header is null or "*")
            return null;
        return long.TryParse(header.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? revision
            : throw new ProblemException(Problems.PreconditionFailed, "If-Match names no ETag of this resource.");
    }

    public void Tag(long revision) => Http.Response.Headers.ETag = $"\"{revision.ToString(CultureInfo.InvariantCulture)}\"";

    /// <summary>Reads the body once: syntax first (400), then the schema of the endpoint (422).</summary>
    public async ValueTask<RequestBody> BodyAsync(bool checkSchema = true)
    {
        var request = Http.Request;
        if (request.ContentLength > Endpoint.BodyLimit)
            throw TooLarge();
        var expected = request.ContentLength is not null and not 0 || request.Headers.TransferEncoding.Count > 0;
        if (expected || !Endpoint.BodyOptional)
            CheckContentType(request, expected);
        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(Stop);
            var whole = read.IsCompleted || read.Buffer.Length > Endpoint.BodyLimit;
            try
            {
                if (whole)
                    return Judge(read, checkSchema);
            }
            finally
            {
                // Also after a refusal: the server drains what is left and must find the reader at rest.
                reader.AdvanceTo(whole ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
            }
        }
    }

    RequestBody Judge(ReadResult read, bool checkSchema)
    {
        if (read.Buffer.Length > Endpoint.BodyLimit)
            throw TooLarge();
        var ids = Ids(read.Buffer);
        if (read.Buffer.IsEmpty && Endpoint.BodyOptional)
            return new(default, ids);
        try
        {
            var json = StrictJson.Parse(read.Buffer);
            if (checkSchema && Endpoint.Body is { } schema && Schemas.Check(schema, json) is { Count: > 0 } faults)
                throw new ProblemException(Problems.ValidationFailed, "See errors for what breaks the schema.", faults);
            return new(json, ids);
        }
        catch (JsonRefused refused)
        {
            throw refused.Code == JsonRefused.Malformed
                ? new ProblemException(Problems.MalformedJson, refused.Message)
                : new ProblemException(Problems.ValidationFailed, refused.Message, [new(refused.Pointer, refused.Code, refused.Message)]);
        }
    }

    RequestIds Ids(ReadOnlySequence<byte> body)
    {
        var header = Http.Request.Headers["Idempotency-Key"];
        if (header.Count == 0)
            return RequestIds.Fresh();
        var key = header[0] ?? "";
        if (header.Count > 1 || key.Length is 0 or > RequestIds.MaxKey || key.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw new ProblemException(Problems.InvalidParameter, "Idempotency-Key must be 1 to 255 printable ASCII characters.",
                [new("Idempotency-Key:", "invalid_parameter", "must be 1 to 255 printable ASCII characters")]);
        // Where nobody is known yet, as at the login, a key names nothing.
        if (caller is null)
            return RequestIds.Fresh();
        return RequestIds.Of(Caller.TenantId, Http.Request.Method, Http.Request.Path.Value ?? "", key, body.IsSingleSegment ? body.FirstSpan : body.ToArray());
    }

    ProblemException TooLarge() => new(Problems.TooLarge, $"At most {Endpoint.BodyLimit} bytes are taken here.");

    static void CheckContentType(HttpRequest request, bool expected)
    {
        // A missing body without a type is an empty body, which is told as such.
        if (request.ContentType is not { } type)
        {
            if (expected)
                throw new ProblemException(Problems.UnsupportedMediaType);
            return;
        }
        var parts = type.Split(';', StringSplitOptions.TrimEntries);
        var isJson = parts[0].Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (parts[0].StartsWith("application/", StringComparison.OrdinalIgnoreCase) && parts[0].EndsWith("+json", StringComparison.OrdinalIgnoreCase));
        var isUtf8 = parts.Skip(1).All(p => !p.StartsWith("charset=", StringComparison.OrdinalIgnoreCase) || p[8..].Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        if (!isJson || !isUtf8 || request.Headers.ContentEncoding.Count > 0)
            throw new ProblemException(Problems.UnsupportedMediaType);
    }
}

/// <summary>A request's body and the ids it gives.</summary>
/// <param name="Json">Undefined where the body is optional and was left out.</param>
readonly record struct RequestBody(JsonElement Json, RequestIds Ids)
{
    public string? Text(string name) =>
        Json.ValueKind is JsonValueKind.Object && Json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    public JsonElement? Element(string name) =>
        Json.ValueKind is JsonValueKind.Object && Json.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    public IReadOnlyList<string> Texts(string name) => Element(name) is { ValueKind: JsonValueKind.Array } list
        ? [.. list.EnumerateArray().Select(v => v.GetString()!)]
        : [];
}
