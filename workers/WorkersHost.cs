using Dvt.Contracts;
using Dvt.Engine.Plans;
using Dvt.Pipeline;
using Dvt.Pipeline.Watching;
using Dvt.Workers.Bookings;
using Dvt.Workers.Calendars;
using Dvt.Workers.Channels;
using Dvt.Workers.Effects;
using Dvt.Workers.Reactions;
using Dvt.Workers.Runs;
using Dvt.Workers.Schedule;
using Dvt.Workers.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Workers;

/// <summary>The worker process: carries out commands, calls what is outside, fires timers and jobs.</summary>
public static class WorkersHost
{
    /// <param name="args"><c>migrate</c> applies the migrations and ends; otherwise the process works until it is stopped.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        await using var app = Build(args);
        if (args is ["migrate", ..])
            return await MigrateAsync(app);
        await app.RunAsync();
        return 0;
    }

    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddSecretFiles();
        builder.Configuration.AddCommandLine(args, new Dictionary<string, string> { ["--roles"] = "Workers:Roles" });
        builder.Logging.AddProcessLogging(builder.Configuration);
        var options = builder.Configuration.GetSection("Workers").Get<WorkersOptions>() ?? new WorkersOptions();
        var services = builder.Services;
        services.AddTelemetry(
            builder.Configuration, "workers", typeof(RunMeters), typeof(WebhookMeters), typeof(BookingMeters), typeof(CalendarMeters), typeof(ChannelMeters), typeof(NoticeMeters),
            typeof(KeyMeters), typeof(RetryMeters));
        services.AddSingleton(options);
        services.AddPipeline(builder.Configuration, Postgres.WorkerRole, "workers", options.Roles.Split(',', StringSplitOptions.TrimEntries)).AddMailbox();
        services.AddHostedSingleton<DatabaseClock>();
        services.AddHostedSingleton<LogGrowth>();
        services.AddSingleton(DomainKinds.All);
        services.AddSingleton<Plans>();
        services.AddRuns(options);
        services.AddBookings(options);
        services.AddChannels(options, builder.Configuration);
        services.AddEffects(options);
        services.AddBookingSteps(options);
        services.AddTimers(options);
        services.AddWebhooks(options);
        services.AddNotices(options, builder.Configuration);
        services.AddCalendars(options);
        services.AddJobs(options, builder.Configuration);
        // The batch in work is finished, slots are given back; then the process ends.
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));
        var app = builder.Build();
        app.MapGet("/healthz", () => "ok");
        app.MapGet("/metrics", (PrometheusText metrics) => Results.Text(metrics.Write(), "text/plain; version=0.0.4"));
        return app;
    }

    static async Task<int> MigrateAsync(WebApplication app)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Dvt.Migrator");
        var applied = await Migrator.MigrateAsync(app.Services.GetRequiredService<PostgresOptions>().ConnectionString, log, CancellationToken.None);
        await JobStore.ProvisionAsync(app.Services.GetRequiredService<PostgresOptions>(), CancellationToken.None);
        WorkersLog.Migrated(log, applied);
        return 0;
    }

    static void AddRuns(this IServiceCollection services, WorkersOptions options)
    {
        if (!options.Has("runs"))
            return;
        services.AddDomain<RunsHandler>(Domain.Runs, options);
        services.AddReaction(WhenBookingMoves.Reaction);
    }

    static void AddBookings(this IServiceCollection services, WorkersOptions options)
    {
        if (!options.Has("bookings"))
            return;
        services.TryAddSingleton(_ => new PersonalDataCodec(Convert.FromBase64String(options.KeyEncryptionKey
            ?? throw new InvalidOperationException("Workers:KeyEncryptionKey is needed for the role bookings: see ops/configuration.md"))));
        services.AddDomain<BookingsHandler>(Domain.Bookings, options);
        services.AddHostedService<BookingGauges>();
    }

    static void AddChannels(this IServiceCollection services, WorkersOptions options, IConfiguration configuration)
    {
        if (!options.Has("channels"))
            return;
        services.TryAddSingleton(_ => new PersonalDataCodec(Convert.FromBase64String(options.KeyEncryptionKey!)));
        services.AddConversations(options, configuration);
        services.AddDomain<ChannelsHandler>(Domain.Channels, options);
    }

    /// <summary>Takes part in a domain; also called for others than the first.</summary>
    static void AddDomain<THandler>(this IServiceCollection services, Domain domain, WorkersOptions options) where THandler : class, ISlotHandler
    {
        // Connections of its own, a lane at a time each: sessions that are shared by everything in the process go round, and every
        // one of them comes to map all of the database's memory and to prepare all of the statements.
        services.AddKeyedSingleton(domain, (s, _) => Postgres.Open(s.GetRequiredService<PostgresOptions>().WithPoolOf(2 * LanesOf(options)), Postgres.WorkerRole));
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<THandler>(s, s.GetRequiredKeyedService<NpgsqlDataSource>(domain)));
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<SlotWorker>(
            s, new SlotWorkerOptions(domain, LanesOf(options), options.BatchSize), s.GetRequiredService<THandler>()));
        // Not as hosted services: of those that are made by a function there may be one of a type.
        services.AddSingleton<IHostedService>(s => s.GetServices<SlotWorker>().Single(w => w.Domain == domain));
        services.AddSingleton<IHostedService>(s => ActivatorUtilities.CreateInstance<DeadDrain>(s, domain));
        services.AddHostedService<Governance.Gauges>();
    }

    static int LanesOf(WorkersOptions options) => options.Lanes ?? Math.Clamp(Environment.ProcessorCount, 2, 8);

    static void AddTimers(this IServiceCollection services, WorkersOptions options)
    {
        if (options.Has("timers"))
            services.AddHostedService<TimerSweep>();
    }
}
