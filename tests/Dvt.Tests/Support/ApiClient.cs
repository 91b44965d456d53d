using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Dvt.Tests.Support;

/// <summary>Someone of one tenant who speaks to the API over HTTP.</summary>
sealed class ApiClient : IDisposable
{
    readonly HttpClient http;
    readonly string apiKey;

    ApiClient(DvtSystem system, Guid tenantId, string apiKey)
    {
        (System, TenantId, this.apiKey) = (system, tenantId, apiKey);
        http = new HttpClient { BaseAddress = system.Api.Url, Timeout = TimeSpan.FromSeconds(60) };
    }

    public DvtSystem System { get; }

    public Guid TenantId { get; }

    public string ApiKey => apiKey;

    /// <summary>The administrator of a new tenant, whose http steps may call the sandbox where there is one.</summary>
    public static async Task<ApiClient> TenantAsync(DvtSystem system)
    {
        using var platform = new ApiClient(system, Guid.Empty, DvtSystem.PlatformKey);
        var slug = $"t{Guid.NewGuid():n}"[..20];
        ApiClient? made = null;
        // The platform's own account is made a moment after the API answers.
        await Eventually.HoldsAsync(async () =>
        {
            var answer = await platform.SendAsync(HttpMethod.Post, "/v1/tenants", $$"""{"slug":"{{slug}}","name":"Test","adminEmail":"admin@{{slug}}.example"}""");
            if (answer.Status == HttpStatusCode.Created)
                made = new ApiClient(system, answer.Json.GetProperty("tenantId").GetGuid(), answer.Json.GetProperty("apiKey").GetString()!);
            return made is not null;
        }, TimeSpan.FromSeconds(30), "no tenant could be made");
        if (system.HasSandbox)
            await system.ExecuteAsync("update identity.tenant set settings = jsonb_build_object('httpAllow', $2::text[]) where tenant_id = $1",
                made!.TenantId, new[] { system.Sandbox.Authority });
        return made!;
    }

    /// <summary>Someone of the same tenant with only these roles.</summary>
    public async Task<ApiClient> WithRoleAsync(string role)
    {
        var user = await ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/users",
            JsonSerializer.Serialize(new { email = $"{role}-{Guid.NewGuid():n}@test.example", name = role, roles = new[] { role } }));
        var answer = await ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/api-keys",
            JsonSerializer.Serialize(new { userId = user.GetProperty("userId").GetGuid(), name = role, roles = new[] { role } }));
        return new ApiClient(System, TenantId, answer.GetProperty("apiKey").GetString()!);
    }

    /// <summary>The same tenant with another key.</summary>
    public ApiClient With(string key) => new(System, TenantId, key);

    public static ApiClient Platform(DvtSystem system) => new(system, Guid.Empty, DvtSystem.PlatformKey);

    public async Task<(HttpStatusCode Status, JsonElement Json, HttpResponseHeaders Headers)> SendAsync(
        HttpMethod method, string path, string? body = null, string? key = null, int? wait = null, string? ifMatch = null)
    {
        using var request = Request(method, path, body, key, wait);
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.StartsWith('{') ? JsonElement.Parse(text) : default, answer.Headers);
    }

    HttpRequestMessage Request(HttpMethod method, string path, string? body, string? key, int? wait)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("X-Api-Key", apiKey);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        if (wait is not null)
            request.Headers.Add("Prefer", $"wait={wait}");
        return request;
    }

    public async Task<JsonElement> ExpectAsync(
        HttpStatusCode expected, HttpMethod method, string path, string? body = null, string? key = null, int? wait = null, string? ifMatch = null)
    {
        var (status, json, _) = await SendAsync(method, path, body, key, wait, ifMatch);
        Assert.True(status == expected, $"{method} {path}: {(int)status} {json}");
        return json;
    }

    public Task<JsonElement> GetAsync(string path) => ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, path);

    /// <summary>A successful answer that need not be JSON, with its media type.</summary>
    public async Task<(byte[] Bytes, string? Type)> BytesAsync(string path, string? accept = null)
    {
        using var request = Request(HttpMethod.Get, path, body: null, key: null, wait: null);
        if (accept is not null)
            request.Headers.Accept.ParseAdd(accept);
        using var answer = await http.SendAsync(request);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {Encoding.UTF8.GetString(bytes)}");
        return (bytes, answer.Content.Headers.ContentType?.MediaType);
    }

    /// <summary>Of a successful answer that need not be JSON.</summary>
    public async Task<HttpResponseHeaders> HeadersAsync(string path, string accept)
    {
        using var request = Request(HttpMethod.Get, path, body: null, key: null, wait: null);
        request.Headers.Accept.ParseAdd(accept);
        using var answer = await http.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode}");
        return answer.Headers;
    }

    public async Task<(string Text, string? Type)> TextAsync(string path, string? accept = null)
    {
        var (bytes, type) = await BytesAsync(path, accept);
        return (Encoding.UTF8.GetString(bytes), type);
    }

    /// <summary>Remembers a <c>202</c>, for the invariants.</summary>
    public void Note(JsonElement accepted) => System.Orders.NoteAccepted(accepted.GetProperty("commandId").GetGuid());

    public Task PublishAsync(string plan) => ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/plans?publish=true", plan, wait: 30);

    /// <summary>Starts a run without waiting; its id.</summary>
    public async Task<string> StartAsync(string planId, object? input = null)
    {
        var accepted = await ExpectAsync(HttpStatusCode.Accepted, HttpMethod.Post, "/v1/runs",
            JsonSerializer.Serialize(new { planRef = new { planId }, input = input ?? new { } }));
        Note(accepted);
        return accepted.GetProperty("resource").GetProperty("id").GetString()!;
    }

    /// <summary>Sends a signal and waits for what became of it.</summary>
    public async Task SignalAsync(string runId, string type) =>
        await ExpectAsync(HttpStatusCode.OK, HttpMethod.Post, $"/v1/runs/{runId}/signals", JsonSerializer.Serialize(new { type, reason = "test" }), wait: 30);

    public async Task<JsonElement> EndsAsync(string runId, string status = "COMPLETED", double within = 30)
    {
        JsonElement run = default;
        await Eventually.HoldsAsync(async () =>
        {
            var answer = await SendAsync(HttpMethod.Get, $"/v1/runs/{runId}");
            run = answer.Json;
            return answer.Status == HttpStatusCode.OK && run.GetProperty("status").GetString() == status;
        }, TimeSpan.FromSeconds(within), () => Task.FromResult($"run {runId} is not {status} but {(run.ToString() is { Length: > 1500 } text ? text[..1500] : run.ToString())}"));
        return run;
    }

    /// <summary>All events of a run, in order.</summary>
    public async Task<List<JsonElement>> EventsAsync(string runId)
    {
        using var request = Request(HttpMethod.Get, $"/v1/runs/{runId}/events", body: null, key: null, wait: null);
        request.Headers.Accept.ParseAdd("application/x-ndjson");
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    /// <summary>Follows server-sent events until one is the last wanted, or the stream ends.</summary>
    /// <param name="isLast">Of an event's id, type and data.</param>
    public async Task<List<(string Id, string Type, JsonElement Data)>> FollowAsync(string path, string? lastEventId, Func<string, string, JsonElement, bool> isLast)
    {
        using var request = Request(HttpMethod.Get, path, body: null, key: null, wait: null);
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode}");
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(patience.Token));
        var events = new List<(string, string, JsonElement)>();
        var (id, type) = ("", "");
        while (await reader.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
                type = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                var data = JsonElement.Parse(line[6..]);
                events.Add((id, type, data));
                if (isLast(id, type, data))
                    break;
            }
        }
        return events;
    }

    public void Dispose() => http.Dispose();
}
