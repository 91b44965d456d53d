using System.Net;
using System.Text;
using System.Text.Json;
using Dvt.Contracts;
using Dvt.Tests.Support;

namespace Dvt.Tests.Journeys;

/// <summary>A message as the sandbox received it.</summary>
sealed record ReceivedWebhook(string Id, string Timestamp, string Signature, string ContentType, string Body, int Answered)
{
    readonly JsonElement json = JsonElement.Parse(Body);

    public string Type => json.GetProperty("type").GetString()!;

    public string Source => json.GetProperty("source").GetString()!;

    public bool IsSignedWith(string secret) => WebhookSignature.Verify(
        [WebhookSignature.Key(secret)!], Id, Timestamp, Signature, Encoding.UTF8.GetBytes(Body), DateTimeOffset.UtcNow, WebhookSignature.Tolerance);
}

/// <summary>An endpoint of a tenant that leads to an inbox of the sandbox.</summary>
sealed class Receiver(ApiClient client, Guid endpointId, string secret, Uri inbox)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    static readonly HttpClient Http = new();

    public Guid EndpointId => endpointId;

    public string Path => $"/v1/webhook-endpoints/{endpointId}";

    public string Secret => secret;

    /// <summary>As of the last look, in the order of arrival.</summary>
    public IReadOnlyList<ReceivedWebhook> Received { get; private set; } = [];

    public static async Task<Receiver> MakeAsync(ApiClient client, params string[] eventTypes)
    {
        var inbox = new Uri(client.System.Sandbox, $"webhooks/{Guid.NewGuid():n}");
        var made = await client.ExpectAsync(HttpStatusCode.Created, HttpMethod.Post, "/v1/webhook-endpoints",
            JsonSerializer.Serialize(new { url = inbox, eventTypes }));
        return new(client, made.GetProperty("endpointId").GetGuid(), made.GetProperty("secret").GetString()!, inbox);
    }

    /// <summary>How it answers from now on; see the sandbox.</summary>
    public async Task BehaveAsync(object behaviour)
    {
        using var content = new StringContent(JsonSerializer.Serialize(behaviour), Encoding.UTF8, "application/json");
        using var answer = await Http.PutAsync(inbox, content);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Waits for so many messages.</summary>
    /// <param name="accepted">Counts those that were answered with success.</param>
    public Task HasAsync(int count, bool accepted = false) => Eventually.HoldsAsync(async () =>
    {
        await LookAsync();
        return Received.Count(r => !accepted || r.Answered == 204) >= count;
    }, Patience, async () => $"{Received.Count} of {count} messages; deliveries: {await client.GetAsync($"{Path}/deliveries?limit=20")}");

    public async Task LookAsync()
    {
        var shown = JsonElement.Parse(await Http.GetStringAsync(inbox)).GetProperty("received");
        Received =
        [
            .. shown.EnumerateArray().Select(m => new ReceivedWebhook(
                Text(m, "id"), Text(m, "timestamp"), Text(m, "signature"), Text(m, "contentType"), Text(m, "body"), m.GetProperty("answered").GetInt32())),
        ];
    }

    static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public async Task IsDisabledAsync(string reason)
    {
        JsonElement endpoint = default;
        await Eventually.HoldsAsync(async () =>
        {
            endpoint = await client.GetAsync(Path);
            return !endpoint.GetProperty("enabled").GetBoolean();
        }, Patience, () => Task.FromResult($"it is not disabled: {endpoint}"));
        Xunit.Assert.Equal(reason, endpoint.GetProperty("disabledReason").GetString());
        await LookAsync();
    }
}
