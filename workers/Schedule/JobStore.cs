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

    const string Scheduler = "dvt";

    /// <summary>Jobs and how often each fires.</summary>
    static readonly (Type Job, TimeSpan Interval)[] Standing =
    [
        (typeof(WakeOwedRuns), TimeSpan.FromSeconds(15)),
        (typeof(CleanEffects), TimeSpan.FromMinutes(10)),
        (typeof(CleanDeliveries), TimeSpan.FromMinutes(10)),
        (typeof(CleanConversations), TimeSpan.FromMinutes(10)),
        (typeof(FireSchedules), TimeSpan.FromSeconds(1)),
        (typeof(RepairSchedules), TimeSpan.FromMinutes(10)),
        (typeof(ArchiveRuns), TimeSpan.FromMinutes(1)),
        (typeof(EndOverdueHolds), TimeSpan.FromSeconds(30)),
        (typeof(DeleteHistories), TimeSpan.FromMinutes(10)),
        (typeof(FetchCalendars), TimeSpan.FromSeconds(2)),
        (typeof(CheckFolds), TimeSpan.FromMinutes(5)),
    ];

    /// <summary>The database's clock has been read by then.</summary>
    static readonly TimeSpan ClockPatience = TimeSpan.FromSeconds(2);

    public static IServiceCollection AddJobs(this IServiceCollection services, WorkersOptions options, IConfiguration configuration)
    {
        if (!options.Has("jobs"))
            return services;
        var postgres = configuration.GetSection("Postgres").Get<PostgresOptions>()!;
        // The scheduler takes its clock from here: one by its own would fire what is not due and put off what is.
        services.AddSingleton(s => s.GetRequiredService<DatabaseClock>().AsTimeProvider);
        services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(scheduler => (scheduler.InstanceName, scheduler.GenerateInstanceId) = (Scheduler, true));
            quartz.UsePersistentStore(store => Persist(store, postgres));
            quartz.AddJobListener<JobEnds>();
        });
        return services.AddQuartzHostedService(hosted =>
        {
            hosted.WaitForJobsToComplete = true;
            hosted.StartDelay = ClockPatience;
        });
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

    /// <summary>
    /// As part of the migrations, creates the scheduler's tables where they are missing and stores the standing jobs.
    /// Only here: a trigger stored anew by every worker that starts would fire anew as well.
    /// </summary>
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
                quartz.ConfigureScheduler(scheduler => (scheduler.InstanceName, scheduler.GenerateInstanceId) = (Scheduler, true));
                quartz.UsePersistentStore(store =>
                {
                    Persist(store, postgres);
                    store.ProvisionSchema();
                });
            })
            .BuildServiceProvider();
        // Never started: it stores, and fires nothing.
        var scheduler = await services.GetRequiredService<ISchedulerFactory>().GetScheduler(stop);
        foreach (var (job, interval) in Standing)
            await StoreAsync(scheduler, job, interval, stop);
        await scheduler.Shutdown(waitForJobsToComplete: false, stop);
    }

    static async Task StoreAsync(IScheduler scheduler, Type job, TimeSpan interval, CancellationToken stop)
    {
        var key = new TriggerKey(job.Name);
        if (await scheduler.GetTrigger(key, stop) is ISimpleTrigger stored && stored.RepeatInterval == interval)
            return;
        await scheduler.ScheduleJob(
            JobBuilder.Create().OfType(job).WithIdentity(job.Name).StoreDurably().Build(),
            [TriggerBuilder.Create().WithIdentity(key).WithSimpleSchedule(schedule => schedule
                .WithInterval(interval).RepeatForever().WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithExistingCount)).Build()],
            new ScheduleJobOptions { Replace = true }, stop);
    }

    static string Connection(PostgresOptions postgres) =>
        new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { MaxPoolSize = 10, ApplicationName = "dvt_quartz" }.ConnectionString;
}
