using System.Net.Http.Headers;
using System.Text.Json;

namespace Dvt.Workers.Channels;

/// <summary>What was heard.</summary>
/// <param name="Confidence">From 0 to 1; null when the server does not tell.</param>
sealed record Heard(string Text, double? Confidence);

/// <summary>An OpenAI-compatible server that turns speech into text. protocols.md §5.2.</summary>
sealed class TranscriptionClient(ChannelsOptions options) : IDisposable
{
    readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
    {
        Timeout = TimeSpan.FromSeconds(60),
        MaxResponseContentBufferSize = 4 * 1024 * 1024,
    };

    public bool IsAvailable => options.TranscriptionUrl is { Length: > 0 };

    /// <exception cref="HttpRequestException">It cannot be told now.</exception>
    public async Task<Heard> ListenAsync(byte[] wav, string language, CancellationToken stop)
    {
        using var file = new ByteArrayContent(wav) { Headers = { ContentType = new MediaTypeHeaderValue("audio/wav") } };
        using var model = new StringContent(options.TranscriptionModel);
        using var format = new StringContent("verbose_json");
        using var spoken = new StringContent(language);
        using var form = new MultipartFormDataContent { { file, "file", "audio.wav" }, { model, "model" }, { format, "response_format" }, { spoken, "language" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{options.TranscriptionUrl!.TrimEnd('/')}/v1/audio/transcriptions") { Content = form };
        if (options.TranscriptionKey is { Length: > 0 } key)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = await http.SendAsync(request, stop);
        response.EnsureSuccessStatusCode();
        try
        {
            return Read(JsonElement.Parse(await response.Content.ReadAsStringAsync(stop)));
        }
        catch (JsonException)
        {
            throw new HttpRequestException("the transcription is no JSON");
        }
    }

    /// <summary>The mean probability of a token, segments weighted by their length.</summary>
    public static Heard Read(JsonElement answer)
    {
        var text = answer.TryGetProperty("text", out var said) ? said.GetString() ?? "" : "";
        var (sum, seconds) = (0.0, 0.0);
        if (answer.TryGetProperty("segments", out var segments) && segments.ValueKind == JsonValueKind.Array)
            foreach (var segment in segments.EnumerateArray())
                if (segment.TryGetProperty("avg_logprob", out var logProbability))
                {
                    var length = Math.Max(0.01, Number(segment, "end") - Number(segment, "start"));
                    (sum, seconds) = (sum + (length * Math.Exp(logProbability.GetDouble()) * (1 - Number(segment, "no_speech_prob"))), seconds + length);
                }
        return new Heard(text.Trim(), seconds > 0 ? sum / seconds : null);
    }

    static double Number(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;

    public void Dispose() => http.Dispose();
}
