using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dvt.Contracts;

namespace Dvt.Workers.Channels;

/// <summary>What a call came to.</summary>
/// <param name="Status">Sent, failed, unknown, or owed when it is to be tried again.</param>
sealed record SendOutcome(string Status, string? ProviderId = null, int? Code = null, string? Reason = null);

/// <summary>The WhatsApp Cloud API: sends messages, fetches media. protocols.md §4.3–4.5.</summary>
sealed class WhatsAppClient(ChannelsOptions options) : IDisposable
{
    const int MostMedia = 16 * 1024 * 1024;

    /// <summary>A handler repeats on a reused connection that was closed, and a message said twice is worse than a new connection.</summary>
    readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectTimeout = TimeSpan.FromSeconds(5),
    })
    {
        Timeout = TimeSpan.FromSeconds(options.SendTimeoutSeconds),
        MaxResponseContentBufferSize = MostMedia,
    };

    /// <summary>Never throws for what the network or the API does.</summary>
    public async Task<SendOutcome> SendAsync(string phoneNumberId, string? token, JsonObject message, CancellationToken stop)
    {
        using var request = Request(HttpMethod.Post, $"{options.WhatsAppUrl}/{Uri.EscapeDataString(phoneNumberId)}/messages", token);
        request.Content = new StringContent(message.ToJsonString(), Encoding.UTF8, "application/json");
        try
        {
            using var response = await http.SendAsync(request, stop);
            return Read((int)response.StatusCode, await response.Content.ReadAsStringAsync(stop));
        }
        catch (HttpRequestException fault) when (fault.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.TryAgain })
        {
            // Not a byte was sent.
            return new SendOutcome(SendingStatus.Owed, Reason: fault.Message);
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException or IOException)
        {
            return new SendOutcome(SendingStatus.Unknown, Reason: fault.Message);
        }
    }

    /// <summary>What an answer means.</summary>
    public static SendOutcome Read(int status, string body)
    {
        JsonNode? json = null;
        try
        {
            json = JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            // An answer that is none is judged by its status below.
        }
        if (status is >= 200 and < 300)
            return json is JsonObject && json["messages"] is JsonArray { Count: > 0 } sent && sent[0]?["id"]?.GetValue<string>() is { } id
                ? new SendOutcome(SendingStatus.Sent, id) : new SendOutcome(SendingStatus.Unknown, Reason: "the answer names no message");
        if (json is JsonObject && json["error"]?["code"]?.GetValue<int>() is { } code)
            return new SendOutcome(WhatsAppErrors.Of(code) == ErrorClass.Retry ? SendingStatus.Owed : SendingStatus.Failed, Code: code, Reason: $"error {code}");
        // A gateway between may have answered after the message went through.
        return new SendOutcome(status is 429 or 503 ? SendingStatus.Owed : status >= 500 ? SendingStatus.Unknown : SendingStatus.Failed, Reason: $"status {status}");
    }

    /// <summary>A file of a guest: asked for its address, fetched from there with the same token.</summary>
    /// <exception cref="HttpRequestException">It cannot be had now.</exception>
    public async Task<byte[]> FetchAsync(string mediaId, string? token, CancellationToken stop)
    {
        using var described = Request(HttpMethod.Get, $"{options.WhatsAppUrl}/{Uri.EscapeDataString(mediaId)}", token);
        using var description = await http.SendAsync(described, stop);
        description.EnsureSuccessStatusCode();
        var address = AddressOf(await description.Content.ReadAsStringAsync(stop));
        if (!MayFetch(address))
            throw new HttpRequestException("media is on a host that is not allowed");
        using var wanted = Request(HttpMethod.Get, address.ToString(), token);
        using var file = await http.SendAsync(wanted, stop);
        if (file.StatusCode != HttpStatusCode.OK)
            throw new HttpRequestException($"media is answered with {(int)file.StatusCode}");
        return await file.Content.ReadAsByteArrayAsync(stop);
    }

    /// <summary>Where a description says that the file is.</summary>
    /// <exception cref="HttpRequestException">It says no such thing.</exception>
    public static Uri AddressOf(string description)
    {
        try
        {
            var told = JsonElement.Parse(description);
            return told.ValueKind == JsonValueKind.Object && told.TryGetProperty("url", out var url) && url.ValueKind == JsonValueKind.String
                && Uri.TryCreate(url.GetString(), UriKind.Absolute, out var address) ? address : throw new HttpRequestException("the description of the media has no url");
        }
        catch (JsonException fault)
        {
            throw new HttpRequestException("the description of the media is no JSON", fault);
        }
    }

    /// <summary>The token goes along, so the address must be one that is known.</summary>
    bool MayFetch(Uri address)
    {
        var own = new Uri(options.WhatsAppUrl);
        return (address.Scheme == own.Scheme && address.Authority == own.Authority)
            || (address.Scheme == Uri.UriSchemeHttps && options.WhatsAppMediaHosts.Split(',', StringSplitOptions.TrimEntries).Contains(address.Host, StringComparer.OrdinalIgnoreCase));
    }

    HttpRequestMessage Request(HttpMethod method, string url, string? token) => new(method, url)
    {
        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token ?? options.WhatsAppToken ?? "") },
    };

    public void Dispose() => http.Dispose();
}
