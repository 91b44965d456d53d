using System.Net;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Dvt.Sandbox;

/// <summary>
/// Stands in for what is outside: deterministic, on loopback only, with faults on demand. One folder per provider.
/// </summary>
public sealed class SandboxHost : IAsyncDisposable
{
    public const string DefaultUrl = "http://127.0.0.1:5290";

    readonly WebApplication app;

    SandboxHost(WebApplication app, Uri url, int smtpPort) => (this.app, Url, SmtpPort) = (app, url, smtpPort);

    /// <summary>Where it listens, with the port it was given.</summary>
    public Uri Url { get; }

    /// <summary>Where its mail server listens, on the same address.</summary>
    public int SmtpPort { get; }

    /// <param name="args"><c>--url http://127.0.0.1:5290</c>, <c>--Sandbox:SmtpPort 5291</c>.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var (app, _) = Build(args, url: null);
        await using var ending = app;
        await app.RunAsync();
        return 0;
    }

    /// <param name="url">Port 0 for any free one.</param>
    /// <exception cref="ArgumentException">The address is not loopback.</exception>
    public static async Task<SandboxHost> StartAsync(string url = "http://127.0.0.1:0")
    {
        var (app, smtpPort) = Build([], url);
        await app.StartAsync();
        return new SandboxHost(app, new Uri(app.Urls.First()), smtpPort);
    }

    static (WebApplication App, int SmtpPort) Build(string[] args, string? url)
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
        var (journal, knobs) = (new Journal(), new Knobs());
        journal.Use(app);
        app.UseFaults();
        knobs.Use(app);
        app.MapGet("/", () => Pages.Html("index.html"));
        app.MapGet("/healthz", () => "ok");
        journal.Map(app);
        knobs.Map(app);
        app.MapHttp();
        app.MapWebhooks();
        app.MapWhatsApp();
        app.MapTranscription();
        app.MapFeeds();
        app.MapPayments(journal);
        return (app, app.MapMail(ip, journal).Port);
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(soon.Token);
        await app.DisposeAsync();
    }
}
