using Dvt.Pipeline;
using Dvt.Workers.Effects;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Workers.Calendars;

/// <summary>Calendars of other platforms belong to the role <c>jobs</c>, since a job asks them.</summary>
static class CalendarsWiring
{
    public static IServiceCollection AddCalendars(this IServiceCollection services, WorkersOptions options)
    {
        if (!options.Has("jobs"))
            return services;
        services.AddSingleton<FeedTable>();
        services.AddSingleton<FeedAlarm>();
        services.AddSingleton(s => new FeedFetch(
            new TenantAllowList(s.GetRequiredService<NpgsqlDataSource>()), new HttpStepNetwork(), TimeSpan.FromSeconds(options.CalendarTimeoutSeconds)));
        services.AddSingleton(s => new FeedImport(
            s.GetRequiredService<FeedTable>(), s.GetRequiredService<FeedFetch>(), s.GetRequiredService<FeedAlarm>(), s.GetRequiredService<Publisher>(),
            KeyWrap.Of(options.KeyEncryptionKey), TimeSpan.FromMinutes(options.CalendarMinutes), s.GetRequiredService<ILogger<FeedImport>>()));
        return services.AddHostedService<CalendarGauges>();
    }
}
