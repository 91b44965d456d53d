using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dvt.Bench;

/// <summary>A tenant made through the API, with a token of its administrator.</summary>
sealed record ApiAccount(Guid TenantId, string Token);

/// <summary>Uses the API as a client does.</summary>
sealed class ApiAccounts(RoleProcess api) : IDisposable
{
    readonly HttpClient http = new() { BaseAddress = new(api.Url), Timeout = TimeSpan.FromSeconds(30) };

    string? platform;

    public async Task<ApiAccount> MakeAsync(string slug, CancellationToken stop)
    {
        platform ??= await LogInAsync(Installation.PlatformEmail, Installation.PlatformKey, stop);
        var email = $"admin@{slug}.example";
        var made = await PostAsync("/v1/tenants", platform, new JsonObject { ["slug"] = slug, ["name"] = slug, ["adminEmail"] = email }, stop);
        var token = await LogInAsync(email, made.GetProperty("apiKey").GetString()!, stop);
        return new(made.GetProperty("tenantId").GetGuid(), token);
    }

    async Task<string> LogInAsync(string email, string key, CancellationToken stop)
    {
        var answer = await PostAsync("/v1/auth/login", token: null, new JsonObject { ["email"] = email, ["apiKey"] = key }, stop);
        return answer.GetProperty("accessToken").GetString()!;
    }

    /// <summary>Returns once the plan is published.</summary>
    public Task PublishAsync(ApiAccount account, BenchPlan plan, CancellationToken stop) =>
        PostAsync("/v1/plans?publish=true", account.Token, JsonNode.Parse(plan.Document.GetRawText())!, stop);

    async Task<JsonElement> PostAsync(string path, string? token, JsonNode body, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Prefer", "wait=20");
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        using var answer = await http.SendAsync(request, stop);
        var text = await answer.Content.ReadAsStringAsync(stop);
        return answer.IsSuccessStatusCode && answer.StatusCode is not System.Net.HttpStatusCode.Accepted
            ? JsonElement.Parse(text)
            : throw new InvalidOperationException($"POST {path}: {(int)answer.StatusCode} {text}");
    }

    /// <summary>The bytes of a start of a run.</summary>
    public static byte[] StartRequest(string token, BenchPlan plan) => Counterparts.Post("/v1/runs", token,
        System.Text.Encoding.UTF8.GetBytes($$$"""{"planRef":{"planId":"{{{plan.PlanId}}}"},"input":{"n":1}}"""));

    public void Dispose() => http.Dispose();
}
