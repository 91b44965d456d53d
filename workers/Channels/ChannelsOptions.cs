namespace Dvt.Workers.Channels;

/// <summary>Section <c>Channels</c> of the configuration.</summary>
public sealed class ChannelsOptions
{
    /// <summary>Of the WhatsApp Cloud API, with its version.</summary>
    public string WhatsAppUrl { get; init; } = "https://graph.facebook.com/v23.0";

    /// <summary>Access token of channels that have none of their own.</summary>
    public string? WhatsAppToken { get; init; }

    /// <summary>Hosts besides that of <see cref="WhatsAppUrl"/> that media may be fetched from, comma-separated.</summary>
    public string WhatsAppMediaHosts { get; init; } = "lookaside.fbsbx.com";

    /// <summary>Seconds until a message counts as sent or not, nobody knows.</summary>
    public double SendTimeoutSeconds { get; init; } = 15;

    /// <summary>An OpenAI-compatible server; <c>/v1/audio/transcriptions</c> is added. Without it audio is not listened to.</summary>
    public string? TranscriptionUrl { get; init; }

    public string? TranscriptionKey { get; init; }

    public string TranscriptionModel { get; init; } = "whisper-1";

    public string FfmpegPath { get; init; } = "/usr/bin/ffmpeg";
}
