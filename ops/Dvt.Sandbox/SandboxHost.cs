using System.Net;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Dvt.Sandbox;

/// <summary>
/// Stands in for what is outside: deterministic, on loopback only, with faults on demand. One file per provider.
/// </summary>
public sealed class SandboxHost : IAsyncDisposable
{
    public const string DefaultUrl = "http://127.0.0.1:5290";

    readonly WebApplication app;

    SandboxHost(WebApplication app, Uri url) => (this.app, Url) = (app, url);

    /// <summary>Where it listens, with the port it was given.</summary>
    public Uri Url { get; }

    /// <param name="args"><c>--url http://127.0.0.1:5290</c>.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        await using var app = Build(args, url: null);
        await app.RunAsync();
        return 0;
    }

    /// <param name="url">Port 0 for any free one.</param>
    /// <exception cref="ArgumentException">The address is not loopback.</exception>
    public static async Task<SandboxHost> StartAsync(string url = "http://127.0.0.1:0")
    {
        var app = Build([], url);
        await app.StartAsync();
        return new SandboxHost(app, new Uri(app.Urls.First()));
    }

    static WebApplication Build(string[] args, string? url)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        url ??= builder.Configuration["url"] ?? builder.Configuration["urls"] ?? DefaultUrl;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || !IPAddress.TryParse(address.Host, out var ip) || !IPAddress.IsLoopback(ip))
            throw new ArgumentException("the sandbox listens on a loopback address only", nameof(url));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(ip, address.Port);
        });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var app = builder.Build();
        app.UseFaults();
        app.MapGet("/healthz", () => "ok");
        app.MapHttp();
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(soon.Token);
        await app.DisposeAsync();
    }
}
