using Dvt.Pipeline;
using Dvt.Workers.Reactions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dvt.Workers.Channels;

/// <summary>The role <c>channels</c>: conversations with guests.</summary>
static class ChannelsWiring
{
    public static IServiceCollection AddConversations(this IServiceCollection services, WorkersOptions options, IConfiguration configuration)
    {
        if (!options.Has("channels"))
            return services;
        services.AddSingleton(configuration.GetSection("Channels").Get<ChannelsOptions>() ?? new ChannelsOptions());
        services.AddSingleton<SendingWake>();
        services.AddSingleton<WhatsAppClient>();
        services.AddSingleton<TranscriptionClient>();
        services.AddSingleton<SpokenAudio>();
        services.AddSingleton(s => new SendingTable(s.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton(s => new AudioTable(s.GetRequiredService<NpgsqlDataSource>()));
        services.AddHostedService(s => ActivatorUtilities.CreateInstance<MessageSender>(s, Keys(options)));
        services.AddHostedService(s => ActivatorUtilities.CreateInstance<AudioListener>(s, Keys(options)));
        services.AddReaction(WhenBookingChanges.Reaction);
        return services;
    }

    /// <summary>Asked for when the process works, not when it migrates.</summary>
    /// <exception cref="InvalidOperationException">The key is missing or is none.</exception>
    static KeyWrap Keys(WorkersOptions options) => KeyWrap.Of(options.KeyEncryptionKey)
        ?? throw new InvalidOperationException("Workers:KeyEncryptionKey must be base64 of 32 bytes, the same as Api:KeyEncryptionKey: see ops/configuration.md");
}
