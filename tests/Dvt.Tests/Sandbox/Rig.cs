using System.Text;
using System.Text.Json;
using Dvt.Sandbox;
using Dvt.Tests.Support;

namespace Dvt.Tests.Sandbox;

/// <summary>A sandbox of one's own and a client that speaks to it.</summary>
sealed class Rig : IAsyncDisposable
{
    Rig(SandboxHost host)
    {
        Host = host;
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = host.Url };
        Http.DefaultRequestHeaders.Authorization = new("Bearer", "test");
    }

    public SandboxHost Host { get; }

    public HttpClient Http { get; }

    public static async Task<Rig> StartAsync() => new(await SandboxHost.StartAsync());

    public async Task<JsonElement> GetAsync(string path) => JsonElement.Parse(await Http.GetStringAsync(new Uri(path, UriKind.Relative)));

    /// <summary>Status and body, which is null when it is no JSON.</summary>
    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.StartsWith('{') ? JsonElement.Parse(text) : default);
    }

    public Task<(int Status, JsonElement Body)> PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, body);

    public async Task PutAsync(string path, string body)
    {
        var (status, _) = await SendAsync(HttpMethod.Put, path, body);
        Xunit.Assert.InRange(status, 200, 299);
    }

    /// <summary>The list at this path, once it has so many.</summary>
    public async Task<List<JsonElement>> UntilAsync(string path, string list, int count)
    {
        List<JsonElement> found = [];
        await Eventually.HoldsAsync(
            async () => (found = [.. (await GetAsync(path)).GetProperty(list).EnumerateArray()]).Count >= count,
            TimeSpan.FromSeconds(20), $"{path} did not get {count}");
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Host.DisposeAsync();
    }
}
