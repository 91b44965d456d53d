using Dvt.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Workers.Effects;

/// <summary>Which step kinds this process carries out.</summary>
static class EffectsWiring
{
    public static IServiceCollection AddEffects(this IServiceCollection services, WorkersOptions options)
    {
        if (!options.Has("steps"))
            return services;
        services.AddHostedSingleton<Replies>();
        services.AddSingleton<CommandSender>();
        services.AddEffect(s => new HttpStep(
            new TenantAllowList(s.GetRequiredService<NpgsqlDataSource>()),
            new TenantSecrets(s.GetRequiredService<NpgsqlDataSource>(), KeyWrap.Of(options.KeyEncryptionKey)), new HttpStepNetwork(), options.HttpConcurrency));
        services.AddInstant(_ => new EchoStep());
        return services;
    }

    /// <summary>A kind that calls something outside.</summary>
    public static IServiceCollection AddEffect(this IServiceCollection services, Func<IServiceProvider, IStepKindWorker> kind) =>
        services.AddSingleton<IHostedService>(s => Consumer(s, new EffectWorker(
            kind(s), s.GetRequiredService<ThisProcess>(), s.GetRequiredService<NpgsqlDataSource>(), s.GetRequiredService<Handover>().SendAsync,
            s.GetRequiredService<ILogger<EffectWorker>>(), s.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping)));

    /// <summary>A kind that is carried out by a command of another domain.</summary>
    public static IServiceCollection AddCommandStep(this IServiceCollection services, Func<IServiceProvider, CommandKind> kind) =>
        services.AddEffect(s => new CommandStep(
            kind(s), s.GetRequiredService<CommandSender>(), s.GetRequiredService<Replies>(), s.GetRequiredService<DatabaseClock>()));

    /// <summary>A kind that touches nothing outside.</summary>
    public static IServiceCollection AddInstant(this IServiceCollection services, Func<IServiceProvider, IStepKindWorker> kind) =>
        services.AddSingleton<IHostedService>(s => Consumer(s, new InstantWorker(
            kind(s), s.GetRequiredService<Handover>().SendAsync, s.GetRequiredService<ILogger<InstantWorker>>())));

    static WorkConsumer Consumer(IServiceProvider services, IWorkHandler handler) =>
        ActivatorUtilities.CreateInstance<WorkConsumer>(services, handler);
}
