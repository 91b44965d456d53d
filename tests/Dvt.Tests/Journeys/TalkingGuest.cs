using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Dvt.Tests.Support;
using Xunit;

namespace Dvt.Tests.Journeys;

/// <summary>A guest with a telephone in the sandbox, who writes to the telephone of a tenant.</summary>
sealed class TalkingGuest(Uri sandbox, string phone, string phoneNumberId)
{
    public const string AppSecret = "test_app_secret";
    public const string VerifyToken = "test_verify_token";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(30) };

    int read;

    public string Phone => phone;

    public string PhoneNumberId => phoneNumberId;

    /// <summary>Of a tenant whose telephone is registered anew.</summary>
    public static async Task<TalkingGuest> OfAsync(ApiClient client, string name = "Ana Pérez")
    {
        var (sandbox, phoneNumberId) = (client.System.Sandbox, Digits());
        await PutAsync(sandbox, "/whatsapp/settings", new { webhookUrl = $"{client.System.Api.Url!.GetLeftPart(UriPartial.Authority)}/v1/webhooks/whatsapp", appSecret = AppSecret });
        await PutAsync(sandbox, "/payments/settings", new { apiUrl = client.System.Api.Url!.GetLeftPart(UriPartial.Authority), apiKeys = new Dictionary<string, string> { [client.TenantId.ToString()] = client.ApiKey } });
        await RegisterAsync(client, phoneNumberId);
        var guest = new TalkingGuest(sandbox, "1809" + Digits()[..7], phoneNumberId);
        await PutAsync(sandbox, $"/whatsapp/guests/{guest.Phone}", new { name });
        return guest;
    }

    /// <summary>The same guest, writing to another telephone of the tenant.</summary>
    public async Task<TalkingGuest> ElsewhereAsync(ApiClient client)
    {
        var other = Digits();
        await RegisterAsync(client, other);
        return new TalkingGuest(sandbox, phone, other) { read = read };
    }

    static Task<JsonElement> RegisterAsync(ApiClient client, string phoneNumberId) => client.ExpectAsync(
        System.Net.HttpStatusCode.Created, HttpMethod.Post, "/v1/channels", JsonSerializer.Serialize(new { kind = "whatsapp", phoneNumberId, name = "Recepción" }));

    static string Digits() => RandomNumberGenerator.GetInt32(100_000_000, 999_999_999).ToString(CultureInfo.InvariantCulture);

    static async Task PutAsync(Uri sandbox, string path, object body) => (await Http.PutAsJsonAsync(new Uri(sandbox, path), body)).EnsureSuccessStatusCode();

    public async Task WriteAsync(string text) =>
        (await Http.PostAsJsonAsync(new Uri(sandbox, $"/whatsapp/guests/{phone}/text?phoneNumberId={phoneNumberId}"), new { text })).EnsureSuccessStatusCode();

    public async Task PressAsync(string id) =>
        (await Http.PostAsJsonAsync(new Uri(sandbox, $"/whatsapp/guests/{phone}/button?phoneNumberId={phoneNumberId}"), new { id, title = "x" })).EnsureSuccessStatusCode();

    /// <summary>A second of a tone that is heard as these words.</summary>
    public async Task SayAsync(string heardAs, double confidence)
    {
        (await Http.PostAsJsonAsync(new Uri(sandbox, "/transcription/transcripts"), new { text = heardAs, confidence, language = "es", times = 1 })).EnsureSuccessStatusCode();
        using var tone = new ByteArrayContent(await Http.GetByteArrayAsync(new Uri(sandbox, "/transcription/audio.wav?seconds=2")));
        tone.Headers.ContentType = new("audio/wav");
        (await Http.PostAsync(new Uri(sandbox, $"/whatsapp/guests/{phone}/audio?phoneNumberId={phoneNumberId}"), tone)).EnsureSuccessStatusCode();
    }

    /// <summary>The next message that holds these words; those before it were read too.</summary>
    public async Task<JsonElement> HearsAsync(string words)
    {
        JsonElement found = default;
        await Eventually.HoldsAsync(async () =>
        {
            var all = await MessagesAsync();
            for (var at = read; at < all.Count; at++)
                if (all[at].GetProperty("text").GetString()!.Contains(words, StringComparison.OrdinalIgnoreCase))
                {
                    (found, read) = (all[at], at + 1);
                    return true;
                }
            return false;
        }, Patience, async () => $"the guest does not read {words}, but: {string.Join(" | ", (await MessagesAsync()).Select(m => m.GetProperty("text").GetString()))}");
        return found;
    }

    /// <summary>What the business said, in order.</summary>
    public async Task<List<JsonElement>> MessagesAsync()
    {
        var told = await Http.GetFromJsonAsync<JsonElement>(new Uri(sandbox, $"/whatsapp/guests/{phone}"));
        return [.. told.GetProperty("messages").EnumerateArray().Where(m => m.GetProperty("from").GetString() == "business")];
    }

    /// <summary>Ids of a message's buttons or rows.</summary>
    public static List<string> ButtonsOf(JsonElement message)
    {
        var action = message.GetProperty("message").GetProperty("interactive").GetProperty("action");
        return action.TryGetProperty("buttons", out var buttons)
            ? [.. buttons.EnumerateArray().Select(b => b.GetProperty("reply").GetProperty("id").GetString()!)]
            : [.. action.GetProperty("sections")[0].GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("id").GetString()!)];
    }

    /// <summary>Opens the payment page of a message and presses a button of it.</summary>
    public static async Task PayAsync(JsonElement message, string action = "pay")
    {
        var text = message.GetProperty("text").GetString()!;
        var link = new Uri(text[text.IndexOf("http", StringComparison.Ordinal)..].Trim());
        var query = System.Web.HttpUtility.ParseQueryString(link.Query);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["paymentId"] = Guid.NewGuid().ToString(),
            ["amount"] = query["amount"]!,
            ["currency"] = query["currency"]!,
            ["lang"] = query["lang"]!,
            ["account"] = query["account"]!,
            ["action"] = action,
        });
        (await Http.PostAsync(link, form)).EnsureSuccessStatusCode();
    }
}
