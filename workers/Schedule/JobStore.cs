using Dvt.Pipeline;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Quartz;

namespace Dvt.Workers.Schedule;

/// <summary>Quartz, clustered on Postgres: every job fires on one of the workers, also when one of them dies.</summary>
static class JobStore
{
    public const string Schema = "quartz";

    public static IServiceCollection AddJobs(this IServiceCollection services, WorkersOptions options, IConfiguration configuration)
    {
        if (!options.Has("jobs"))
            return services;
        var postgres = configuration.GetSection("Postgres").Get<PostgresOptions>()!;
        services.AddQuartz(quartz =>
        {
            quartz.SchedulerName = "dvt";
            quartz.SchedulerId = "AUTO";
            quartz.UsePersistentStore(store =>
            {
                store.UsePostgres(database =>
                {
                    database.ConnectionString = Connection(postgres);
                    database.TablePrefix = $"{Schema}.qrtz_";
                });
                store.UseSystemTextJsonSerializer();
                store.UseClustering(cluster =>
                {
                    cluster.CheckinInterval = TimeSpan.FromSeconds(3);
                    cluster.CheckinMisfireThreshold = TimeSpan.FromSeconds(6);
                });
            });
            Every<WakeOwedRuns>(quartz, TimeSpan.FromSeconds(15));
            Every<CleanEffects>(quartz, TimeSpan.FromMinutes(10));
        });
        return services.AddQuartzHostedService(hosted => hosted.WaitForJobsToComplete = true);
    }

    static string Connection(PostgresOptions postgres) =>
        new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { MaxPoolSize = 10, ApplicationName = "dvt_quartz" }.ConnectionString;

    static void Every<T>(IServiceCollectionQuartzConfigurator quartz, TimeSpan interval)
        where T : IJob
    {
        var key = new JobKey(typeof(T).Name);
        quartz.AddJob<T>(job => job.WithIdentity(key).StoreDurably());
        quartz.AddTrigger(trigger => trigger
            .WithIdentity(typeof(T).Name)
            .ForJob(key)
            .WithSimpleSchedule(schedule => schedule.WithInterval(interval).RepeatForever().WithMisfireHandlingInstructionNextWithExistingCount()));
    }
}
