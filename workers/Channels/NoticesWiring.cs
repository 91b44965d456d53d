using Dvt.Lodging;
using Dvt.Pipeline;
using Dvt.Workers.Effects;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dvt.Workers.Channels;

/// <summary>The role <c>messages</c>: what happens to bookings becomes messages to guests.</summary>
static class NoticesWiring
{
    public static IServiceCollection AddNotices(this IServiceCollection services, WorkersOptions options, IConfiguration configuration)
    {
        if (!options.Has("messages"))
            return services;
        var mail = configuration.GetSection("Mail").Get<MailOptions>() ?? new MailOptions();
        if (mail.Host is { Length: > 0 })
            services.AddSingleton<IMessageChannel>(_ => new EmailChannel(mail));
        if (options.Has("channels"))
            services.AddSingleton<IMessageChannel>(s => new WhatsAppNotices(
                s.GetRequiredService<NpgsqlDataSource>(), s.GetRequiredService<Publisher>().PublishAsync, TimeProvider.System));
        services.AddSingleton<NoticeChannels>();
        services.AddSingleton<NoticeWake>();
        services.AddSingleton<NoticeTable>();
        services.AddSingleton(s => new FollowTable(s.GetRequiredService<NpgsqlDataSource>(), Codec(options)));
        services.AddSingleton(s => new NoticeText(s.GetRequiredService<NpgsqlDataSource>(), Codec(options), PaymentLink.Of(options.PaymentLink)));
        services.AddSingleton<StepNotices>();
        if (options.Has("steps"))
            services.AddEffect(s => ActivatorUtilities.CreateInstance<MessageSendStep>(s));
        services.AddHostedSingleton<NoticeFollower>();
        services.AddHostedSingleton<NoticeGauges>();
        services.AddHostedSingleton<NoticeSender>();
        return services;
    }

    /// <exception cref="InvalidOperationException">The key is missing.</exception>
    static PersonalDataCodec Codec(WorkersOptions options) => new(Convert.FromBase64String(options.KeyEncryptionKey
        ?? throw new InvalidOperationException("Workers:KeyEncryptionKey is needed for the role messages: see ops/configuration.md")));
}
