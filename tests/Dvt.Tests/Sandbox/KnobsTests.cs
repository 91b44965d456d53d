using System.Text.Json;
using Dvt.Sandbox;
using Xunit;

namespace Dvt.Tests.Sandbox;

/// <summary>Faults on demand, and the journal that tests ask.</summary>
public sealed class KnobsTests
{
    const string Feed = "/calendars/a.ics";

    static async Task<int> StatusAsync(Rig rig, string path = Feed)
    {
        try
        {
            using var response = await rig.Http.GetAsync(new Uri(path, UriKind.Relative));
            return (int)response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    [Fact]
    public async Task The_same_seed_meets_the_same_faults()
    {
        await using var rig = await Rig.StartAsync();
        var rounds = new List<string>();
        for (var round = 0; round < 2; round++)
        {
            await rig.PutAsync("/knobs/calendars", """{"errorRate":0.3,"lostRate":0.2,"seed":42}""");
            var answers = new List<int>();
            for (var call = 0; call < 40; call++)
                answers.Add(await StatusAsync(rig));
            Assert.Equal([0, 200, 503], answers.Distinct().Order());
            rounds.Add(string.Join(' ', answers));
        }
        Assert.Equal(rounds[0], rounds[1]);
    }

    [Fact]
    public void Chance_is_spread_evenly()
    {
        var below = Enumerable.Range(1, 10_000).Count(call => Knobs.Chance(seed: 7, call) < 0.25);
        Assert.InRange(below, 2_300, 2_700);
    }

    [Fact]
    public async Task A_rate_limit_looks_as_the_provider_shows_it_and_ends()
    {
        await using var rig = await Rig.StartAsync();
        await rig.PutAsync("/knobs/whatsapp", """{"errorRate":1,"errorStatus":429,"retryAfter":"7","times":1,"match":"/messages"}""");
        using var refused = await rig.Http.PostAsync(new Uri("/whatsapp/v23.0/1065/messages", UriKind.Relative), new StringContent("{}"));
        Assert.Equal((429, "7", 130429), ((int)refused.StatusCode, refused.Headers.RetryAfter!.ToString(),
            JsonElement.Parse(await refused.Content.ReadAsStringAsync()).GetProperty("error").GetProperty("code").GetInt32()));
        Assert.Equal(100, (await rig.PostAsync("/whatsapp/v23.0/1065/messages", "{}")).Body.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task The_journal_tells_what_was_called_with_which_fault()
    {
        await using var rig = await Rig.StartAsync();
        await rig.PutAsync("/knobs/calendars", """{"scenario":"drop-after-commit","times":1}""");
        Assert.Equal(0, await StatusAsync(rig));
        Assert.Equal(200, await StatusAsync(rig));
        await StatusAsync(rig, "/healthz");
        var calls = (await rig.GetAsync("/journal?provider=calendars")).GetProperty("calls");
        Assert.Equal(["drop-after-commit", null], calls.EnumerateArray().Select(c => c.GetProperty("fault").GetString()));
        Assert.Equal([0, 200], calls.EnumerateArray().Select(c => c.GetProperty("status").GetInt32()));
        Assert.Equal(2, (await rig.GetAsync("/journal")).GetProperty("calls").GetArrayLength());
        Assert.Equal(2, (await rig.GetAsync("/calendars/a")).GetProperty("fetches").GetInt32());
    }

    [Fact]
    public async Task Knobs_turned_too_far_are_refused()
    {
        await using var rig = await Rig.StartAsync();
        Assert.Equal(400, (await rig.SendAsync(HttpMethod.Put, "/knobs/calendars", """{"errorRate":2}""")).Status);
    }
}
