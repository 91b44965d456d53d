using System.Net;
using Dvt.Engine.Adapters;
using Dvt.Engine.Plans;
using Dvt.Engine.Simulation;
using Dvt.Pipeline;
using Dvt.Pipeline.Watching;
using Dvt.ReadModels;
using MediatR;

namespace Dvt.Api;

/// <summary>Puts the API's process together.</summary>
static class ApiHost
{
    /// <param name="args"><c>openapi</c> prints the document and ends; otherwise configuration.</param>
    public static async Task RunAsync(string[] args)
    {
        try
        {
            await (args is ["openapi"] ? Documents.PrintAsync(Console.Out) : Build(args).RunAsync());
        }
        catch (Exception wrong) when (wrong is SettingsException or SecretFilesException)
        {
            await Console.Error.WriteLineAsync($"cannot start: {wrong.Message}");
            Environment.ExitCode = 78;
        }
    }

    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Bodies are counted where they are read, so that a refused one gets a problem document.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        });
        adjust?.Invoke(builder);
        builder.Configuration.AddSecretFiles();
        builder.Logging.AddProcessLogging(builder.Configuration);
        AddServices(builder.Services, builder.Configuration);
        var app = builder.Build();
        app.Use(Edge.HandleAsync);
        app.Use(Dashboard.Read(FolderOf(app.Services.GetRequiredService<ApiOptions>())).ServeAsync);
        app.UseRouting();
        app.UseCors();
        ApiRoutes.Map(app);
        return app;
    }

    static string FolderOf(ApiOptions options) => Path.Combine(AppContext.BaseDirectory, options.DashboardPath);

    static void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        Settings.Read<PostgresOptions>(configuration, "Postgres");
        Settings.Read<RabbitMqOptions>(configuration, "RabbitMq");
        var options = Settings.Read<ApiOptions>(configuration, "Api");
        services.AddSingleton(options);
        services.AddPipeline(configuration, Postgres.ApiRole, "api").AddMailbox();
        services.AddHostedSingleton<DatabaseClock>();
        services.AddSingleton(s => s.GetRequiredService<DatabaseClock>().AsTimeProvider);
        services.AddTelemetry(configuration, "api", typeof(RateLimits), typeof(ApiMeters));
        services.AddHostedSingleton<Replies>();
        services.AddHostedSingleton<LogGrowth>();
        services.AddSingleton<CommandSender>();
        // A database or broker that is away delays nothing here: each loop waits for it by itself.
        services.Configure<HostOptions>(host => { host.ServicesStartConcurrently = true; host.ShutdownTimeout = TimeSpan.FromSeconds(10); });
        services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. options.CorsOrigins])
            .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
            .WithHeaders("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "Last-Event-ID", "Prefer", "X-Api-Key", "traceparent", "tracestate")
            .WithExposedHeaders("Dvt-Position", "ETag", "Location", "Preference-Applied", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id")));
        AddQueries(services);
        AddAccess(services);
        AddOrders(services);
        AddAdapters(services);
        services.AddSingleton<AllMetrics>();
        services.AddSingleton<LiveEvents>();
        services.AddSingleton<PdfPrinter>();
        services.AddDocuments();
        services.AddSingleton<Backend>();
        services.AddSingleton<Dispatch>();
    }

    static void AddAdapters(IServiceCollection services)
    {
        services.AddSingleton<NativeAdapter>();
        services.AddSingleton<IEngineAdapter>(s => s.GetRequiredService<NativeAdapter>());
        services.AddSingleton<IEngineAdapter>(new SimulatedAdapter(DateTimeOffset.UnixEpoch, static call => new CallAnswer(TimeSpan.Zero, call.Input, Error: null)));
    }

    static void AddQueries(IServiceCollection services)
    {
        services.AddSingleton(DomainKinds.All);
        services.AddReadModelQueries();
    }

    static void AddAccess(IServiceCollection services)
    {
        services.AddSingleton(s => new KeyWrap(Convert.FromBase64String(s.GetRequiredService<ApiOptions>().KeyEncryptionKey)));
        services.AddSingleton<ApiKeySecrets>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton(s => new OidcKeys(s.GetRequiredService<ApiOptions>(), Fetcher(), s.GetRequiredService<ILogger<OidcKeys>>()));
        services.AddSingleton<Standing>();
        services.AddSingleton<Authentication>();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<EventJson>();
        services.AddSingleton<PersonalText>();
        services.AddSingleton<IdentityLog>();
        services.AddSingleton<IdentityTable>();
        services.AddSingleton<IdentityWriter>();
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<WebhookTable>();
        services.AddSingleton<CalendarTable>();
        services.AddSingleton<CalendarSecrets>();
        services.AddSingleton<ChannelTable>();
        services.AddSingleton<SecretTable>();
        services.AddSingleton(s => s.GetRequiredService<IConfiguration>().GetSection("Secrets").Get<SecretsOptions>() ?? new SecretsOptions());
        services.AddHostedSingleton<Audit>();
        services.AddHostedService<Bootstrap>();
    }

    /// <summary>For the keys of configured issuers only: what it follows is configuration, so a redirect is a mistake.</summary>
    static HttpClient Fetcher() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), AutomaticDecompression = DecompressionMethods.None })
        {
            MaxResponseContentBufferSize = 256 * 1024,
        };

    /// <summary>MediatR 5 brings no registration of its own: a scan of this assembly finds the handlers.</summary>
    static void AddOrders(IServiceCollection services)
    {
        services.AddSingleton<ServiceFactory>(s => s.GetRequiredService);
        services.AddSingleton<IMediator, Mediator>();
        services.AddSingleton(typeof(IPipelineBehavior<,>), typeof(Authorisation<,>));
        services.AddSingleton(typeof(IPipelineBehavior<,>), typeof(Validation<,>));
        foreach (var type in typeof(ApiHost).Assembly.GetTypes().Where(t => t is { IsAbstract: false, IsGenericTypeDefinition: false }))
            foreach (var handled in type.GetInterfaces().Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequestHandler<,>)))
                services.AddSingleton(handled, type);
        services.AddSingleton<Recent>();
        services.AddSingleton<Existence>();
        services.AddSingleton<StartablePlans>();
    }
}
