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
            quartz.ConfigureScheduler(scheduler => (scheduler.InstanceName, scheduler.GenerateInstanceId) = ("dvt", true));
            quartz.UsePersistentStore(store => Persist(store, postgres));
            Every<WakeOwedRuns>(quartz, TimeSpan.FromSeconds(15));
            Every<CleanEffects>(quartz, TimeSpan.FromMinutes(10));
        });
        return services.AddQuartzHostedService(hosted => hosted.WaitForJobsToComplete = true);
    }

    static void Persist(IPersistentStoreBuilder store, PostgresOptions postgres)
    {
        store.UsePostgres(database => database.ConnectionString = Connection(postgres));
        store.ConfigureStore(tables => tables.TablePrefix = $"{Schema}.qrtz_");
        store.UseSystemTextJsonSerializer();
        store.UseClustering(cluster =>
        {
            cluster.CheckinInterval = TimeSpan.FromSeconds(3);
            cluster.CheckinMisfireThreshold = TimeSpan.FromSeconds(6);
        });
    }

    /// <summary>Creates the scheduler's tables where they are missing, as part of the migrations.</summary>
    public static async Task ProvisionAsync(PostgresOptions postgres, CancellationToken stop)
    {
        await using (var connection = new NpgsqlConnection(postgres.ConnectionString))
        {
            await connection.OpenAsync(stop);
            await using var schema = new NpgsqlCommand($"create schema if not exists {Schema}", connection);
            await schema.ExecuteNonQueryAsync(stop);
        }
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddQuartz(quartz =>
            {
                quartz.ConfigureScheduler(scheduler => (scheduler.InstanceName, scheduler.GenerateInstanceId) = ("dvt-migrate", true));
                quartz.UsePersistentStore(store =>
                {
                    Persist(store, postgres);
                    store.ProvisionSchema();
                });
            })
            .BuildServiceProvider();
        var scheduler = await services.GetRequiredService<ISchedulerFactory>().GetScheduler(stop);
        await scheduler.Start(stop);
        await scheduler.Shutdown(waitForJobsToComplete: true, stop);
    }

    static string Connection(PostgresOptions postgres) =>
        new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { MaxPoolSize = 10, ApplicationName = "dvt_quartz" }.ConnectionString;

    static void Every<T>(IQuartzBuilder quartz, TimeSpan interval)
        where T : IJob
    {
        var key = new JobKey(typeof(T).Name);
        quartz.AddJob<T>(job => job.WithIdentity(key).StoreDurably());
        quartz.AddTrigger(trigger => trigger
            .WithIdentity(typeof(T).Name)
            .ForJob(key)
            .WithSimpleSchedule(schedule => schedule.WithInterval(interval).RepeatForever().WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithExistingCount)));
    }
}
