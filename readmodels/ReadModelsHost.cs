using Dvt.Engine.Plans;
using Dvt.Pipeline;
using Dvt.Pipeline.Watching;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dvt.ReadModels;

/// <summary>The projector process: tails the log and keeps the views.</summary>
public static class ReadModelsHost
{
    public static async Task<int> RunAsync(string[] args)
    {
        await using var app = Build(args);
        await app.RunAsync();
        return 0;
    }

    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddSecretFiles();
        builder.Logging.AddProcessLogging(builder.Configuration);
        var services = builder.Services;
        services.AddTelemetry(builder.Configuration, "readmodels", typeof(ReadModelsMeters));
        services.AddPipeline(builder.Configuration, Postgres.ProjectorRole, "readmodels");
        services.AddHostedSingleton<LogGrowth>();
        services.AddHostedSingleton<Projector>();
        services.AddHostedSingleton<LagGauges>();
        services.AddHostedSingleton<ApprovalGauges>();
        services.AddSingleton(DomainKinds.All);
        services.AddHostedSingleton<LateRuns>();
        services.AddHostedSingleton<Sealer>();
        var app = builder.Build();
        app.MapGet("/healthz", () => "ok");
        app.MapGet("/metrics", (PrometheusText metrics) => Results.Text(metrics.Write(), "text/plain; version=0.0.4"));
        return app;
    }

    /// <summary>
    /// The queries, for a process of role <c>dvt_api</c>. It registers <see cref="LogGrowth"/> and <c>StepKinds</c> itself.
    /// </summary>
    public static IServiceCollection AddReadModelQueries(this IServiceCollection services)
    {
        services.AddSingleton<PlanCache>();
        services.AddSingleton<RunQueries>();
        services.AddSingleton<CommandQueries>();
        services.AddSingleton<PlanQueries>();
        services.AddSingleton<DurationQueries>();
        services.AddSingleton<CostQueries>();
        services.AddSingleton<ScheduleQueries>();
        services.AddSingleton<ApprovalQueries>();
        services.AddSingleton<SignalDecisionQueries>();
        services.AddSingleton<BulkJobQueries>();
        services.AddSingleton<UnitQueries>();
        services.AddSingleton<BookingQueries>();
        services.AddSingleton<BlockQueries>();
        services.AddSingleton<AuditQueries>();
        services.AddSingleton<AuditVerification>();
        services.AddSingleton<DeadLetterQueries>();
        services.AddSingleton<WebhookQueries>();
        services.AddSingleton<CalendarQueries>();
        services.AddSingleton<OccupancyQueries>();
        services.AddSingleton<BookingHistory>();
        services.AddSingleton<MessageQueries>();
        services.AddSingleton<FollowedCalendarQueries>();
        services.AddSingleton<TakenCalendarQueries>();
        services.AddSingleton<ConflictQueries>();
        services.AddSingleton<ConversationQueries>();
        services.AddSingleton<ProjectionQueries>();
        services.AddSingleton<InstallationQueries>();
        services.AddSingleton<Freshness>();
        return services.AddHostedSingletonOf(s => new LiveTail(
            Postgres.Open(s.GetRequiredService<PostgresOptions>().WithPoolOf(4), Postgres.ProjectorRole),
            s.GetRequiredService<LogGrowth>(), s.GetRequiredService<ILogger<LiveTail>>()));
    }

    static IServiceCollection AddHostedSingletonOf<T>(this IServiceCollection services, Func<IServiceProvider, T> make) where T : class, IHostedService
    {
        services.AddSingleton(make);
        return services.AddHostedService(s => s.GetRequiredService<T>());
    }
}
