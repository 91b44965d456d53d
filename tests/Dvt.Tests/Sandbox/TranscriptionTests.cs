using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Dvt.Tests.Sandbox;

/// <summary>What the sandbox hears is what it was told.</summary>
public sealed class TranscriptionTests
{
    static async Task<(int Status, JsonElement Body)> HearAsync(Rig rig, double seconds, string format = "verbose_json", string file = "a.wav")
    {
        var audio = await rig.Http.GetByteArrayAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"/transcription/audio.wav?seconds={seconds}"), UriKind.Relative));
        using var form = new MultipartFormDataContent
        {
            { new StringContent("whisper-1"), "model" }, { new StringContent(format), "response_format" }, { new ByteArrayContent(audio), "file", file },
        };
        using var response = await rig.Http.PostAsync(new Uri("/v1/audio/transcriptions", UriKind.Relative), form);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.StartsWith('{') ? JsonElement.Parse(text) : default);
    }

    [Fact]
    public async Task Confidence_is_in_the_log_probability()
    {
        await using var rig = await Rig.StartAsync();
        await rig.PostAsync("/transcription/transcripts", """{"text":"quiero reservar","confidence":0.42,"language":"es"}""");
        var (_, heard) = await HearAsync(rig, 2);
        Assert.Equal(("quiero reservar", "spanish", 2.0), (heard.GetProperty("text").GetString(), heard.GetProperty("language").GetString(), heard.GetProperty("duration").GetDouble()));
        Assert.Equal(0.42, Math.Exp(heard.GetProperty("segments")[0].GetProperty("avg_logprob").GetDouble()), 6);
    }

    [Fact]
    public async Task Queued_transcripts_are_heard_once_by_the_file_they_are_for()
    {
        await using var rig = await Rig.StartAsync();
        await rig.PostAsync("/transcription/transcripts", """{"text":"long","seconds":3}""");
        await rig.PostAsync("/transcription/transcripts", """{"text":"named","file":"media-7"}""");
        await rig.PutAsync("/transcription/transcript", """{"text":"standing"}""");
        Assert.Equal("standing", (await HearAsync(rig, 1)).Body.GetProperty("text").GetString());
        Assert.Equal("named", (await HearAsync(rig, 1, file: "media-7.ogg")).Body.GetProperty("text").GetString());
        Assert.Equal("long", (await HearAsync(rig, 3, "json")).Body.GetProperty("text").GetString());
        Assert.Equal("standing", (await HearAsync(rig, 3, "json")).Body.GetProperty("text").GetString());
        var sound = (await rig.GetAsync("/transcription")).GetProperty("heard")[0].GetProperty("sound");
        Assert.Equal((16_000, 1), (sound.GetProperty("sampleRate").GetInt32(), sound.GetProperty("channels").GetInt32()));
    }

    [Fact]
    public async Task A_format_nobody_knows_is_400()
    {
        await using var rig = await Rig.StartAsync();
        var (status, body) = await HearAsync(rig, 1, "song");
        Assert.Equal((400, "response_format"), (status, body.GetProperty("error").GetProperty("param").GetString()));
    }
}
