using System.Buffers.Binary;
using System.Text.Json;

namespace Dvt.Sandbox;

/// <summary>
/// Transcription as OpenAI does it, <c>POST /v1/audio/transcriptions</c> (also under <c>/transcription</c>). It hears nothing: what
/// was said is set beforehand. protocols.md §5.
/// </summary>
static class Transcription
{
    const int MostBytes = 25 * 1024 * 1024;
    static readonly string[] Formats = ["json", "text", "srt", "verbose_json", "vtt"];

    public static void MapTranscription(this WebApplication app)
    {
        var transcripts = new Transcripts();
        app.MapPost("/v1/audio/transcriptions", (Delegate)((HttpContext context) => TranscribeAsync(transcripts, context))).OfProvider("transcription", Error);
        app.MapPost("/transcription/v1/audio/transcriptions", (Delegate)((HttpContext context) => TranscribeAsync(transcripts, context))).OfProvider("transcription", Error);
        app.MapGet("/transcription", transcripts.Show);
        app.MapPost("/transcription/transcripts", (Transcripts.Transcript transcript) => transcripts.Add(transcript));
        app.MapPut("/transcription/transcript", (Transcripts.Transcript transcript) => transcripts.Stand(transcript));
        app.MapDelete("/transcription/transcripts", transcripts.Clear);
        app.MapGet("/transcription/audio.wav", (double? seconds) => Results.Bytes(Tone.Wav(seconds ?? 1), "audio/wav", "tone.wav"));
    }

    static async Task<IResult> TranscribeAsync(Transcripts transcripts, HttpContext context)
    {
        if (!context.Request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.Ordinal))
            return Refuse(401, "invalid_request_error", "invalid_api_key", "You didn't provide an API key.", param: null);
        if (!context.Request.HasFormContentType)
            return Refuse(400, "invalid_request_error", code: null, "the body is no multipart form", "file");
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (form.Files["file"] is not { } file)
            return Refuse(400, "invalid_request_error", code: null, "file is required", "file");
        if (string.IsNullOrEmpty(form["model"]))
            return Refuse(400, "invalid_request_error", code: null, "you must provide a model parameter", "model");
        var format = form["response_format"].FirstOrDefault() ?? "json";
        if (!Formats.Contains(format))
            return Refuse(400, "invalid_request_error", code: null, $"response_format {format} is not supported", "response_format");
        if (file.Length > MostBytes)
            return Refuse(413, "invalid_request_error", code: null, "Maximum content size limit (26214400) exceeded", param: null);
        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes, context.RequestAborted);
        if (bytes.Length == 0)
            return Refuse(400, "invalid_request_error", code: null, "the audio file is empty or corrupted", "file");
        var sound = Tone.Read(bytes.ToArray());
        var heard = transcripts.Hear(file.FileName, sound, form["language"].FirstOrDefault());
        return format switch
        {
            "text" => Results.Text(heard.Text + "\n"),
            "srt" => Results.Text($"1\n00:00:00,000 --> 00:00:01,000\n{heard.Text}\n\n"),
            "vtt" => Results.Text($"WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n{heard.Text}\n"),
            "verbose_json" => Results.Json(Verbose(heard, sound?.Seconds ?? 1)),
            _ => Results.Json(new { text = heard.Text, usage = new { type = "duration", seconds = (int)Math.Ceiling(sound?.Seconds ?? 1) } }),
        };
    }

    /// <summary>Confidence is told as the field does: the mean log probability of the tokens, and that nobody spoke.</summary>
    static object Verbose(Transcripts.Transcript heard, double seconds) => new
    {
        task = "transcribe",
        language = heard.Language switch { "es" => "spanish", "en" => "english", var other => other },
        duration = seconds,
        text = heard.Text,
        segments = heard.Text.Length == 0 ? [] : new object[]
        {
            new
            {
                id = 0, seek = 0, start = 0.0, end = seconds, text = " " + heard.Text, tokens = new[] { 50364, 50414 }, temperature = 0.0,
                avg_logprob = Math.Log(Math.Clamp(heard.Confidence, 1e-6, 1)), compression_ratio = 1.1, no_speech_prob = 1 - heard.Confidence,
            },
        },
        usage = new { type = "duration", seconds = (int)Math.Ceiling(seconds) },
    };

    static IResult Refuse(int status, string type, string? code, string message, string? param) =>
        Results.Json(new { error = new { message, type, param, code } }, statusCode: status);

    static (string, string) Error(int status) => ("application/json", JsonSerializer.Serialize(new
    {
        error = new { message = "as the sandbox was told", type = status == 429 ? "requests" : "server_error", param = (string?)null, code = status == 429 ? "rate_limit_exceeded" : null },
    }));
}

/// <summary>WAV files (RIFF, PCM): what one holds, and one to try with.</summary>
static class Tone
{
    const int Rate = 16_000;

    public sealed record Sound(int SampleRate, int Channels, double Seconds);

    /// <returns>Null when it is no WAV file.</returns>
    public static Sound? Read(byte[] file)
    {
        if (file.Length < 44 || !file.AsSpan(0, 4).SequenceEqual("RIFF"u8) || !file.AsSpan(8, 4).SequenceEqual("WAVE"u8))
            return null;
        var channels = BinaryPrimitives.ReadInt16LittleEndian(file.AsSpan(22));
        var rate = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(24));
        var perSecond = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(28));
        return perSecond <= 0 ? null : new Sound(rate, channels, Math.Round((file.Length - 44) / (double)perSecond, 3));
    }

    /// <summary>A tone of 440 Hz, 16 kHz mono.</summary>
    public static byte[] Wav(double seconds)
    {
        var samples = (int)(Math.Clamp(seconds, 0.1, 600) * Rate);
        var file = new byte[44 + samples * 2];
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        "WAVEfmt "u8.CopyTo(file.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), Rate);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(28), Rate * 2);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(34), 16);
        "data"u8.CopyTo(file.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(40), samples * 2);
        for (var n = 0; n < samples; n++)
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(44 + n * 2), (short)(8_000 * Math.Sin(2 * Math.PI * 440 * n / Rate)));
        return file;
    }
}
