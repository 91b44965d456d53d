using Dvt.Contracts;
using Dvt.Pipeline;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dvt.Workers.Channels;

/// <summary>Listens to what guests record: fetched, made into 16 kHz mono, transcribed; what was heard goes on as a command.</summary>
sealed class AudioListener(
    AudioTable table, WhatsAppClient whatsApp, SpokenAudio spoken, TranscriptionClient transcription, KeyWrap keys, Publisher publisher, SendingWake wake,
    ILogger<AudioListener> log) : BackgroundService
{
    const int AtOnce = 2;
    const int MostAttempts = 5;

    static readonly TimeSpan LookAnyway = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan Again = TimeSpan.FromMinutes(3);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Loop.RunAsync("audio of guests", log, ListenAsync, stoppingToken);

    async Task ListenAsync(CancellationToken stop)
    {
        while (true)
        {
            var next = wake.Next;
            var claimed = await table.ClaimAsync(AtOnce, Again, stop);
            await Task.WhenAll(claimed.Select(a => ListenAsync(a, stop)));
            if (claimed.Count == 0)
                await Wake.WaitAsync(next, LookAnyway, stop);
            stop.ThrowIfCancellationRequested();
        }
    }

    async Task ListenAsync(ClaimedAudio audio, CancellationToken stop)
    {
        HearAudio heard;
        try
        {
            heard = await HearAsync(audio, stop);
        }
        // Whatever others answer counts as an attempt: the guest waits and is asked again in the end.
        catch (Exception fault) when (!stop.IsCancellationRequested)
        {
            ChannelsLog.AudioPutOff(log, fault.Message);
            if (audio.Attempt < MostAttempts)
            {
                var pause = TimeSpan.FromSeconds(Math.Pow(2, audio.Attempt));
                RetryMeters.Again(RetryMeters.Audio, pause);
                await table.PutOffAsync(audio, pause, stop);
                return;
            }
            RetryMeters.GiveUp(RetryMeters.Audio);
            heard = Fault(audio, "audio_unclear");
        }
        await TellAsync(audio, heard, stop);
    }

    async Task<HearAudio> HearAsync(ClaimedAudio audio, CancellationToken stop)
    {
        if (!spoken.IsAvailable || !transcription.IsAvailable)
            return Fault(audio, "audio_processing_not_available");
        var recorded = await whatsApp.FetchAsync(audio.MediaId, ToConversation.TokenOf(audio.ChannelId, audio.Token, keys), stop);
        if (recorded.Length == 0)
            return Fault(audio, "empty_file");
        if (await spoken.ConvertAsync(recorded, stop) is not { } wav)
            return Fault(audio, "audio_unclear");
        var heard = await transcription.ListenAsync(wav, audio.Language, stop);
        return new HearAudio(audio.ConversationId, audio.MessageId, heard.Text, heard.Confidence, Fault: null);
    }

    static HearAudio Fault(ClaimedAudio audio, string fault) => new(audio.ConversationId, audio.MessageId, Text: null, Confidence: null, fault);

    Task TellAsync(ClaimedAudio audio, HearAudio heard, CancellationToken stop) => publisher.PublishAsync([ToConversation.Of(
        NamedId.Of("audio", audio.TenantId.ToString(), audio.ConversationId.ToString(), audio.MessageId), audio.TenantId, audio.ConversationId, heard, DateTimeOffset.UtcNow)], stop);
}
