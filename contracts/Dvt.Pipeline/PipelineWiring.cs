using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Dvt.Pipeline;

/// <summary>Puts the pipeline together for a process.</summary>
public static class PipelineWiring
{
    /// <param name="databaseRole">The database role of the process.</param>
    /// <param name="name">Its role; shown by the broker as the connection's name.</param>
    /// <param name="parts">What it works for, where the role can be shared out.</param>
    public static IServiceCollection AddPipeline(
        this IServiceCollection services, IConfiguration configuration, string databaseRole, string name, IReadOnlyList<string>? parts = null)
    {
        var postgres = Section<PostgresOptions>(configuration, "Postgres", o => o.ConnectionString);
        var broker = Section<RabbitMqOptions>(configuration, "RabbitMq", o => o.Uri);
        services.AddSingleton(postgres);
        services.AddSingleton(broker);
        services.AddSingleton<NpgsqlDataSource>(_ => Postgres.Open(postgres, databaseRole));
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<RabbitMq>(s, name));
        services.AddSingleton(new ThisProcess(name, parts ?? []));
        services.AddHostedService<Heartbeat>();
        return services.AddSingleton<Publisher>().AddSingleton<Handover>();
    }

    /// <summary>For processes that accept or relay commands.</summary>
    public static IServiceCollection AddMailbox(this IServiceCollection services) => services.AddHostedSingleton<Mailbox>();

    /// <summary>One instance, to be asked for and hosted.</summary>
    public static IServiceCollection AddHostedSingleton<T>(this IServiceCollection services)
        where T : class, IHostedService
    {
        services.AddSingleton<T>();
        return services.AddHostedService(s => s.GetRequiredService<T>());
    }

    static T Section<T>(IConfiguration configuration, string name, Func<T, string?> required)
        where T : class
    {
        var options = configuration.GetSection(name).Get<T>();
        if (options is null || string.IsNullOrWhiteSpace(required(options)))
            throw new InvalidOperationException($"the configuration has no {name}: see the configuration reference in ops/configuration.md");
        return options;
    }
}
