using Dvt.Pipeline;
using Dvt.Workers.Effects;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dvt.Workers.Webhooks;

/// <summary>The role <c>webhooks</c>: events of the log to endpoints outside.</summary>
static class WebhooksWiring
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services, WorkersOptions options)
    {
        if (!options.Has("webhooks"))
            return services;
        services.AddSingleton<WebhookWake>();
        services.AddSingleton<FanoutTable>();
        services.AddSingleton(s => new DeliveryTable(
            s.GetRequiredService<NpgsqlDataSource>(), (TimeSpan.FromSeconds(options.WebhookTimeoutSeconds) * 1.5) + TimeSpan.FromSeconds(2)));
        services.AddSingleton(s => new EndpointDisabling(
            s.GetRequiredService<NpgsqlDataSource>(), TimeProvider.System, s.GetRequiredService<ILogger<EndpointDisabling>>()));
        services.AddHostedSingleton<WebhookFanout>();
        services.AddHostedSingleton<WebhookGauges>();
        services.AddHostedService(s => new WebhookSender(
            s.GetRequiredService<DeliveryTable>(), s.GetRequiredService<EndpointDisabling>(), Post(s, options), RetrySchedule.Parse(options.WebhookRetries),
            TimeSpan.FromDays(options.WebhookDisableAfterDays), s.GetRequiredService<WebhookWake>(), s.GetRequiredService<ILogger<WebhookSender>>()));
        return services;
    }

    /// <exception cref="InvalidOperationException">The key is missing or is none.</exception>
    static DeliveryPost Post(IServiceProvider services, WorkersOptions options) => new(
        new TenantAllowList(services.GetRequiredService<NpgsqlDataSource>()), new HttpStepNetwork(),
        KeyWrap.Of(options.KeyEncryptionKey)
            ?? throw new InvalidOperationException("Workers:KeyEncryptionKey must be base64 of 32 bytes, the same as Api:KeyEncryptionKey: see ops/configuration.md"),
        TimeSpan.FromSeconds(options.WebhookTimeoutSeconds), TimeProvider.System);
}
