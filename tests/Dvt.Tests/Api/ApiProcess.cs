using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Dvt.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dvt.Tests.Api;

/// <summary>The API on a free port, its broker away; its database too unless one is given.</summary>
sealed class ApiProcess : IAsyncDisposable
{
    const string Nowhere = "Host=127.0.0.1;Port=1;Username=nobody;Database=nothing";

    ApiProcess(WebApplication app)
    {
        App = app;
        Http = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
    }

    public WebApplication App { get; }

    public HttpClient Http { get; }

    public static string[] Arguments(string? postgres = null) =>
    [
        $"--Postgres:ConnectionString={postgres ?? Nowhere}",
        "--RabbitMq:Uri=amqp://127.0.0.1:1/",
        $"--Api:KeyEncryptionKey={Convert.ToBase64String(Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef"))}",
    ];

    public static async Task<ApiProcess> StartAsync(string? postgres = null, params string[] more)
    {
        var app = ApiHost.Build([.. Arguments(postgres), .. more], builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
        });
        await app.StartAsync();
        return new ApiProcess(app);
    }

    public async Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Answer)> SendAsync(
        HttpMethod method, string path, string? body = null, string? credential = null, string type = "application/json", string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }
        if (credential is not null)
            request.Headers.TryAddWithoutValidation(credential.StartsWith("dvt_", StringComparison.Ordinal) ? "X-Api-Key" : "Authorization",
                credential.StartsWith("dvt_", StringComparison.Ordinal) ? credential : $"Bearer {credential}");
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.StartsWith('{') ? JsonElement.Parse(text) : default, answer);
    }

    /// <summary>Stopped as a process is: disposal alone ends the background services in the middle of their work.</summary>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
    }
}
